package postgres

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

func instant(micros int64) time.Time { return time.UnixMicro(micros) }

// Span is the stretch of which there are messages.
func (s *Store) Span(ctx context.Context) (from, to time.Time, ok bool, err error) {
	var first, last *int64
	if err := s.pool.QueryRow(ctx, "SELECT min(at), max(at) FROM message").Scan(&first, &last); err != nil || first == nil {
		return from, to, false, wrap("read the span of the shared history", err)
	}
	return instant(*first), instant(*last + 1), true, nil
}

// matching lists the topics that match a filter.
func (s *Store) matching(ctx context.Context, filter string) (map[int64]string, error) {
	out := make(map[int64]string)
	var id int64
	var name string
	err := s.each(ctx, "SELECT id, name FROM topic", nil, []any{&id, &name}, func() error {
		if history.Match(filter, name) {
			out[id] = name
		}
		return nil
	})
	return out, err
}

// Topics lists the topics that match a filter, in order.
func (s *Store) Topics(ctx context.Context, filter string) ([]string, error) {
	topics, err := s.matching(ctx, filter)
	var out []string
	for _, name := range topics {
		out = append(out, name)
	}
	slices.Sort(out)
	return out, wrap("list topics", err)
}

// SeriesKeys lists the series of topics that match a filter, in order.
func (s *Store) SeriesKeys(ctx context.Context, filter string) ([]model.SeriesKey, error) {
	var out []model.SeriesKey
	var key model.SeriesKey
	err := s.each(ctx, "SELECT t.name, s.pointer FROM series s JOIN topic t ON t.id = s.topic", nil, []any{&key.Topic, &key.Pointer}, func() error {
		if history.Match(filter, key.Topic) {
			out = append(out, key)
		}
		return nil
	})
	slices.SortFunc(out, compareKeys)
	return out, wrap("list series", err)
}

// messageRow is a row of table message being read.
type messageRow struct {
	at, topic  int64
	publisher  *int64
	flags      int16
	device     *int64
	data       []byte
	properties *string
}

// messageColumns are what a messageRow reads; m is table message, p payload.
const messageColumns = "m.at, m.topic, m.publisher, m.flags, m.device_at, coalesce(m.data, p.data), m.properties"

func (r *messageRow) into() []any {
	return []any{&r.at, &r.topic, &r.publisher, &r.flags, &r.device, &r.data, &r.properties}
}

func (s *Store) message(r *messageRow, topic string) history.Message {
	m := history.Message{Message: model.Message{
		Topic: topic, Payload: r.data, At: instant(r.at), QoS: byte(r.flags & 3), Retained: r.flags&flagRetained != 0,
		Replayed: r.flags&flagReplayed != 0, Publisher: s.publisherOf(r.publisher),
	}}
	if r.device != nil {
		m.DeviceAt = instant(*r.device)
	}
	if r.properties != nil {
		p := new(model.Properties)
		if json.Unmarshal([]byte(*r.properties), p) == nil {
			m.Properties = p
		}
	}
	return m
}

// messages calls f with the messages of a query until it returns false.
func (s *Store) messages(ctx context.Context, topics map[int64]string, f func(history.Message) bool, query string, args ...any) error {
	if err := s.knowPublishers(ctx); err != nil {
		return wrap("read messages", err)
	}
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return wrap("read messages", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r messageRow
		if err := rows.Scan(r.into()...); err != nil {
			return wrap("read messages", err)
		}
		if name, ok := topics[r.topic]; ok && !f(s.message(&r, name)) {
			return nil
		}
	}
	return wrap("read messages", rows.Err())
}

// At calls f with the last message of each topic that matches a filter, as of a
// moment, in no order, until it returns false.
func (s *Store) At(ctx context.Context, at time.Time, filter string, f func(history.Message) bool) error {
	topics, err := s.matching(ctx, filter)
	if err != nil {
		return wrap("read the last messages before a moment", err)
	}
	return s.messages(ctx, topics, f, `SELECT `+messageColumns+` FROM unnest($1::bigint[]) AS t(id) CROSS JOIN LATERAL
		(SELECT * FROM message WHERE topic = t.id AND at <= $2 ORDER BY at DESC, id DESC LIMIT 1) m LEFT JOIN payload p ON p.hash = m.same`,
		keys(topics), at.UnixMicro())
}

