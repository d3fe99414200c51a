package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// Flags of a message: QoS in bits 0 and 1.
const (
	flagRetained = 1 << 2
	flagReplayed = 1 << 3
)

// Write keeps a batch, all or nothing; one whose ID was kept already is let go.
func (s *Store) Write(ctx context.Context, b *history.Batch) error {
	if b.Empty() {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.learn(ctx, b); err != nil {
		return wrap("write to the shared history", err)
	}
	if err := s.makeDays(ctx, b); err != nil {
		return wrap("write to the shared history", err)
	}
	rows, payloads, err := s.messageRows(b)
	if err != nil {
		return err
	}
	err = s.transact(ctx, func(tx pgx.Tx) error {
		if b.ID != "" {
			tag, err := tx.Exec(ctx, "INSERT INTO batch(id, at) VALUES($1, $2) ON CONFLICT DO NOTHING", b.ID, time.Now().UnixMicro())
			if err != nil || tag.RowsAffected() == 0 {
				return err
			}
		}
		for hash, data := range payloads {
			if _, err := tx.Exec(ctx, "INSERT INTO payload(hash, data) VALUES($1, $2) ON CONFLICT DO NOTHING", hash, data); err != nil {
				return err
			}
		}
		if err := s.copyRows(ctx, tx, b, rows); err != nil {
			return err
		}
		return s.others(ctx, tx, b)
	})
	if err != nil {
		s.payloads.clear()
		return fmt.Errorf("write %d messages to the shared history: %w", len(b.Messages), err)
	}
	return nil
}

// messageRows are the rows of the messages of a batch, and the payloads that they
// point to.
func (s *Store) messageRows(b *history.Batch) (rows [][]any, payloads map[[16]byte][]byte, err error) {
	rows, payloads = make([][]any, len(b.Messages)), make(map[[16]byte][]byte)
	for i := range b.Messages {
		m := &b.Messages[i]
		var device, properties, data, same any
		if !m.DeviceAt.IsZero() {
			device = m.DeviceAt.UnixMicro()
		}
		if m.Properties != nil {
			p, err := json.Marshal(m.Properties)
			if err != nil {
				return nil, nil, err
			}
			properties = string(p)
		}
		if len(m.Payload) > 0 {
			data = m.Payload
			if hash, again := s.payloads.find(m.Payload); again {
				data, same = nil, hash
				payloads[hash] = m.Payload
			}
		}
		rows[i] = []any{m.At.UnixMicro(), s.topicID(m.Topic), s.publisherID(m.Publisher), flagsOf(&m.Message), device, data, same, properties}
	}
	return rows, payloads, nil
}

func flagsOf(m *model.Message) int16 {
	f := int16(m.QoS & 3)
	if m.Retained {
		f |= flagRetained
	}
	if m.Replayed {
		f |= flagReplayed
	}
	return f
}

func (s *Store) copyRows(ctx context.Context, tx pgx.Tx, b *history.Batch, rows [][]any) error {
	columns := []string{"at", "topic", "publisher", "flags", "device_at", "data", "same", "properties"}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"message"}, columns, pgx.CopyFromRows(rows)); err != nil {
		return err
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"sample"}, []string{"at", "series", "value"},
		pgx.CopyFromSlice(len(b.Samples), func(i int) ([]any, error) {
			p := &b.Samples[i]
			return []any{p.At.UnixMicro(), s.seriesID(p.Key), p.Value}, nil
		}))
	return err
}

// others writes what is neither message nor sample.
func (s *Store) others(ctx context.Context, tx pgx.Tx, b *history.Batch) error {
	q := &pgx.Batch{}
	for _, e := range b.Events {
		q.Queue("INSERT INTO event(at, kind, device, client, addr, text, was, now, serious) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)",
			e.At.UnixMicro(), int16(e.Kind), e.Device, e.Client, e.Addr, e.Text, int16(e.From), int16(e.To), e.Serious)
	}
	for _, v := range b.Sessions {
		q.Queue("INSERT INTO session(at, publisher, opened, ending, why) VALUES($1, $2, $3, $4, $5)",
			v.At.UnixMicro(), s.publisherID(v.Publisher), v.Opened, int16(v.End), v.Why)
	}
	for _, c := range b.Commands {
		whole, err := json.Marshal(c)
		if err != nil {
			return err
		}
		q.Queue(`INSERT INTO command(id, sent, device, topic, state, detail, whole) VALUES($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (id) DO UPDATE SET sent = excluded.sent, state = excluded.state, detail = excluded.detail, whole = excluded.whole`,
			c.ID, c.Sent.UnixMicro(), c.Device, c.Topic, int16(c.State), c.Detail, string(whole))
	}
	for _, a := range b.Alarms {
		q.Queue("INSERT INTO alarm(at, alarm, source, state, severity, text, who) VALUES($1, $2, $3, $4, $5, $6, $7)",
			a.At.UnixMicro(), a.ID, a.Source, a.State, a.Severity, a.Text, a.By)
	}
	for _, g := range b.Gaps {
		q.Queue("INSERT INTO gap(start, stop, kind, lost, why) VALUES($1, $2, $3, $4, $5)",
			g.From.UnixMicro(), g.To.UnixMicro(), int16(g.Kind), int64(g.Lost), g.Why)
	}
	if q.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, q).Close()
}

// AddBookmark keeps a bookmark and returns its number.
func (s *Store) AddBookmark(ctx context.Context, b history.Bookmark) (id int64, err error) {
	err = s.pool.QueryRow(ctx, "INSERT INTO bookmark(at, title, note) VALUES($1, $2, $3) RETURNING id", b.At.UnixMicro(), b.Title, b.Note).Scan(&id)
	return id, wrap("keep a bookmark", err)
}

// RemoveBookmark forgets a bookmark; one that is not there is no error.
func (s *Store) RemoveBookmark(ctx context.Context, id int64) error {
	_, err := s.pool.Exec(ctx, "DELETE FROM bookmark WHERE id = $1", id)
	return wrap("forget a bookmark", err)
}

// payloadHash is the first half of a payload's SHA-256: equal payloads are kept
// once, and nobody can make two that are taken for one.
type payloadHash [16]byte

// payloads remembers what was said lately: what is said again is kept once.
type payloads struct{ seen map[payloadHash]bool }

// Bounds of what is remembered.
const (
	maxPayloads = 65_536
	minPayload  = 32 // shorter payloads cost less than pointing to them
	maxPayload  = 64 << 10
)

func newPayloads() payloads { return payloads{seen: make(map[payloadHash]bool)} }

func (p *payloads) clear() { clear(p.seen) }

// find tells whether a payload was seen before.
func (p *payloads) find(data []byte) (hash payloadHash, again bool) {
	if len(data) < minPayload || len(data) > maxPayload {
		return hash, false
	}
	sum := sha256.Sum256(data)
	copy(hash[:], sum[:])
	if p.seen[hash] {
		return hash, true
	}
	if len(p.seen) >= maxPayloads {
		clear(p.seen)
	}
	p.seen[hash] = true
	return hash, false
}
