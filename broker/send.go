package broker

import (
	"sync"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// sendQoS0 hands over packets of QoS 0, all or none: n messages in b, with so many
// bytes of payload. While the
// client is full but draining, the caller is held back for a moment. It reports
// false when they were dropped.
func (c *conn) sendQoS0(b []byte, n, payload int) bool {
	if c.session.gate.crowded() {
		c.room()
	}
	if !c.out.offer(b) && !c.offerHeld(b) {
		c.session.drop(DropSlow, n)
		return false
	}
	c.session.sent(uint64(n), uint64(payload))
	return true
}

// offerHeld waits for room and offers again.
func (c *conn) offerHeld(b []byte) bool {
	for c.room() {
		if c.out.offer(b) {
			return true
		}
	}
	return false
}

// room waits until there is room again.
func (c *conn) room() bool {
	return c.session.gate.wait(holding{hold: c.b.limits.Hold, enough: c.out.limit}, c.out.drains, c.out.written.Load)
}

// sendOne sends a message of QoS 0 that is encoded for this client alone.
func (c *conn) sendOne(rt *route, t *target, in *inbound) {
	f := in.forward(rt.topic)
	f.Retain = t.asIs && in.retain
	if c.version == packet.V5 {
		f.SubscriptionIDs = t.ids
	}
	if f.Size(c.version) > c.maxPacket {
		c.session.drop(DropTooLarge, 1)
		return
	}
	if c.session.gate.crowded() {
		c.room()
	}
	for !c.forward(&f, false) {
		if !c.room() {
			c.session.drop(DropSlow, 1)
			return
		}
	}
	c.session.sent(1, uint64(len(in.payload)))
}

// forward encodes a message and appends it to what goes out. With must it does
// so even when there is no room.
func (c *conn) forward(f *packet.Forward, must bool) bool {
	if c.aliases != nil {
		c.aliases.mu.Lock()
		defer c.aliases.mu.Unlock()
		c.aliases.use(f)
	}
	buf := c.b.frames.get()
	defer c.b.frames.put(buf)
	if n := f.Size(c.version); cap(*buf) < n {
		*buf = make([]byte, 0, n)
	}
	frame := f.Append((*buf)[:0], c.version)
	if cap(frame) > workspaceKeep {
		*buf = nil
	}
	if must {
		c.out.force(frame)
		return true
	}
	if c.out.offer(frame) {
		return true
	}
	if c.aliases != nil {
		c.aliases.undo(f)
	}
	return false
}

// aliases are the topic aliases that the broker has given topics towards one
// client (MQTT 5.0 section 3.3.2.3.4). The first topics get them and keep them.
type aliases struct {
	mu    sync.Mutex
	max   int
	given map[string]uint16
}

// use puts an alias into f, where there is one.
func (a *aliases) use(f *packet.Forward) {
	f.Alias, f.AliasOnly = 0, false
	if n, ok := a.given[f.Topic]; ok {
		f.Alias, f.AliasOnly = n, true
		return
	}
	if len(a.given) >= a.max {
		return
	}
	if a.given == nil {
		a.given = make(map[string]uint16)
	}
	f.Alias = uint16(len(a.given) + 1)
	a.given[f.Topic] = f.Alias
}

// undo takes back an alias that the client was not told.
func (a *aliases) undo(f *packet.Forward) {
	if f.Alias != 0 && !f.AliasOnly {
		delete(a.given, f.Topic)
	}
}
