package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history/block"
)

// querier is what questions are put to: a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// each calls scan for every row of a query.
func each(ctx context.Context, q querier, scan func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return explain(err)
	}
	defer func() {
		if closed := rows.Close(); err == nil {
			err = explain(closed)
		}
	}()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return explain(rows.Err())
}

// load reads names and recent rows into memory.
func (s *Store) load(ctx context.Context, q querier) error {
	if err := s.loadNames(ctx, q); err != nil {
		return err
	}
	if err := s.loadSealing(ctx, q); err != nil {
		return err
	}
	if err := s.loadMessages(ctx, q); err != nil {
		return err
	}
	if err := s.loadSamples(ctx, q); err != nil {
		return err
	}
	if s.write == nil {
		return nil
	}
	s.write.nextRow, s.write.nextSample = s.head.lastMessage, s.head.lastSample
	n := &s.write.nextIDs
	return explain(q.QueryRowContext(ctx, `SELECT coalesce((SELECT max(id) FROM topic), 0), coalesce((SELECT max(id) FROM series), 0),
		coalesce((SELECT max(id) FROM publisher), 0), coalesce((SELECT max(id) FROM payload), 0),
		coalesce((SELECT max(id) FROM message_data), 0), coalesce((SELECT max(id) FROM sample_data), 0)`).
		Scan(&n.topic, &n.series, &n.publisher, &n.payload, &n.messageBlock, &n.sampleBlock))
}

func (s *Store) loadNames(ctx context.Context, q querier) error {
	err := each(ctx, q, func(r *sql.Rows) error {
		var id int64
		var name string
		err := r.Scan(&id, &name)
		s.names.addTopic(id, name)
		return err
	}, "SELECT id, name FROM topic")
	if err != nil {
		return err
	}
	err = each(ctx, q, func(r *sql.Rows) error {
		var id, topic int64
		var pointer string
		err := r.Scan(&id, &topic, &pointer)
		s.names.addSeries(id, model.SeriesKey{Topic: s.names.topicOf(topic), Pointer: pointer})
		return err
	}, "SELECT id, topic, pointer FROM series")
	if err != nil {
		return err
	}
	return each(ctx, q, func(r *sql.Rows) error {
		var id int64
		var p model.Publisher
		err := r.Scan(&id, &p.ClientID, &p.Identity, &p.Addr, &p.TLS)
		s.names.addPublisher(id, p)
		return err
	}, "SELECT id, client, identity, addr, tls FROM publisher")
}

// loadSealing reads how far sealing had come when the program ended: what it had
// set aside is set aside again.
func (s *Store) loadSealing(ctx context.Context, q querier) error {
	old := sealed{topics: minTime, series: minTime}
	err := each(ctx, q, func(r *sql.Rows) error {
		var name string
		var row, owner int64
		if err := r.Scan(&name, &row, &owner); err != nil {
			return err
		}
		if old.head == nil {
			old.head = newHead()
		}
		// Numbers of rows that are in blocks already are not given again, or the new
		// rows would be taken for sealed ones.
		if name == "sample" {
			old.series, old.head.lastSample, s.head.lastSample = owner, row, row
		} else {
			old.topics, old.head.lastMessage, s.head.lastMessage = owner, row, row
		}
		return nil
	}, "SELECT name, row, owner FROM sealing")
	s.old = old
	return err
}

// partOf is the head that a row belongs to, and up to which owner what is in the row
// is in blocks already.
func (s *Store) partOf(last, setAside, owner int64) (h *head, done int64) {
	if s.old.head != nil && last <= setAside {
		return s.old.head, owner
	}
	return s.head, minTime
}

func (s *Store) loadMessages(ctx context.Context, q querier) error {
	payloads := make(map[int64][]byte)
	err := each(ctx, q, func(r *sql.Rows) error {
		var id int64
		var data []byte
		err := r.Scan(&id, &data)
		payloads[id] = data
		return err
	}, "SELECT id, data FROM payload")
	if err != nil {
		return err
	}
	return each(ctx, q, func(r *sql.Rows) error {
		var m messagesRow
		if err := r.Scan(&m.id, &m.start, &m.heads, &m.data, &m.properties, &m.crc); err != nil {
			return err
		}
		setAside := int64(minTime)
		if s.old.head != nil {
			setAside = s.old.head.lastMessage
		}
		h, done := s.partOf(m.id, setAside, s.old.topics)
		n, err := m.load(h, done, payloads)
		h.lastMessage = max(h.lastMessage, m.id+n-1)
		s.head.lastMessage = max(s.head.lastMessage, h.lastMessage)
		return s.damaged(err)
	}, "SELECT id, start, heads, data, properties, crc FROM recent_message ORDER BY id")
}

// messagesRow is a row of table recent_message.
type messagesRow struct {
	id, start, crc          int64
	heads, data, properties []byte
}

// check tells whether the row is what was written.
func (m *messagesRow) check() error {
	if checksum(m.heads, m.data, m.properties) != m.crc {
		return fmt.Errorf("recent messages from %d on: %w", m.id, block.ErrDamaged)
	}
	return nil
}

// load gives a head the messages of the topics above one, and returns how many
// there are of any topic. payloads are the rows of table payload.
func (m *messagesRow) load(h *head, above int64, payloads map[int64][]byte) (n int64, err error) {
	if err := m.check(); err != nil {
		return 0, err
	}
	var properties map[int64]json.RawMessage
	if len(m.properties) > 0 {
		if err := json.Unmarshal(m.properties, &properties); err != nil {
			return 0, fmt.Errorf("properties of recent messages from %d on: %w", m.id, block.ErrDamaged)
		}
	}
	blob, whole := h.addBlob(m.data), true
	err = readHeads(m.heads, func(r rowHead) {
		v := heldMessage{at: m.start + r.at, publisher: r.publisher, flags: uint8(r.flags), size: uint32(r.size), blob: blob, start: uint32(r.from), properties: -1}
		if r.timed {
			v.device = m.start + r.device
		}
		switch {
		case r.from < 0: // a payload that was lost is empty
			v.blob, v.start = h.addBlob(payloads[-r.from]), 0
			v.size = uint32(len(payloads[-r.from]))
			h.point(-r.from)
		case r.size < 0 || r.from+r.size > int64(len(m.data)):
			whole = false
			return
		}
		if p, ok := properties[n]; ok {
			v.properties = int32(len(h.properties))
			h.properties = append(h.properties, p)
		}
		if n++; r.topic > above {
			h.addMessage(r.topic, v)
		}
	})
	if err == nil && !whole {
		err = block.ErrDamaged
	}
	return n, err
}

func (s *Store) loadSamples(ctx context.Context, q querier) error {
	return each(ctx, q, func(r *sql.Rows) error {
		var id, start, crc int64
		var list []byte
		if err := r.Scan(&id, &start, &list, &crc); err != nil {
			return err
		}
		setAside := int64(minTime)
		if s.old.head != nil {
			setAside = s.old.head.lastSample
		}
		h, done := s.partOf(id, setAside, s.old.series)
		if checksum(list) != crc {
			return s.damaged(fmt.Errorf("recent samples from %d on: %w", id, block.ErrDamaged))
		}
		err := readSamples(list, func(series, at int64, v float64) {
			if h.lastSample = max(h.lastSample, id); series > done {
				h.addSample(series, start+at, v)
			}
			id++
		})
		s.head.lastSample = max(s.head.lastSample, h.lastSample)
		return s.damaged(err)
	}, "SELECT id, start, list, crc FROM recent_sample ORDER BY id")
}
