package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// list answers a question whose rows scan turns into values.
func list[T any](ctx context.Context, s *Store, scan func(*view, *sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	v, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	defer v.close()
	var out []T
	err = each(ctx, v.q, func(r *sql.Rows) error {
		value, err := scan(v, r)
		out = append(out, value)
		return err
	}, query, args...)
	return out, s.damaged(err)
}

const eventColumns = "id, at, kind, device, client, addr, text, was, now, serious"

func scanEvent(_ *view, r *sql.Rows) (e model.Event, err error) {
	var at int64
	err = r.Scan(&e.Seq, &at, &e.Kind, &e.Device, &e.Client, &e.Addr, &e.Text, &e.From, &e.To, &e.Serious)
	e.At = instant(at)
	return e, err
}

// Events returns what happened, the oldest first, at most limit.
func (s *Store) Events(ctx context.Context, from, to time.Time, limit int) ([]model.Event, error) {
	return list(ctx, s, scanEvent, "SELECT "+eventColumns+" FROM event WHERE at >= ? AND at < ? ORDER BY at, id LIMIT ?",
		from.UnixMicro(), to.UnixMicro(), limit)
}

// Liveness returns the last change of each device's liveness as of a moment, by
// the device's root topic.
func (s *Store) Liveness(ctx context.Context, at time.Time) (map[string]model.Event, error) {
	events, err := list(ctx, s, scanEvent, `WITH RECURSIVE d(device) AS (
		SELECT min(device) FROM event WHERE kind = 0 UNION ALL
		SELECT (SELECT min(e.device) FROM event e WHERE e.kind = 0 AND e.device > d.device) FROM d WHERE d.device IS NOT NULL)
		SELECT `+eventColumns+` FROM event WHERE id IN (SELECT
		(SELECT e.id FROM event e WHERE e.kind = 0 AND e.device = d.device AND e.at <= ? ORDER BY e.at DESC, e.id DESC LIMIT 1) FROM d)`, at.UnixMicro())
	if err != nil {
		return nil, err
	}
	out := make(map[string]model.Event, len(events))
	for _, e := range events {
		out[e.Device] = e
	}
	return out, nil
}

// Sessions returns beginnings and ends of sessions, the oldest first, at most
// limit.
func (s *Store) Sessions(ctx context.Context, from, to time.Time, limit int) ([]history.Session, error) {
	return list(ctx, s, func(v *view, r *sql.Rows) (n history.Session, err error) {
		var at int64
		var pub sql.NullInt64
		err = r.Scan(&at, &pub, &n.Opened, &n.End, &n.Why)
		n.At, n.Publisher = instant(at), v.s.names.publisherOf(pub.Int64)
		return n, err
	}, "SELECT at, publisher, opened, ending, why FROM session WHERE at >= ? AND at < ? ORDER BY at, id LIMIT ?",
		from.UnixMicro(), to.UnixMicro(), limit)
}

// Commands returns the commands sent in a stretch, each as it was last known,
// the newest first, at most limit.
func (s *Store) Commands(ctx context.Context, from, to time.Time, limit int) ([]model.Command, error) {
	return list(ctx, s, func(_ *view, r *sql.Rows) (c model.Command, err error) {
		var whole []byte
		if err := r.Scan(&whole); err != nil {
			return c, err
		}
		return c, json.Unmarshal(whole, &c)
	}, "SELECT whole FROM command WHERE sent >= ? AND sent < ? ORDER BY sent DESC LIMIT ?", from.UnixMicro(), to.UnixMicro(), limit)
}

// Alarms returns changes of alarms, the oldest first, at most limit.
func (s *Store) Alarms(ctx context.Context, from, to time.Time, limit int) ([]history.Alarm, error) {
	return list(ctx, s, func(_ *view, r *sql.Rows) (a history.Alarm, err error) {
		var at int64
		err = r.Scan(&at, &a.ID, &a.Source, &a.State, &a.Severity, &a.Text, &a.By)
		a.At = instant(at)
		return a, err
	}, "SELECT at, alarm, source, state, severity, text, who FROM alarm WHERE at >= ? AND at < ? ORDER BY at, id LIMIT ?",
		from.UnixMicro(), to.UnixMicro(), limit)
}

// Gaps returns the gaps that touch a stretch, the oldest first.
func (s *Store) Gaps(ctx context.Context, from, to time.Time) ([]history.Gap, error) {
	return list(ctx, s, func(_ *view, r *sql.Rows) (g history.Gap, err error) {
		var start, stop int64
		err = r.Scan(&start, &stop, &g.Kind, &g.Lost, &g.Why)
		g.From, g.To = instant(start), instant(stop)
		return g, err
	}, "SELECT start, stop, kind, lost, why FROM gap WHERE min(start, stop) < ? AND max(start, stop) >= ? ORDER BY start, id LIMIT 10000",
		to.UnixMicro(), from.UnixMicro())
}

// Bookmarks returns the bookmarks in a stretch, the oldest first.
func (s *Store) Bookmarks(ctx context.Context, from, to time.Time) ([]history.Bookmark, error) {
	return list(ctx, s, func(_ *view, r *sql.Rows) (b history.Bookmark, err error) {
		var at int64
		err = r.Scan(&b.ID, &at, &b.Title, &b.Note)
		b.At = instant(at)
		return b, err
	}, "SELECT id, at, title, note FROM bookmark WHERE at >= ? AND at < ? ORDER BY at, id", from.UnixMicro(), to.UnixMicro())
}

// Usage tells how much is kept.
func (s *Store) Usage(ctx context.Context) (u history.Usage, err error) {
	v, err := s.look(ctx)
	if err != nil {
		return u, err
	}
	defer v.close()
	var oldest sql.NullInt64
	err = v.q.QueryRowContext(ctx, `SELECT (SELECT coalesce(sum(count), 0) FROM message_block), (SELECT coalesce(sum(count), 0) FROM sample_block),
		(SELECT coalesce(sum(bytes), 0) FROM sample_block), (SELECT min(start) FROM message_block)`).Scan(&u.Messages, &u.Sealed, &u.SealedBytes, &oldest)
	if err != nil {
		return u, s.damaged(err)
	}
	s.seal.RLock()
	first := int64(0)
	u.Samples = u.Sealed
	for _, p := range v.heads {
		if p.head == nil {
			continue
		}
		u.Messages += int64(p.head.messages.n - p.nMessages)
		u.Samples += int64(p.head.samples.n - p.nSamples)
		if first == 0 || p.head.oldest != 0 && p.head.oldest < first {
			first = p.head.oldest
		}
	}
	s.seal.RUnlock()
	if oldest.Valid && (first == 0 || oldest.Int64 < first) {
		first = oldest.Int64
	}
	if first != 0 {
		u.Oldest = instant(first)
	}
	s.names.mu.RLock()
	u.Topics, u.Series = len(s.names.topics), len(s.names.series)
	s.names.mu.RUnlock()
	for _, ext := range []string{"", "-wal"} {
		if info, err := os.Stat(s.path + ext); err == nil {
			u.Bytes += info.Size()
		}
	}
	return u, nil
}
