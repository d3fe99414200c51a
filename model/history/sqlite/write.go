package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// Flags of a message, as rows and blocks keep them: QoS in bits 0 and 1.
const (
	flagRetained = 1 << 2
	flagReplayed = 1 << 3
)

// Write keeps a batch, all or nothing. It is on disk when Write returns nil. The
// ID of the batch is not looked at: a transaction that failed here left nothing.
// Where sealing has not kept up with what is recent, it waits for it.
func (s *Store) Write(ctx context.Context, b *history.Batch) error {
	if s.write == nil {
		return history.ErrReadOnly
	}
	if b.Empty() {
		return nil
	}
	s.write.asked.Add(1)
	if err := s.waitForRoom(ctx); err != nil {
		return err
	}
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	t := &transaction{s: s, fresh: s.write.newFresh(), rows: &s.write.rows}
	t.rows.reset()
	err := s.transact(ctx, func(tx *sql.Tx) error {
		t.tx = tx
		return t.write(ctx, b)
	})
	if err != nil {
		s.write.payloads.clear()
		s.write.event.clear()
		return fmt.Errorf("write %d messages to the history: %w", len(b.Messages), err)
	}
	s.seal.Lock()
	s.committed(t.fresh)
	t.rows.give(s.head)
	s.write.nextRow += int64(len(b.Messages))
	s.write.nextSample += int64(len(b.Samples))
	s.head.lastMessage, s.head.lastSample = s.write.nextRow, s.write.nextSample
	s.seal.Unlock()
	return nil
}

// transaction is a batch being written.
type transaction struct {
	s     *Store
	tx    *sql.Tx
	fresh *fresh
	rows  *newRows
}

func (t *transaction) write(ctx context.Context, b *history.Batch) error {
	row := t.s.write.nextRow + 1
	for rest := b.Messages; len(rest) > 0; {
		n, bytes := rowOf(rest)
		if err := t.messages(ctx, row, rest[:n], bytes); err != nil {
			return err
		}
		giveWay()
		row += int64(n)
		rest = rest[n:]
	}
	t.s.write.expect(t.rows.topics)
	row = t.s.write.nextSample + 1
	for rest := b.Samples; len(rest) > 0; {
		n := min(len(rest), rowSamples)
		if err := t.samples(ctx, row, rest[:n]); err != nil {
			return err
		}
		giveWay()
		row += int64(n)
		rest = rest[n:]
	}
	return t.others(ctx, b)
}

// rowOf is how many of the first messages go into one row, and how large their
// payloads are.
func rowOf(list []history.Message) (n, bytes int) {
	for n < min(len(list), rowMessages) && (n == 0 || bytes+len(list[n].Payload) <= rowBytes) {
		bytes += len(list[n].Payload)
		n++
	}
	return n, bytes
}

// messages writes a row of messages.
func (t *transaction) messages(ctx context.Context, id int64, list []history.Message, bytes int) error {
	r := t.rows
	r.begin(list[0].At.UnixMicro(), bytes)
	for i := range list {
		if err := t.message(ctx, &list[i]); err != nil {
			return err
		}
	}
	r.end()
	giveWay()
	_, err := t.s.write.message.ExecContext(ctx, id, r.start, string(r.heads), r.data, orNothing(r.noted), checksum(r.heads, r.data, r.noted))
	return err
}

// message adds a message to the row.
func (t *transaction) message(ctx context.Context, m *history.Message) error {
	topic, err := t.topic(ctx, m)
	if err != nil {
		return err
	}
	pub, err := t.s.publisherID(ctx, t.fresh, m.Publisher)
	if err != nil {
		return err
	}
	v := heldMessage{at: m.At.UnixMicro(), publisher: pub, flags: flagsOf(&m.Message), size: uint32(len(m.Payload)), properties: -1}
	if !m.DeviceAt.IsZero() {
		v.device = m.DeviceAt.UnixMicro()
	}
	if m.Properties != nil {
		if v.properties, err = t.rows.note(m.Properties); err != nil {
			return err
		}
	}
	row, err := t.payload(ctx, &v, m.Payload)
	if err != nil {
		return err
	}
	t.rows.add(topic, v, row)
	return nil
}

// topic is the number of the topic of a message.
func (t *transaction) topic(ctx context.Context, m *history.Message) (int64, error) {
	k, id, ok := t.s.write.topicOf(t.s.names, m.Topic, m.Hint)
	t.rows.topics = append(t.rows.topics, k)
	if ok {
		return id, nil
	}
	return t.s.topicID(ctx, t.fresh, m.Topic)
}

