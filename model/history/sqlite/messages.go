package sqlite

import (
	"container/heap"
	"context"
	"database/sql"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/block"
)

// Messages returns the messages of a topic, the newest first, at most limit.
func (s *Store) Messages(ctx context.Context, topic string, from, to time.Time, limit int) ([]history.Message, error) {
	id, ok := s.names.topic(topic)
	if !ok || limit <= 0 {
		return nil, nil
	}
	v, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	defer v.close()
	lo, hi := from.UnixMicro(), to.UnixMicro()
	list := within(v.recent(id), lo, hi)
	if over := len(list) - limit; over > 0 {
		list = list[over:]
	}
	slices.Reverse(list)
	err = v.backwards(ctx, id, lo, hi, func(m block.Message) bool {
		list = append(list, m)
		return len(list) < 2*limit // a clock set back leaves blocks that overlap
	})
	if err != nil {
		return nil, s.wrap("read messages", err)
	}
	slices.SortStableFunc(list, func(a, b block.Message) int { return compare(b.At, a.At) })
	out := make([]history.Message, min(len(list), limit))
	for i := range out {
		out[i] = v.message(topic, list[i])
	}
	return out, nil
}

// within is the part of a list in order of time that lies in a stretch.
func within(list []block.Message, from, to int64) []block.Message {
	at := func(m block.Message, t int64) int { return compare(m.At, t) }
	lo, _ := slices.BinarySearchFunc(list, from, at)
	hi, _ := slices.BinarySearchFunc(list, to, at)
	return list[lo:max(lo, hi)]
}

// backwards calls f with the sealed messages of a topic, the newest first, until
// it returns false.
func (v *view) backwards(ctx context.Context, topic, from, to int64, f func(block.Message) bool) error {
	more := true
	for hi, id := to, int64(1)<<62; more; {
		var data []byte
		var start, stop int64
		err := v.q.QueryRowContext(ctx, `SELECT b.start, b.id, b.stop, d.data FROM message_block b JOIN message_data d ON d.id = b.id
			WHERE b.topic = ? AND (b.start, b.id) < (?, ?) AND b.start >= ? ORDER BY b.start DESC, b.id DESC LIMIT 1`,
			topic, hi, id, from-maxSpan.Microseconds()).Scan(&start, &id, &stop, &data)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return v.s.damaged(err)
		}
		hi = start
		if stop < from {
			continue
		}
		b, err := block.OpenMessages(data)
		if err != nil {
			return v.s.damaged(err)
		}
		for i := b.FrameAt(to - 1); i >= 0 && more; i-- {
			frame, err := b.Frame(i)
			if err != nil {
				return v.s.damaged(err)
			}
			frame = within(frame, from, to)
			for j := len(frame) - 1; j >= 0 && more; j-- {
				more = f(frame[j])
			}
		}
	}
	return nil
}

