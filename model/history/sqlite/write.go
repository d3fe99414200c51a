package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/block"
)

// Flags of a message, as rows and blocks keep them: QoS in bits 0 and 1.
const (
	flagRetained = 1 << 2
	flagReplayed = 1 << 3
)

// Write keeps a batch, all or nothing. It is on disk when Write returns nil. The
// ID of the batch is not looked at: a transaction that failed here left nothing.
func (s *Store) Write(ctx context.Context, b *history.Batch) error {
	if s.write == nil {
		return history.ErrReadOnly
	}
	if b.Empty() {
		return nil
	}
	s.write.asked.Add(1)
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	t := &transaction{s: s, fresh: s.write.newFresh()}
	err := s.transact(ctx, func(tx *sql.Tx) error {
		t.tx = tx
		return t.write(ctx, b)
	})
	if err != nil {
		s.write.message.args, s.write.sample.args = nil, nil
		s.write.payloads.clear()
		return fmt.Errorf("write %d messages to the history: %w", len(b.Messages), err)
	}
	s.seal.Lock()
	s.committed(t.fresh)
	for i := range t.messages {
		s.head.addMessage(t.messages[i].topic, t.messages[i].m)
	}
	for _, r := range t.samples {
		s.head.addSample(r.series, r.at, r.v)
	}
	s.write.nextRow += int64(len(t.messages))
	s.write.nextSample += int64(len(t.samples))
	s.head.lastMessage, s.head.lastSample = s.write.nextRow, s.write.nextSample
	s.seal.Unlock()
	return nil
}

// transaction is a batch being written.
type transaction struct {
	s        *Store
	tx       *sql.Tx
	fresh    *fresh
	messages []messageRow
	samples  []sampleRow
}

func (t *transaction) write(ctx context.Context, b *history.Batch) error {
	t.messages = make([]messageRow, 0, len(b.Messages))
	t.samples = make([]sampleRow, 0, len(b.Samples))
	for i := range b.Messages {
		if err := t.message(ctx, &b.Messages[i]); err != nil {
			return err
		}
	}
	for i := range b.Samples {
		p := &b.Samples[i]
		id, err := t.s.seriesID(ctx, t.fresh, p.Key)
		if err != nil {
			return err
		}
		at := p.At.UnixMicro()
		row := t.s.write.nextSample + int64(i) + 1
		if err := t.s.write.sample.add(ctx, row, id, at, p.Value); err != nil {
			return err
		}
		t.samples = append(t.samples, sampleRow{id, at, p.Value})
	}
	if err := t.s.write.message.flush(ctx); err != nil {
		return err
	}
	if err := t.s.write.sample.flush(ctx); err != nil {
		return err
	}
	return t.others(ctx, b)
}

// message writes the row of a message.
func (t *transaction) message(ctx context.Context, m *history.Message) error {
	topic, err := t.s.topicID(ctx, t.fresh, m.Topic)
	if err != nil {
		return err
	}
	pub, err := t.s.publisherID(ctx, t.fresh, m.Publisher)
	if err != nil {
		return err
	}
	v := block.Message{At: m.At.UnixMicro(), Publisher: pub, Flags: flagsOf(&m.Message), Payload: m.Payload}
	if !m.DeviceAt.IsZero() {
		v.DeviceAt = m.DeviceAt.UnixMicro()
	}
	var properties any
	if m.Properties != nil {
		if v.Properties, err = json.Marshal(m.Properties); err != nil {
			return err
		}
		properties = string(v.Properties)
	}
	var data, same any = m.Payload, nil
	if len(m.Payload) == 0 {
		data = nil
	}
	if key, id, again := t.s.write.payloads.find(m.Payload); again {
		if id == 0 {
			t.fresh.ids.payload++
			id = t.fresh.ids.payload
			if _, err := t.s.write.payload.ExecContext(ctx, id, m.Payload); err != nil {
				return err
			}
			t.s.write.payloads.kept(key, id)
		}
		data, same = nil, id
	}
	row := t.s.write.nextRow + int64(len(t.messages)) + 1
	t.messages = append(t.messages, messageRow{topic, v})
	return t.s.write.message.add(ctx, row, v.At, topic, orNull(pub), int64(v.Flags), orNull(v.DeviceAt), data, same, properties)
}

func flagsOf(m *model.Message) uint64 {
	f := uint64(m.QoS & 3)
	if m.Retained {
		f |= flagRetained
	}
	if m.Replayed {
		f |= flagReplayed
	}
	return f
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
		_, err := t.tx.ExecContext(ctx, "INSERT INTO event(at, kind, device, client, addr, text, was, now, serious) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
			e.At.UnixMicro(), e.Kind, e.Device, e.Client, e.Addr, e.Text, e.From, e.To, e.Serious)
		if err != nil {
			return err
		}
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
