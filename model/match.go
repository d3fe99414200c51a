package model

import "strings"

// matchVisits bounds how many levels of the tree one Match looks at, so that a
// filter that matches little in a huge tree stays cheap.
const matchVisits = 50_000

// Match lists the topics that had a message and that a valid filter matches, in
// natural order, at most limit. more tells that there may be others. A filter
// without wildcards costs a look-up.
func (s *Store) Match(filter string, limit int) (topics []string, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if limit <= 0 {
		return nil, true
	}
	if !strings.ContainsAny(filter, "+#") {
		if s.topics[filter] != nil {
			topics = append(topics, filter)
		}
		return topics, false
	}
	m := matcher{limit: limit, visits: matchVisits}
	m.below(s.root, strings.Split(filter, "/"))
	return m.topics, m.more
}

// Structure grows with every new topic: what Match finds stays the same until
// then.
func (s *Store) Structure() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.structure
}

// matcher walks the tree along a filter.
type matcher struct {
	topics        []string
	limit, visits int
	more          bool
}

// below matches what hangs below n with the levels of a filter that are left.
func (m *matcher) below(n *node, levels []string) {
	if len(levels) == 0 {
		m.take(n)
		return
	}
	switch levels[0] {
	case "#":
		m.all(n)
	case "+":
		for _, c := range n.ordered() {
			if hiddenFromWildcards(n, c) {
				continue
			}
			if !m.enter() {
				return
			}
			m.below(c, levels[1:]) //nolint:gosec // there is one
		}
	default:
		if c := n.child(levels[0]); c != nil && m.enter() {
			m.below(c, levels[1:])
		}
	}
}

// hiddenFromWildcards: at the front they do not match topics that begin with $
// (MQTT 5.0 section 4.7.2).
func hiddenFromWildcards(parent, child *node) bool {
	return parent.parent == nil && strings.HasPrefix(child.name, "$")
}

// enter counts a visit; ok is false when there have been enough.
func (m *matcher) enter() (ok bool) {
	if m.visits--; m.visits < 0 || len(m.topics) >= m.limit {
		m.more = true
		return false
	}
	return true
}

func (m *matcher) take(n *node) {
	if n.topic != nil {
		m.topics = append(m.topics, n.path)
	}
}

// all takes n and everything below.
func (m *matcher) all(n *node) {
	m.take(n)
	for _, c := range n.ordered() {
		if hiddenFromWildcards(n, c) {
			continue
		}
		if !m.enter() {
			return
		}
		m.all(c)
	}
}
