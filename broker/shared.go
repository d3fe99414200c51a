package broker

import (
	"strings"
	"sync/atomic"

	"github.com/pilothouse/pilothouse/model"
)

// group is a shared subscription: each message goes to one of its members (MQTT
// 5.0 section 4.8.2).
type group struct {
	name    string
	members []*subscription
	turn    atomic.Uint32
}

// target is a member as a receiver.
func (g *group) target(s *subscription) target {
	t := target{session: s.session, qos: s.qos, asIs: s.asIs, share: g}
	if s.id != 0 {
		t.ids = []uint32{s.id}
	}
	return t
}

// choice is a group as a route sees it: the members that may receive.
type choice struct {
	turn    *atomic.Uint32
	targets []target
}

// pick is the member whose turn it is, of those that are connected; without any,
// one whose session waits for its client; nil when a message of QoS 0 would be
// lost.
func (c *choice) pick(qos byte) *target {
	n := uint32(len(c.targets))
	if n == 0 {
		return nil
	}
	first := c.turn.Add(1)
	var waiting *target
	for i := range n {
		t := &c.targets[(first+i)%n]
		if t.session.online() {
			return t
		}
		if waiting == nil && min(qos, t.qos) > 0 {
			waiting = t
		}
	}
	return waiting
}

// splitShare takes the prefix off the filter of a shared subscription. The share
// name is at least one character without wildcards [MQTT-4.8.2-1]
// [MQTT-4.8.2-2].
func splitShare(filter string) (group, rest string, err error) {
	after, shared := strings.CutPrefix(filter, "$share/")
	if !shared {
		if filter == "$share" {
			return "", "", model.ErrFilterSyntax
		}
		return "", filter, nil
	}
	group, rest, ok := strings.Cut(after, "/")
	if !ok || group == "" || rest == "" || strings.ContainsAny(group, "+#") {
		return "", "", model.ErrFilterSyntax
	}
	return group, rest, nil
}
