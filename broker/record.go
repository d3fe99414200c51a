package broker

import (
	"encoding/binary"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// The kinds of records: the first byte of their keys. They are loaded in this
// order.
const (
	kindMessage      byte = 1 + iota // and its number
	kindSession                      // and its number
	kindRetained                     // and the number of the message
	kindSubscription                 // and the numbers of the session and of its own
	kindDelivery                     // and the numbers of the session and of its own; replays too
	kindReceived                     // and the number of the session and a packet ID
	kindWill                         // and the numbers of the session (0 for none) and of its own
)

// record is something that has, or will have, a record on disk. All but what
// never changes belongs to the journal.
type record interface {
	state() *recordState
	appendKey(dst []byte) []byte
	appendValue(dst []byte) []byte
}

// recordState is what the journal knows of a record.
type recordState struct {
	alive  bool   // is to be on disk
	stored bool   // is on disk, or in the batch that is on its way there
	dirty  bool   // is to be looked at for the next batch
	over   bool   // was given up, perhaps before it came to life
	batch  uint64 // the last batch that had it
}

func (r *recordState) state() *recordState { return r }

func appendNumber(dst []byte, n uint64) []byte { return binary.BigEndian.AppendUint64(dst, n) }

// messageRecord is what the journal knows of a message.
type messageRecord struct {
	recordState
	number uint64
	uses   int      // deliveries, and one for the retained store
	shelf  *shelved // not nil once it was retained
}

func (m *message) appendKey(dst []byte) []byte {
	return appendNumber(append(dst, kindMessage), m.number)
}

func (m *message) appendValue(dst []byte) []byte {
	e := encoder{dst}
	e.flags(m.qos&1 != 0, m.qos&2 != 0, m.retain)
	e.time(m.at)
	e.time(m.expires)
	e.publisher(m.from)
	e.text(m.topic)
	e.bytes(m.values)
	return append(e.b, m.payload...)
}

// shelved is the record that a message is retained.
type shelved struct {
	recordState
	m *message
}

func (r *shelved) appendKey(dst []byte) []byte {
	return appendNumber(append(dst, kindRetained), r.m.number)
}
func (r *shelved) appendValue(dst []byte) []byte { return dst }

// delivery is a message that a session is to have, or had and has not let go.
type delivery struct {
	recordState
	s        *session
	m        *message // nil once released
	owner    uint64
	number   uint64
	qos      byte
	retain   bool
	ids      []uint32
	packet   uint16 // packet ID, 0 while it waits
	released bool   // PUBREC came
}

func (d *delivery) appendKey(dst []byte) []byte {
	return appendNumber(appendNumber(append(dst, kindDelivery), d.owner), d.number)
}

func (d *delivery) appendValue(dst []byte) []byte {
	e := encoder{dst}
	e.flags(d.qos&1 != 0, d.qos&2 != 0, d.retain, d.released)
	e.number(uint64(d.packet))
	if d.released {
		return e.b
	}
	e.number(d.m.number)
	for _, id := range d.ids {
		e.number(uint64(id))
	}
	return e.b
}

// received is a QoS 2 message from a client that is not released.
type received struct {
	recordState
	owner  uint64
	packet uint16
}

func (r *received) appendKey(dst []byte) []byte {
	return binary.BigEndian.AppendUint16(appendNumber(append(dst, kindReceived), r.owner), r.packet)
}
func (r *received) appendValue(dst []byte) []byte { return dst }

// keptSession is a session as it is on disk.
type keptSession struct {
	recordState
	number uint64
	pub    *model.Publisher
	expiry time.Duration
	// away is since when the client is away, zero while it is connected.
	away time.Time
	// What is good of the session's spool; see spooling.go.
	head, tail spoolMark
	spool      *spool
	gaps       []spoolGap // that may still be filled
	left       []spoolGap // of an earlier process: they are not
}

func (k *keptSession) appendKey(dst []byte) []byte {
	return appendNumber(append(dst, kindSession), k.number)
}

func (k *keptSession) appendValue(dst []byte) []byte {
	e := encoder{dst}
	e.publisher(k.pub)
	e.number(uint64(k.expiry))
	e.time(k.away)
	for _, m := range []spoolMark{k.head, k.tail} {
		e.number(uint64(m.at))
		e.number(m.n)
	}
	k.appendGaps(&e)
	return e.b
}

// keptSubscription is a subscription as it is on disk.
type keptSubscription struct {
	recordState
	owner, number uint64
	whole         string // the filter with its $share prefix
	qos           byte
	noLocal, asIs bool
	id            uint32
}

func (k *keptSubscription) appendKey(dst []byte) []byte {
	return appendNumber(appendNumber(append(dst, kindSubscription), k.owner), k.number)
}

func (k *keptSubscription) appendValue(dst []byte) []byte {
	e := encoder{dst}
	e.flags(k.qos&1 != 0, k.qos&2 != 0, k.noLocal, k.asIs)
	e.number(uint64(k.id))
	e.text(k.whole)
	return e.b
}

// keptWill is a will as it is on disk: of a client that is connected, or that is
// away and may come back until due.
type keptWill struct {
	recordState
	owner, number uint64
	due           time.Time // zero while the client is connected
	w             *will
}

func (k *keptWill) appendKey(dst []byte) []byte {
	return appendNumber(appendNumber(append(dst, kindWill), k.owner), k.number)
}

func (k *keptWill) appendValue(dst []byte) []byte {
	e := encoder{dst}
	w := k.w
	e.flags(w.qos&1 != 0, w.qos&2 != 0, w.retain, w.hasExpiry)
	e.time(k.due)
	e.number(uint64(w.expiry))
	e.number(uint64(w.delay))
	e.publisher(w.pub)
	e.text(w.topic)
	e.bytes(w.values)
	return append(e.b, w.payload...)
}
