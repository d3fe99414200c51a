package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/block"
)

// view is what one question sees: the file and the recent rows of one moment.
type view struct {
	s    *Store
	q    querier
	head *head
	end  func()
	// fetch reads the block of samples of a number; nil until it is needed.
	fetch *sql.Stmt
}

// look begins a question; the caller closes the view.
func (s *Store) look(ctx context.Context) (*view, error) {
	if s.fixed != nil {
		return &view{s: s, q: s.fixed, head: s.head, end: func() {}}, nil
	}
	s.seal.RLock()
	defer s.seal.RUnlock()
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, explain(err)
	}
	// The first read fixes what the transaction sees.
	var one int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'topic'").Scan(&one); err != nil {
		_ = tx.Rollback()
		return nil, explain(err)
	}
	return &view{s: s, q: tx, head: s.head, end: func() { _ = tx.Rollback() }}, nil
}

// recent is the recent messages of a topic in order of time, to be read only.
func (v *view) recent(topic int64) []block.Message {
	v.s.seal.RLock()
	list := v.head.messages[topic]
	v.s.seal.RUnlock()
	return sortedMessages(list)
}

// run is the recent samples of a series in order of time, to be read only.
func (v *view) run(series int64) run {
	v.s.seal.RLock()
	var r run
	if p := v.head.samples[series]; p != nil {
		r = *p
	}
	v.s.seal.RUnlock()
	return r.sorted()
}

// close ends a question.
func (v *view) close() {
	if v.fetch != nil {
		_ = v.fetch.Close()
	}
	v.end()
}

// message is a block's message as others know it.
func (v *view) message(topic string, m block.Message) history.Message {
	out := history.Message{Message: model.Message{
		Topic: topic, Payload: m.Payload, At: instant(m.At), QoS: byte(m.Flags & 3),
		Retained: m.Flags&flagRetained != 0, Replayed: m.Flags&flagReplayed != 0,
		Publisher: v.s.names.publisherOf(m.Publisher),
	}}
	if m.DeviceAt != 0 {
		out.DeviceAt = instant(m.DeviceAt)
	}
	if len(m.Properties) > 0 {
		p := new(model.Properties)
		if json.Unmarshal(m.Properties, p) == nil {
			out.Properties = p
		}
	}
	return out
}

// Span is the stretch of which there are messages.
func (s *Store) Span(ctx context.Context) (from, to time.Time, ok bool, err error) {
	v, err := s.look(ctx)
	if err != nil {
		return from, to, false, err
	}
	defer v.close()
	var first, last sql.NullInt64
	err = v.q.QueryRowContext(ctx, `SELECT (SELECT min(start) FROM message_block),
		(SELECT max(stop) FROM message_block WHERE start >= (SELECT max(start) FROM message_block) - ?)`, maxSpan.Microseconds()).Scan(&first, &last)
	if err != nil {
		return from, to, false, explain(err)
	}
	v.s.seal.RLock()
	for _, list := range v.head.messages {
		for i := range list {
			if at := list[i].At; !first.Valid || at < first.Int64 {
				first = sql.NullInt64{Int64: at, Valid: true}
			}
			if at := list[i].At; !last.Valid || at > last.Int64 {
				last = sql.NullInt64{Int64: at, Valid: true}
			}
		}
	}
	v.s.seal.RUnlock()
	if !first.Valid {
		return from, to, false, nil
	}
	return instant(first.Int64), instant(last.Int64 + 1), true, nil
}

// Topics lists the topics that match a filter, in order.
func (s *Store) Topics(_ context.Context, filter string) ([]string, error) {
	var out []string
	for _, name := range s.names.matching(filter) {
		out = append(out, name)
	}
	slices.Sort(out)
	return out, nil
}

// SeriesKeys lists the series of topics that match a filter, in order.
func (s *Store) SeriesKeys(_ context.Context, filter string) ([]model.SeriesKey, error) {
	n := s.names
	n.mu.RLock()
	defer n.mu.RUnlock()
	var out []model.SeriesKey
	for key := range n.series {
		if history.Match(filter, key.Topic) {
			out = append(out, key)
		}
	}
	slices.SortFunc(out, func(a, b model.SeriesKey) int {
		if a.Topic != b.Topic {
			return compareText(a.Topic, b.Topic)
		}
		return compareText(a.Pointer, b.Pointer)
	})
	return out, nil
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