// At calls f with the last message of each topic that matches a filter, as of a
// moment, in no order, until it returns false.
func (s *Store) At(ctx context.Context, at time.Time, filter string, f func(history.Message) bool) error {
	topics := s.names.matching(filter)
	ids := make([]int64, 0, len(topics))
	for id := range topics {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex
	var failed error
	stopped := false
	give := func(m history.Message) bool {
		mu.Lock()
		defer mu.Unlock()
		stopped = stopped || !f(m)
		return !stopped
	}
	workers := min(readers, runtime.GOMAXPROCS(0), len(ids)/512+1)
	if s.fixed != nil {
		workers = 1
	}
	var group sync.WaitGroup
	for i := range workers {
		part := ids[len(ids)*i/workers : len(ids)*(i+1)/workers]
		group.Go(func() {
			if err := s.stateOf(ctx, at.UnixMicro(), part, topics, give); err != nil {
				mu.Lock()
				if failed == nil {
					failed = err
				}
				mu.Unlock()
				cancel()
			}
		})
	}
	group.Wait()
	return s.wrap("read the last messages before a moment", failed)
}

// stateOf finds the last message of each of the topics, which are in order.
func (s *Store) stateOf(ctx context.Context, at int64, ids []int64, names map[int64]string, f func(history.Message) bool) error {
	if len(ids) == 0 {
		return nil
	}
	v, err := s.look(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	var older []int64 // those without a recent message before the moment
	for _, id := range ids {
		m, ok := v.lastRecent(id, at)
		if !ok {
			older = append(older, id)
		} else if !f(v.message(names[id], m)) {
			return nil
		}
	}
	if len(older) == 0 {
		return nil
	}
	more := true
	var finder block.Finder
	return each(ctx, v.q, func(r *sql.Rows) error {
		var topic int64
		var data sql.RawBytes
		if err := r.Scan(&topic, &data); err != nil || !more || data == nil {
			return err
		}
		if _, wanted := slices.BinarySearch(older, topic); !wanted {
			return nil
		}
		m, ok, err := finder.LastBefore(data, at)
		if err != nil {
			return s.damaged(err)
		}
		if ok {
			more = f(v.message(names[topic], m))
		}
		return nil
	}, `SELECT t.id, (SELECT d.data FROM message_block b JOIN message_data d ON d.id = b.id WHERE b.topic = t.id AND b.start <= ?
		ORDER BY b.start DESC, b.id DESC LIMIT 1) FROM topic t WHERE t.id BETWEEN ? AND ?`, at, older[0], older[len(older)-1])
}

// minTime is before anything that was ever recorded.
const minTime = -1 << 62

// Each calls f with the messages of all topics that match a filter in order of
// arrival until it returns false.
func (s *Store) Each(ctx context.Context, filter string, from, to time.Time, f func(history.Message) bool) error {
	v, err := s.look(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	topics := s.names.matching(filter)
	m := &merge{v: v, from: from.UnixMicro(), to: to.UnixMicro()}
	for id := range topics {
		if list := within(v.recent(id), m.from, m.to); len(list) > 0 {
			heap.Push(m, &stream{topic: id, list: list})
		}
	}
	blocks, err := v.q.QueryContext(ctx, "SELECT topic, start, stop, id FROM message_block WHERE start >= ? AND start < ? ORDER BY start",
		m.from-maxSpan.Microseconds(), m.to)
	if err != nil {
		return s.wrap("read messages", s.damaged(err))
	}
	defer func() { _ = blocks.Close() }()
	for blocks.Next() {
		var topic, start, stop, id int64
		if err := blocks.Scan(&topic, &start, &stop, &id); err != nil {
			return s.wrap("read messages", err)
		}
		if _, wanted := topics[topic]; !wanted || stop < m.from {
			continue
		}
		if more, err := m.drain(start, topics, f); err != nil || !more {
			return s.wrap("read messages", err)
		}
		if err := m.open(ctx, topic, id); err != nil {
			return s.wrap("read messages", err)
		}
	}
	if err := blocks.Err(); err != nil {
		return s.wrap("read messages", s.damaged(err))
	}
	_, err = m.drain(1<<62, topics, f)
	return s.wrap("read messages", err)
}

// merge is a heap of streams of messages, by the time of the next of each.
type merge struct {
	v        *view
	from, to int64
	streams  []*stream
}

// stream is messages of a topic in order of time: list is what is unpacked,
// frames from next on are not yet.
type stream struct {
	topic int64
	list  []block.Message
	block block.Messages
	next  int
}

// Len implements heap.Interface.
func (m *merge) Len() int { return len(m.streams) }

// Less implements heap.Interface.
func (m *merge) Less(i, j int) bool { return m.streams[i].list[0].At < m.streams[j].list[0].At }

// Swap implements heap.Interface.
func (m *merge) Swap(i, j int) { m.streams[i], m.streams[j] = m.streams[j], m.streams[i] }

// Push implements heap.Interface.
func (m *merge) Push(x any) {
	if s, ok := x.(*stream); ok {
		m.streams = append(m.streams, s)
	}
}

// Pop implements heap.Interface.
func (m *merge) Pop() any {
	last := m.streams[len(m.streams)-1]
	m.streams = m.streams[:len(m.streams)-1]
	return last
}

// open adds the messages of a block.
func (m *merge) open(ctx context.Context, topic, id int64) error {
	var data []byte
	if err := m.v.q.QueryRowContext(ctx, "SELECT data FROM message_data WHERE id = ?", id).Scan(&data); err != nil {
		return m.v.s.damaged(err)
	}
	b, err := block.OpenMessages(data)
	if err != nil {
		return m.v.s.damaged(err)
	}
	st := &stream{topic: topic, block: b}
	more, err := m.refill(st)
	if more {
		heap.Push(m, st)
	}
	return err
}

// refill unpacks the next frame of a stream that has something in the stretch.
func (m *merge) refill(st *stream) (more bool, err error) {
	for st.next < st.block.Frames() {
		if st.block.Stop(st.next) < m.from {
			st.next++
			continue
		}
		frame, err := st.block.Frame(st.next)
		if err != nil {
			return false, m.v.s.damaged(err)
		}
		st.next++
		if st.list = within(frame, m.from, m.to); len(st.list) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// drain hands out what comes before a time.
func (m *merge) drain(before int64, names map[int64]string, f func(history.Message) bool) (more bool, err error) {
	for len(m.streams) > 0 {
		st := m.streams[0]
		if st.list[0].At >= before {
			return true, nil
		}
		if !f(m.v.message(names[st.topic], st.list[0])) {
			return false, nil
		}
		if st.list = st.list[1:]; len(st.list) > 0 {
			heap.Fix(m, 0)
			continue
		}
		ok, err := m.refill(st)
		if err != nil {
			return false, err
		}
		if ok {
			heap.Fix(m, 0)
		} else {
			heap.Pop(m)
		}
	}
	return true, nil
}
