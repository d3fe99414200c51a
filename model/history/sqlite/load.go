package sqlite

import (
	"context"
	"database/sql"

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
	if err := s.loadMessages(ctx, q); err != nil {
		return err
	}
	if err := s.loadSamples(ctx, q); err != nil {
		return err
	}
	if s.write == nil {
		return nil
	}
	// Numbers of rows that are in blocks already are not given again, or the new
	// rows would be taken for sealed ones.
	err := q.QueryRowContext(ctx, `SELECT max(coalesce((SELECT max(id) FROM message), 0), coalesce((SELECT row FROM sealing WHERE name = 'message'), 0)),
		max(coalesce((SELECT max(rowid) FROM sample), 0), coalesce((SELECT row FROM sealing WHERE name = 'sample'), 0))`).
		Scan(&s.head.lastMessage, &s.head.lastSample)
	if err != nil {
		return explain(err)
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

func (s *Store) loadMessages(ctx context.Context, q querier) error {
	return each(ctx, q, func(r *sql.Rows) error {
		var row, topic int64
		var pub, device sql.NullInt64
		var m block.Message
		var properties sql.NullString
		if err := r.Scan(&row, &m.At, &topic, &pub, &m.Flags, &device, &m.Payload, &properties); err != nil {
			return err
		}
		m.Publisher, m.DeviceAt = pub.Int64, device.Int64
		if properties.Valid {
			m.Properties = []byte(properties.String)
		}
		s.head.addMessage(topic, m)
		s.head.lastMessage = row
		return nil
	}, `SELECT m.id, m.at, m.topic, m.publisher, m.flags, m.device_at, coalesce(m.data, p.data, x''), m.properties
		FROM message m LEFT JOIN payload p ON p.id = m.same LEFT JOIN sealing g ON g.name = 'message'
		WHERE g.row IS NULL OR m.id > g.row OR m.topic > g.owner ORDER BY m.id`)
}

func (s *Store) loadSamples(ctx context.Context, q querier) error {
	return each(ctx, q, func(r *sql.Rows) error {
		var row, series, at int64
		var v float64
		if err := r.Scan(&row, &series, &at, &v); err != nil {
			return err
		}
		s.head.addSample(series, at, v)
		s.head.lastSample = row
		return nil
	}, `SELECT a.rowid, a.series, a.at, a.value FROM sample a LEFT JOIN sealing g ON g.name = 'sample'
		WHERE g.row IS NULL OR a.rowid > g.row OR a.series > g.owner ORDER BY a.rowid`)
}