func keys(m map[int64]string) []int64 {
	out := make([]int64, 0, len(m))
	for id := range m {
		out = append(out, id)
	}
	return out
}

// Messages returns the messages of a topic, the newest first, at most limit.
func (s *Store) Messages(ctx context.Context, topic string, from, to time.Time, limit int) ([]history.Message, error) {
	id, ok, err := s.findTopic(ctx, topic)
	if err != nil || !ok || limit <= 0 {
		return nil, wrap("read messages", err)
	}
	var out []history.Message
	err = s.messages(ctx, map[int64]string{id: topic}, func(m history.Message) bool {
		out = append(out, m)
		return true
	}, "SELECT "+messageColumns+` FROM message m LEFT JOIN payload p ON p.hash = m.same WHERE m.topic = $1 AND m.at >= $2 AND m.at < $3
		ORDER BY m.at DESC, m.id DESC LIMIT $4`, id, from.UnixMicro(), to.UnixMicro(), limit)
	return out, err
}

// findTopic finds the number of a topic that others may have added.
func (s *Store) findTopic(ctx context.Context, name string) (int64, bool, error) {
	if id := s.topicID(name); id != 0 {
		return id, true, nil
	}
	err := s.readTopics(ctx, "SELECT id, name FROM topic WHERE name = $1", name)
	id := s.topicID(name)
	return id, id != 0, err
}

// Each calls f with the messages of all topics that match a filter in order of
// arrival until it returns false.
func (s *Store) Each(ctx context.Context, filter string, from, to time.Time, f func(history.Message) bool) error {
	topics, err := s.matching(ctx, filter)
	if err != nil {
		return wrap("read messages", err)
	}
	only, args := "", []any{from.UnixMicro(), to.UnixMicro()}
	if filter != "#" {
		only, args = "AND m.topic = ANY($3)", append(args, keys(topics))
	}
	return s.messages(ctx, topics, f, "SELECT "+messageColumns+` FROM message m LEFT JOIN payload p ON p.hash = m.same
		WHERE m.at >= $1 AND m.at < $2 `+only+" ORDER BY m.at, m.id", args...)
}

// list reads rows into values.
func list[T any](ctx context.Context, s *Store, scan func(pgx.CollectableRow) (T, error), query string, args ...any) ([]T, error) {
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, explain(err)
	}
	out, err := pgx.CollectRows(rows, scan)
	return out, explain(err)
}

const eventColumns = "id, at, kind, device, client, addr, text, was, now, serious"

func scanEvent(r pgx.CollectableRow) (e model.Event, err error) {
	var id, at int64
	var kind, was, now int16
	err = r.Scan(&id, &at, &kind, &e.Device, &e.Client, &e.Addr, &e.Text, &was, &now, &e.Serious)
	e.Seq, e.At, e.Kind, e.From, e.To = uint64(id), instant(at), model.EventKind(kind), model.Liveness(was), model.Liveness(now)
	return e, err
}

// Events returns what happened, the oldest first, at most limit.
func (s *Store) Events(ctx context.Context, from, to time.Time, limit int) ([]model.Event, error) {
	out, err := list(ctx, s, scanEvent, "SELECT "+eventColumns+" FROM event WHERE at >= $1 AND at < $2 ORDER BY at, id LIMIT $3",
		from.UnixMicro(), to.UnixMicro(), limit)
	return out, wrap("read events", err)
}

// Liveness returns the last change of each device's liveness as of a moment, by
// the device's root topic.
func (s *Store) Liveness(ctx context.Context, at time.Time) (map[string]model.Event, error) {
	events, err := list(ctx, s, scanEvent, "SELECT DISTINCT ON (device) "+eventColumns+
		" FROM event WHERE kind = 0 AND at <= $1 ORDER BY device, at DESC, id DESC", at.UnixMicro())
	out := make(map[string]model.Event, len(events))
	for _, e := range events {
		out[e.Device] = e
	}
	return out, wrap("read liveness", err)
}

