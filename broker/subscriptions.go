package broker

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// subscription is one filter of one session. It is never changed: to change an
// option is to put a new one in its place.
type subscription struct {
	session *session
	filter  string // without the $share prefix
	group   string // share name, empty for none
	qos     byte
	noLocal bool
	asIs    bool   // retain as published
	id      uint32 // subscription identifier, 0 for none
	kept    *keptSubscription
}

// index finds the subscriptions that match a topic. It is a tree of topic
// levels.
type index struct {
	// generation changes with every subscription.
	generation atomic.Uint64

	mu    sync.RWMutex
	root  node
	count int
	// sharedCount is how many of them are shared.
	sharedCount int
}

// node is one level of filters. The levels + and # are children like others.
type node struct {
	children map[string]*node
	subs     []*subscription
	groups   map[string]*group
}

// add puts s into the index in place of the session's earlier subscription with
// the same filter and group. It reports whether there was none.
func (x *index) add(s *subscription) (isNew bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := &x.root
	for level := range strings.SplitSeq(s.filter, "/") {
		child := n.children[level]
		if child == nil {
			child = &node{}
			if n.children == nil {
				n.children = make(map[string]*node)
			}
			n.children[strings.Clone(level)] = child
		}
		n = child
	}
	isNew = n.add(s)
	if isNew {
		x.count++
		if s.group != "" {
			x.sharedCount++
		}
	}
	x.generation.Add(1)
	return isNew
}

func (n *node) add(s *subscription) (isNew bool) {
	if s.group == "" {
		return replaceOrAppend(&n.subs, s)
	}
	g := n.groups[s.group]
	if g == nil {
		g = &group{name: s.group}
		if n.groups == nil {
			n.groups = make(map[string]*group)
		}
		n.groups[s.group] = g
	}
	return replaceOrAppend(&g.members, s)
}

func replaceOrAppend(list *[]*subscription, s *subscription) (appended bool) {
	for i, old := range *list {
		if old.session == s.session {
			(*list)[i] = s
			return false
		}
	}
	*list = append(*list, s)
	return true
}

// remove takes a session's subscription out of the index.
func (x *index) remove(s *session, filter, group string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.root.remove(s, filter, true, group) {
		x.count--
		if group != "" {
			x.sharedCount--
		}
		x.generation.Add(1)
	}
}

// remove reports whether it removed something. Nodes that hold nothing any more
// go with it.
func (n *node) remove(s *session, rest string, more bool, group string) bool {
	if !more {
		return n.removeHere(s, group)
	}
	level, rest, more := strings.Cut(rest, "/")
	child := n.children[level]
	if child == nil || !child.remove(s, rest, more, group) {
		return false
	}
	if len(child.children) == 0 && len(child.subs) == 0 && len(child.groups) == 0 {
		delete(n.children, level)
	}
	return true
}

func (n *node) removeHere(s *session, group string) bool {
	if group == "" {
		return removeFrom(&n.subs, s)
	}
	g := n.groups[group]
	if g == nil || !removeFrom(&g.members, s) {
		return false
	}
	if len(g.members) == 0 {
		delete(n.groups, group)
	}
	return true
}

func removeFrom(list *[]*subscription, s *session) bool {
	for i, sub := range *list {
		if sub.session == s {
			*list = slices.Delete(*list, i, i+1)
			return true
		}
	}
	return false
}

// match calls visit for each level of filters that matches topic, while the
// index is locked (MQTT 5.0 section 4.7).
func (x *index) match(topic string, visit func(*node)) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	x.root.match(topic, true, !strings.HasPrefix(topic, "$"), visit)
}

// match matches what is left of a topic. Wildcards do not match a first level
// that starts with $ [MQTT-4.7.2-1].
func (n *node) match(rest string, more, wildcards bool, visit func(*node)) {
	if wildcards {
		if all := n.children["#"]; all != nil {
			visit(all)
		}
	}
	if !more {
		visit(n)
		return
	}
	level, rest, more := strings.Cut(rest, "/")
	if child := n.children[level]; child != nil {
		child.match(rest, more, true, visit)
	}
	if !wildcards {
		return
	}
	if child := n.children["+"]; child != nil {
		child.match(rest, more, true, visit)
	}
}

// len is the number of subscriptions.
func (x *index) len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.count
}
