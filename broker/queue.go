package broker

// item is a message on its way to one session.
type item struct {
	m      *message
	qos    byte
	retain bool // the flag to send
	ids    []uint32
	// generation is that of the access rules when the receiver was last allowed.
	generation uint64
	record     *delivery // nil for what is not to be on disk
	share      *group    // the shared subscription it came by, nil for none
	// among is the record of retained messages that it is the first of, nil for
	// none.
	among *keptReplay
}

// queue is the messages that wait in one session, first in, first out. Retained
// messages to replay take one entry for all that match a filter.
type queue struct {
	entries []entry
	head    int
	count   int // messages, without replays
	bytes   int
	replays int // retained messages that are still to be replayed
}

type entry struct {
	item
	replay []*message // if not nil, these, with the item's other fields
}

func (q *queue) empty() bool { return q.head == len(q.entries) }

func (q *queue) push(it item) {
	q.entries = append(q.entries, entry{item: it})
	q.count++
	q.bytes += it.m.size()
}

// pushReplay appends retained messages, which go out with the QoS they have, at
// most that of it.
func (q *queue) pushReplay(it item, messages []*message) {
	if len(messages) > 0 {
		q.entries = append(q.entries, entry{item: it, replay: messages})
		q.replays += len(messages)
	}
}

// front is the next message. The queue must not be empty.
func (q *queue) front() item {
	e := &q.entries[q.head]
	if e.replay == nil {
		return e.item
	}
	it := e.item
	it.m = e.replay[0]
	if it.qos = min(it.qos, it.m.qos); it.qos == 0 {
		it.among = nil
	}
	return it
}

// pop removes the front and returns by how many bytes the queue is shorter.
func (q *queue) pop() (bytes int) {
	e := &q.entries[q.head]
	if e.replay != nil {
		q.replays--
		if e.replay = e.replay[1:]; len(e.replay) > 0 {
			return 0
		}
	} else {
		bytes = e.m.size()
		q.count--
		q.bytes -= bytes
	}
	*e = entry{}
	q.head++
	q.compact()
	return bytes
}

// compact gives memory back: half of the entries are gone, or all.
func (q *queue) compact() {
	switch {
	case q.head == len(q.entries):
		q.entries, q.head = q.entries[:0], 0
		if cap(q.entries) > 1024 {
			q.entries = nil
		}
	case q.head >= 1024 && q.head*2 >= len(q.entries):
		n := copy(q.entries, q.entries[q.head:])
		clear(q.entries[n:])
		q.entries, q.head = q.entries[:n], 0
	}
}
