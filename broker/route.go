package broker

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/model"
)

// target is one session that a topic goes to, its overlapping subscriptions made
// one: the highest QoS, and all identifiers [MQTT-3.3.4-3] [MQTT-3.3.4-4].
type target struct {
	session *session
	qos     byte
	asIs    bool
	ids     []uint32
	share   *group // nil for a subscription of its own
}

// route is where the messages of one publisher on one topic go, and whether they
// may. It is valid for one generation of subscriptions and of access rules.
type route struct {
	topic            string
	generation       uint64
	accessGeneration uint64
	targets          []target
	choices          []choice
	// fault is why the topic may not be published to at all.
	fault   error
	publish verdict
	retain  verdict
	// next is the route that was asked for after this one: devices go round the
	// same topics, so it is looked at first. It is nil once this one is retired,
	// so that what is not in the cache keeps nothing else alive.
	next    *route
	retired bool
}

// verdict is an answer of Access, asked for when first needed.
type verdict struct {
	asked bool
	err   error
}

// routeCost bounds the cache of one publisher: one for each topic and each
// receiver in it.
const routeCost = 1 << 14

func (r *route) cost() int { return 1 + len(r.targets) + len(r.choices) }

// known is the route of topic if there is one that still holds, else nil. It
// allocates nothing.
func (r *router) known(topic []byte) *route {
	if r.last != nil {
		if rt := r.last.next; rt != nil && rt.topic == string(topic) && r.holds(rt) {
			r.last = rt
			return rt
		}
	}
	rt := r.cache[string(topic)]
	if rt == nil || !r.holds(rt) {
		return nil
	}
	r.follow(rt)
	return rt
}

// holds reports whether nothing has changed since rt was made.
func (r *router) holds(rt *route) bool {
	return rt.generation == r.b.subs.generation.Load() && rt.accessGeneration == r.b.access.Generation()
}

// follow notes that rt was asked for after the last one.
func (r *router) follow(rt *route) {
	if r.last != nil && !r.last.retired {
		r.last.next = rt
	}
	r.last = rt
}

// lookup is the route of topic.
func (r *router) lookup(topic []byte) *route {
	if rt := r.known(topic); rt != nil {
		return rt
	}
	var rt *route
	if old := r.cache[string(topic)]; old != nil {
		r.cost -= old.cost()
		old.retire()
		rt = r.resolve(old.topic)
	} else {
		rt = r.resolve(string(topic))
	}
	r.remember(rt)
	r.follow(rt)
	return rt
}

// retire takes a route out of the order of routes.
func (r *route) retire() { r.next, r.retired = nil, true }

// remember puts rt into the cache and, when that is full, lets others go.
func (r *router) remember(rt *route) {
	if r.cache == nil {
		r.cache = make(map[string]*route)
	}
	for topic, old := range r.cache {
		if r.cost+rt.cost() <= routeCost {
			break
		}
		if topic != rt.topic {
			r.cost -= old.cost()
			old.retire()
		}
		delete(r.cache, topic)
	}
	r.cache[rt.topic] = rt
	r.cost += rt.cost()
}

// isKept reports whether a message of this QoS goes to a session that is on disk.
func (r *route) isKept(qos byte) bool {
	kept := func(t target) bool { return t.session.kept != nil && min(qos, t.qos) > 0 }
	return slices.ContainsFunc(r.targets, kept) ||
		slices.ContainsFunc(r.choices, func(c choice) bool { return slices.ContainsFunc(c.targets, kept) })
}

// resolve asks the index and Access where topic goes.
func (r *router) resolve(topic string) *route {
	b := r.b
	rt := &route{topic: topic, generation: b.subs.generation.Load(), accessGeneration: b.access.Generation()}
	if rt.fault = checkPublishTopic(topic); rt.fault != nil && !r.system {
		return rt
	}
	seen := make(map[*session]int)
	b.subs.match(topic, func(n *node) {
		for _, s := range n.subs {
			r.addTarget(rt, seen, s)
		}
		for _, g := range n.groups {
			r.addChoice(rt, g)
		}
	})
	r.dropDenied(rt)
	return rt
}

// checkPublishTopic refuses topics beyond the bounds, and those of the broker
// itself.
func checkPublishTopic(topic string) error {
	if err := model.CheckTopic(topic); err != nil {
		return err
	}
	if strings.HasPrefix(topic, "$") {
		return errReservedTopic
	}
	return nil
}

func (r *router) addTarget(rt *route, seen map[*session]int, s *subscription) {
	if s.noLocal && s.session.id == r.pub.ClientID { // [MQTT-3.8.3-3]
		return
	}
	i, ok := seen[s.session]
	if !ok {
		i = len(rt.targets)
		seen[s.session] = i
		rt.targets = append(rt.targets, target{session: s.session})
	}
	t := &rt.targets[i]
	t.qos = max(t.qos, s.qos)
	t.asIs = t.asIs || s.asIs
	if s.id != 0 {
		t.ids = append(t.ids, s.id)
	}
}

func (r *router) addChoice(rt *route, g *group) {
	c := choice{turn: &g.turn}
	for _, s := range g.members {
		c.targets = append(c.targets, g.target(s))
	}
	rt.choices = append(rt.choices, c)
}

// dropDenied takes out the receivers that Access does not let have the topic.
// It is called without the index locked.
func (r *router) dropDenied(rt *route) {
	denied := func(t target) bool {
		return !t.session.mayReceive(r.pub, rt.topic)
	}
	rt.targets = slices.DeleteFunc(rt.targets, denied)
	for i := range rt.choices {
		rt.choices[i].targets = slices.DeleteFunc(rt.choices[i].targets, denied)
	}
}
