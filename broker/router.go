package broker

import (
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// router takes the messages of one publisher to their receivers, in order. It
// belongs to one goroutine at a time.
//
// Bytes of QoS 0 for one receiver are staged, and handed over in one piece when
// another receiver is next or the publisher has nothing more to read.
type router struct {
	b   *Broker
	pub *model.Publisher
	// trusted tells that Access is not asked: the program itself publishes.
	trusted bool
	// system tells that the broker itself publishes, under $SYS.
	system bool
	stats  *sessionStats // of the publisher's session, nil for none

	cache map[string]*route
	cost  int
	last  *route // that was asked for last

	work   *workspace
	to     *conn
	staged int    // messages in work.stage
	bytes  int    // of their payloads
	local  *Local // gets batch
	batch  *batch
	// deliveries of the current message, to sessions that are kept.
	deliveries []*delivery
	spooled    []spooled
	lost       int // staged messages that were dropped
	now        time.Time
	counts     tally
}

// workspace is the memory a router needs while it routes. Idle connections have
// none.
type workspace struct {
	stage  []byte
	plain4 []byte // the current message for MQTT 3.1.1 receivers, once made
	plain5 []byte
}

// stageBytes is how much is staged for one receiver, and workspaceKeep the most
// memory that a workspace takes back to the pool.
const (
	stageBytes    = 16 << 10
	workspaceKeep = 128 << 10
)

// tally counts messages until they are added to the broker's totals.
type tally struct {
	in, inBytes uint64
}

// outcome is what became of one message.
type outcome struct {
	matched int // sessions it went to
	dropped int // sessions that lost it
	// ticket is when what the message is for others is on disk, 0 for nothing.
	ticket uint64
}

// publish routes one message. The caller has checked that it may be published.
func (r *router) publish(rt *route, in *inbound) (o outcome) {
	if r.work == nil {
		r.work = r.b.workspaces.get()
	}
	r.work.plain4, r.work.plain5 = r.work.plain4[:0], r.work.plain5[:0]
	if !r.system {
		r.counts.in++
		r.counts.inBytes += uint64(len(in.payload))
	}
	if in.retain {
		r.b.retain(in.keep(rt))
		if rt.generation != r.b.subs.generation.Load() { // nobody falls between the store and the index
			rt = r.lookup([]byte(rt.topic))
		}
	}
	for i := range rt.targets {
		r.deliver(rt, &rt.targets[i], in, &o)
	}
	for i := range rt.choices {
		if t := rt.choices[i].pick(in.qos); t != nil {
			r.deliver(rt, t, in, &o)
		}
	}
	if len(r.deliveries)+len(r.spooled) > 0 || in.retain && in.qos > 0 {
		o.ticket = r.record(in)
	}
	return o
}

// record has the deliveries of a message put on disk, and the receipt for its
// publisher with them, and returns when they are.
func (r *router) record(in *inbound) (ticket uint64) {
	j := r.b.journal
	if len(r.deliveries)+len(r.spooled) > 0 {
		j.enter(r.deliveries, r.spooled, in.received)
		clear(r.deliveries)
		r.deliveries = r.deliveries[:0]
	}
	for i, s := range r.spooled {
		if c := s.session.conn.Load(); c != nil { // it may have waited for this
			s.session.pump(c)
		}
		r.spooled[i] = spooled{}
	}
	r.spooled = r.spooled[:0]
	return j.mark()
}

// deliver hands a message to one session.
func (r *router) deliver(rt *route, t *target, in *inbound, o *outcome) {
	s := t.session
	if s.local != nil {
		if s.local.on != nil {
			o.matched++
			r.stageLocal(s.local, rt, in, t.qos)
		}
		return
	}
	qos := min(in.qos, t.qos)
	if qos > 0 || s.replaying.Load() && s.conn.Load() != nil {
		r.flush()
		it := item{m: in.keep(rt), qos: qos, retain: t.asIs && in.retain, ids: t.ids, generation: rt.accessGeneration, share: t.share}
		if s.kept != nil && qos > 0 {
			it.record = s.newDelivery(&it)
		}
		accepted, spool := s.enqueue(it)
		switch {
		case accepted && spool.spool != nil:
			r.spooled = append(r.spooled, spool)
		case accepted && it.record != nil:
			r.deliveries = append(r.deliveries, it.record)
		}
		r.count(o, accepted)
		return
	}
	c := s.conn.Load()
	if c == nil {
		return
	}
	o.matched++
	if c.individual || t.asIs && in.retain || len(t.ids) > 0 {
		r.flush()
		c.sendOne(rt, t, in)
		return
	}
	frame := r.plain(c.version, rt, in)
	if len(frame) > c.maxPacket { // [MQTT-3.1.2-24]
		s.drop(DropTooLarge, 1)
		return
	}
	r.stage(c, frame)
	r.bytes += len(in.payload)
}

func (r *router) count(o *outcome, accepted bool) {
	if accepted {
		o.matched++
	} else {
		o.dropped++
	}
}

// plain is the message as the packet that most receivers of a version get.
func (r *router) plain(v packet.Version, rt *route, in *inbound) []byte {
	buf := &r.work.plain4
	if v == packet.V5 {
		buf = &r.work.plain5
	}
	if len(*buf) == 0 {
		f := in.forward(rt.topic)
		*buf = f.Append(*buf, v)
	}
	return *buf
}

// forward is the PUBLISH packet of QoS 0 that carries in.
func (in *inbound) forward(topic string) packet.Forward {
	return packet.Forward{Topic: topic, Payload: in.payload, Values: in.values, Expiry: in.expiry, HasExpiry: in.hasExpiry}
}

// stage adds a packet of QoS 0 to what c is going to get.
func (r *router) stage(c *conn, frame []byte) {
	if r.to != c || len(r.work.stage)+len(frame) > stageBytes {
		r.flush()
		r.to = c
	}
	r.work.stage = append(r.work.stage, frame...)
	r.staged++
}

// flush hands over what is staged.
func (r *router) flush() {
	if r.staged == 0 {
		return
	}
	if !r.to.sendQoS0(r.work.stage, r.staged, r.bytes) {
		r.lost += r.staged
	}
	r.work.stage, r.staged, r.bytes, r.to = r.work.stage[:0], 0, 0, nil
}

// settle hands over and counts everything. It is called before the publisher
// waits.
func (r *router) settle() {
	r.flush()
	r.flushLocal()
	if r.counts != (tally{}) {
		r.b.counts.add(&r.counts)
		if r.stats != nil {
			r.stats.in.Add(r.counts.in)
			r.stats.inBytes.Add(r.counts.inBytes)
		}
		r.counts = tally{}
	}
}

// rest gives the working memory back. It is called when the publisher is idle.
func (r *router) rest() {
	r.settle()
	if w := r.work; w != nil {
		r.work = nil
		if cap(w.stage)+cap(w.plain4)+cap(w.plain5) <= workspaceKeep {
			r.b.workspaces.put(w)
		}
	}
}

// mayPublish asks, once for each route, whether the publisher may publish.
func (r *router) mayPublish(rt *route, retain bool) error {
	if rt.fault != nil || r.trusted {
		return rt.fault
	}
	v := &rt.publish
	if retain {
		v = &rt.retain
	}
	if !v.asked {
		v.asked = true
		v.err = r.b.access.Publish(r.pub, rt.topic, retain)
	}
	return v.err
}