// Sessions returns beginnings and ends of sessions, the oldest first, at most
// limit.
func (s *Store) Sessions(ctx context.Context, from, to time.Time, limit int) ([]history.Session, error) {
	if err := s.knowPublishers(ctx); err != nil {
		return nil, wrap("read sessions", err)
	}
	out, err := list(ctx, s, func(r pgx.CollectableRow) (v history.Session, err error) {
		var at int64
		var pub *int64
		var end int16
		err = r.Scan(&at, &pub, &v.Opened, &end, &v.Why)
		v.At, v.Publisher, v.End = instant(at), s.publisherOf(pub), model.SessionState(end)
		return v, err
	}, "SELECT at, publisher, opened, ending, why FROM session WHERE at >= $1 AND at < $2 ORDER BY at, id LIMIT $3", from.UnixMicro(), to.UnixMicro(), limit)
	return out, wrap("read sessions", err)
}

// Commands returns the commands sent in a stretch, each as it was last known,
// the newest first, at most limit.
func (s *Store) Commands(ctx context.Context, from, to time.Time, limit int) ([]model.Command, error) {
	out, err := list(ctx, s, func(r pgx.CollectableRow) (c model.Command, err error) {
		var whole string
		if err := r.Scan(&whole); err != nil {
			return c, err
		}
		return c, json.NewDecoder(strings.NewReader(whole)).Decode(&c)
	}, "SELECT whole FROM command WHERE sent >= $1 AND sent < $2 ORDER BY sent DESC LIMIT $3", from.UnixMicro(), to.UnixMicro(), limit)
	return out, wrap("read commands", err)
}

// Alarms returns changes of alarms, the oldest first, at most limit.
func (s *Store) Alarms(ctx context.Context, from, to time.Time, limit int) ([]history.Alarm, error) {
	out, err := list(ctx, s, func(r pgx.CollectableRow) (a history.Alarm, err error) {
		var at int64
		err = r.Scan(&at, &a.ID, &a.Source, &a.State, &a.Severity, &a.Text, &a.By)
		a.At = instant(at)
		return a, err
	}, "SELECT at, alarm, source, state, severity, text, who FROM alarm WHERE at >= $1 AND at < $2 ORDER BY at, id LIMIT $3",
		from.UnixMicro(), to.UnixMicro(), limit)
	return out, wrap("read alarms", err)
}

// Gaps returns the gaps that touch a stretch, the oldest first.
func (s *Store) Gaps(ctx context.Context, from, to time.Time) ([]history.Gap, error) {
	out, err := list(ctx, s, func(r pgx.CollectableRow) (g history.Gap, err error) {
		var start, stop, lost int64
		var kind int16
		err = r.Scan(&start, &stop, &kind, &lost, &g.Why)
		g.From, g.To, g.Kind, g.Lost = instant(start), instant(stop), history.GapKind(kind), uint64(lost)
		return g, err
	}, "SELECT start, stop, kind, lost, why FROM gap WHERE least(start, stop) < $1 AND greatest(start, stop) >= $2 ORDER BY start, id LIMIT 10000",
		to.UnixMicro(), from.UnixMicro())
	return out, wrap("read gaps", err)
}

// Bookmarks returns the bookmarks in a stretch, the oldest first.
func (s *Store) Bookmarks(ctx context.Context, from, to time.Time) ([]history.Bookmark, error) {
	out, err := list(ctx, s, func(r pgx.CollectableRow) (b history.Bookmark, err error) {
		var at int64
		err = r.Scan(&b.ID, &at, &b.Title, &b.Note)
		b.At = instant(at)
		return b, err
	}, "SELECT id, at, title, note FROM bookmark WHERE at >= $1 AND at < $2 ORDER BY at, id", from.UnixMicro(), to.UnixMicro())
	return out, wrap("read bookmarks", err)
}
