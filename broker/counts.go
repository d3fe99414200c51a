package broker

import (
	"fmt"
	"runtime/debug"
	"strconv"
	"sync/atomic"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// totals counts what the broker did since it was made.
type totals struct {
	in, inBytes, out, outBytes           atomic.Uint64
	connections, acceptErrors, takenOver atomic.Uint64
	packets, wireIn, wireOut             atomic.Uint64 // as they are on the wire
	opened, expired                      atomic.Uint64 // sessions
	refused, denied, malformed, panics   atomic.Uint64
	drops                                [dropReasons]atomic.Uint64
}

func (t *totals) add(n *tally) {
	t.in.Add(n.in)
	t.inBytes.Add(n.inBytes)
}

// refused counts and reports a client that was not let in.
func (b *Broker) refused(e Refused) {
	b.counts.refused.Add(1)
	key := repeatKey{"refused", hostOf(e.Addr), e.ClientID + "\x00" + e.Reason}
	b.events.tellOften(key, func(n uint64) Event {
		told := e // several may be told of at once
		told.At, told.Count = now().At, n
		return told
	})
}

// denied counts and reports something a client may not do.
func (b *Broker) denied(p *model.Publisher, a Action, topic string, err error) {
	b.counts.denied.Add(1)
	key := repeatKey{"denied", p.ClientID, a.String()}
	b.events.tellOften(key, func(n uint64) Event {
		return Denied{Stamp: now(), Publisher: p, Action: a, Kind: kindOf(err, a.kind()), Topic: topic, Reason: err.Error(), Said: model.PhraseOf(err), Count: n}
	})
}

// malformed counts and reports a packet that the standard forbids.
func (b *Broker) malformed(c *conn, fault *packet.Error) {
	b.counts.malformed.Add(1)
	who := c.host
	if c.pub != nil {
		who = c.pub.ClientID
	}
	addr, pub := c.addr, c.pub
	b.events.tellOften(repeatKey{"malformed", who, fault.What}, func(n uint64) Event {
		return Malformed{Stamp: now(), Addr: addr, Publisher: pub, Code: fault.Code, Reason: fault.Error(), Count: n}
	})
}

// rescue keeps a panic in a goroutine without a connection of its own from ending
// the process. It is deferred.
func (b *Broker) rescue() {
	if v := recover(); v != nil {
		b.panicked(&conn{}, v, debug.Stack())
	}
}

// panicked counts and reports a panic.
func (b *Broker) panicked(c *conn, v any, stack []byte) {
	b.counts.panics.Add(1)
	b.log.Error("a panic ended a connection", "addr", c.addr, "value", v, "stack", string(stack))
	b.events.tell(PanicCaught{Stamp: now(), Addr: c.addr, Publisher: c.pub, Value: fmt.Sprint(v), Stack: string(stack)})
}

// reportDrops reports the drops of one session for one reason that are not
// reported yet.
func (b *Broker) reportDrops(s *session, reason DropReason) {
	if b.events.on == nil {
		return
	}
	key := repeatKey{"dropped", s.id, strconv.Itoa(int(reason))}
	b.events.tellOften(key, func(uint64) Event {
		total := s.stats.drops[reason].Load()
		n := total - s.stats.reported[reason].Swap(total)
		if n == 0 {
			return nil
		}
		return Dropped{Stamp: now(), Publisher: s.pub.Load(), Reason: reason, Count: n}
	})
}

// notRetained counts and reports a message for which the retained store has no
// room.
func (b *Broker) notRetained(p *model.Publisher) {
	b.counts.drops[DropRetainedFull].Add(1)
	b.events.tellOften(repeatKey{"retained", p.ClientID, ""}, func(n uint64) Event {
		return Dropped{Stamp: now(), Publisher: p, Reason: DropRetainedFull, Count: n}
	})
}