// payload puts a payload where it belongs: into the row of its message, or, when it
// was said before, into a row of table payload, of which it returns the number.
func (t *transaction) payload(ctx context.Context, m *heldMessage, data []byte) (row int64, err error) {
	w := t.s.write
	hash := w.payloads.hash(data)
	p := w.payloads.find(hash, data)
	if p == nil {
		t.rows.place(m, hash, data)
		w.payloads.keep(hash, t.rows.data[m.start:m.start+m.size:m.start+m.size])
		return 0, nil
	}
	if p.id == 0 {
		t.fresh.ids.payload++
		if _, err := w.payload.ExecContext(ctx, t.fresh.ids.payload, data); err != nil {
			return 0, err
		}
		p.id = t.fresh.ids.payload
	}
	t.rows.point(m, p.id, p.data)
	return p.id, nil
}

// samples writes a row of samples.
func (t *transaction) samples(ctx context.Context, id int64, list []history.Sample) error {
	r, start := t.rows, list[0].At.UnixMicro()
	r.list = r.list[:0]
	for i := range list {
		p := &list[i]
		series, err := t.s.seriesID(ctx, t.fresh, p.Key)
		if err != nil {
			return err
		}
		at := p.At.UnixMicro()
		r.list = appendSample(r.list, series, at-start, p.Value)
		r.samples = append(r.samples, newSample{series, at, p.Value})
	}
	r.list = append(r.list, ']')
	giveWay()
	_, err := t.s.write.sample.ExecContext(ctx, id, start, string(r.list), checksum(r.list))
	return err
}

func flagsOf(m *model.Message) uint8 {
	f := m.QoS & 3
	if m.Retained {
		f |= flagRetained
	}
	if m.Replayed {
		f |= flagReplayed
	}
	return f
}

// orNothing is nil for no bytes, and else text.
func orNothing(p []byte) any {
	if len(p) == 0 {
		return nil
	}
	return string(p)
}

// orNull is nil for 0.
func orNull(v int64) any {
	if v == 0 {
		return nil
	}
	return v
}

// others writes what is neither message nor sample.
func (t *transaction) others(ctx context.Context, b *history.Batch) error {
	for _, e := range b.Events {
		err := t.s.write.event.add(ctx, e.At.UnixMicro(), e.Kind, e.Device, e.Client, e.Addr, e.Text, e.From, e.To, e.Serious)
		if err != nil {
			return err
		}
	}
	if err := t.s.write.event.flush(ctx); err != nil {
		return err
	}
	for _, v := range b.Sessions {
		pub, err := t.s.publisherID(ctx, t.fresh, v.Publisher)
		if err != nil {
			return err
		}
		_, err = t.tx.ExecContext(ctx, "INSERT INTO session(at, publisher, opened, ending, why) VALUES(?, ?, ?, ?, ?)",
			v.At.UnixMicro(), orNull(pub), v.Opened, v.End, v.Why)
		if err != nil {
			return err
		}
	}
	for _, c := range b.Commands {
		whole, err := json.Marshal(c)
		if err != nil {
			return err
		}
		_, err = t.tx.ExecContext(ctx, "INSERT OR REPLACE INTO command(id, sent, device, topic, state, detail, whole) VALUES(?, ?, ?, ?, ?, ?, ?)",
			c.ID, c.Sent.UnixMicro(), c.Device, c.Topic, c.State, c.Detail, string(whole))
		if err != nil {
			return err
		}
	}
	for _, a := range b.Alarms {
		_, err := t.tx.ExecContext(ctx, "INSERT INTO alarm(at, alarm, source, state, severity, text, who) VALUES(?, ?, ?, ?, ?, ?, ?)",
			a.At.UnixMicro(), a.ID, a.Source, a.State, a.Severity, a.Text, a.By)
		if err != nil {
			return err
		}
	}
	for _, g := range b.Gaps {
		_, err := t.tx.ExecContext(ctx, "INSERT INTO gap(start, stop, kind, lost, why) VALUES(?, ?, ?, ?, ?)",
			g.From.UnixMicro(), g.To.UnixMicro(), g.Kind, int64(g.Lost), g.Why)
		if err != nil {
			return err
		}
	}
	return nil
}

// AddBookmark keeps a bookmark and returns its number.
func (s *Store) AddBookmark(ctx context.Context, b history.Bookmark) (id int64, err error) {
	if s.write == nil {
		return 0, history.ErrReadOnly
	}
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	err = s.transact(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "INSERT INTO bookmark(at, title, note) VALUES(?, ?, ?)", b.At.UnixMicro(), b.Title, b.Note)
		if err != nil {
			return err
		}
		id, err = r.LastInsertId()
		return err
	})
	return id, s.wrap("keep a bookmark", err)
}

// RemoveBookmark forgets a bookmark; one that is not there is no error.
func (s *Store) RemoveBookmark(ctx context.Context, id int64) error {
	if s.write == nil {
		return history.ErrReadOnly
	}
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	return s.wrap("forget a bookmark", s.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM bookmark WHERE id = ?", id)
		return err
	}))
}

// instant is a time of the file.
func instant(micros int64) time.Time { return time.UnixMicro(micros) }
