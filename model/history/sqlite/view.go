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
	s *Store
	q querier
	// heads are what was set aside to be sealed, and what is recent since.
	heads [2]sealed
	end   func()
	// fetch reads the block of samples of a number; nil until it is needed.
	fetch *sql.Stmt
}

// look begins a question; the caller closes the view.
func (s *Store) look(ctx context.Context) (*view, error) {
	if s.fixed != nil {
		return &view{s: s, q: s.fixed, heads: s.heads(), end: func() {}}, nil
	}
	// This may wait until another question is answered; nothing written waits for it.
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, explain(err)
	}
	s.seal.RLock()
	defer s.seal.RUnlock()
	// The first read fixes what the transaction sees.
	var one int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'topic'").Scan(&one); err != nil {
		_ = tx.Rollback()
		return nil, explain(err)
	}
	return &view{s: s, q: tx, heads: s.heads(), end: func() { _ = tx.Rollback() }}, nil
}

// heads are those of now. The caller holds the lock, or nothing is written.
func (s *Store) heads() [2]sealed {
	return [2]sealed{s.old, {head: s.head, topics: minTime, series: minTime}}
}

// lookIn calls f with each head that has what is recent of an owner, the older
// first, and where its chain begins: f is given a copy of what grows in place, so
// that it need not hold the lock.
func (v *view) lookIn(owner int64, samples bool, f func(h *head, first int32)) {
	for _, p := range v.heads {
		if p.head == nil || !samples && owner <= p.topics || samples && owner <= p.series {
			continue
		}
		v.s.seal.RLock()
		h := *p.head
		first := h.topics.last(owner)
		if samples {
			first = h.series.last(owner)
		}
		v.s.seal.RUnlock()
		if first >= 0 {
			f(&h, first)
		}
	}
}

// recent is the recent messages of a topic in order of time.
func (v *view) recent(topic int64) (list []block.Message) {
	v.lookIn(topic, false, func(h *head, first int32) { list = h.chain(first, list) })
	return sortedMessages(list)
}

// lastRecent is the last of the recent messages of a topic as of a moment.
func (v *view) lastRecent(topic, at int64) (last block.Message, ok bool) {
	v.lookIn(topic, false, func(h *head, first int32) {
		if m, found := h.lastBefore(first, at); found && (!ok || m.At >= last.At) {
			last, ok = m, true
		}
	})
	return last, ok
}

// run is the recent samples of a series in order of time.
func (v *view) run(series int64) (r run) {
	v.lookIn(series, true, func(h *head, first int32) { r = h.run(first, r) })
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
	for _, p := range v.heads {
		if p.head == nil || p.head.messages.n == 0 {
			continue
		}
		if h := p.head; !first.Valid || h.from < first.Int64 {
			first = sql.NullInt64{Int64: h.from, Valid: true}
		}
		if h := p.head; !last.Valid || h.to > last.Int64 {
			last = sql.NullInt64{Int64: h.to, Valid: true}
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
