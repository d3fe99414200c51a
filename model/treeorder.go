package model

import (
	"cmp"
	"slices"
	"time"
)

// TreeOrder is what the topics of a level are sorted by.
type TreeOrder uint8

// The orders of a [TreeView].
const (
	TreeByTopic TreeOrder = iota
	TreeByRate            // messages a second
	TreeBySize            // bytes of all messages so far
	TreeByAge             // the latest message, the newest first
)

// resort is how often a view in another order than by topic is sorted again.
const resort = 2 * time.Second

// SetOrder sorts the topics of each level; reverse turns the order round. Orders
// other than by topic change with what is said, and are brought up to date every
// two seconds.
func (v *TreeView) SetOrder(o TreeOrder, reverse bool) {
	if v.order != o || v.reverse != reverse {
		v.order, v.reverse, v.dirty = o, reverse, true
	}
}

// SetFound has the filter match these topics too: those whose payloads hold its
// text. The view keeps the map, which must not be changed any more.
func (v *TreeView) SetFound(topics map[string]bool) {
	if len(topics) > 0 || len(v.found) > 0 {
		v.found, v.dirty = topics, true
	}
}

// stale tells whether the order has to be brought up to date.
func (v *TreeView) stale(now time.Duration) bool {
	return v.order != TreeByTopic && now >= v.sorted+resort
}

// children are those of n in the order of the view.
func (v *TreeView) children(n *node, now time.Duration) []*node {
	list := n.ordered()
	if v.order == TreeByTopic && !v.reverse {
		return list
	}
	list = slices.Clone(list)
	switch v.order {
	case TreeByRate:
		sortBy(list, func(c *node) float64 { return -c.rate.perSecond(now) })
	case TreeBySize:
		sortBy(list, func(c *node) float64 { return -float64(c.bytes) })
	case TreeByAge:
		sortBy(list, func(c *node) float64 { return -float64(c.newest()) })
	}
	if v.reverse {
		slices.Reverse(list)
	}
	return list
}

// sortBy sorts by a key, which is asked for once of each.
func sortBy(list []*node, key func(*node) float64) {
	keys := make(map[*node]float64, len(list))
	for _, n := range list {
		keys[n] = key(n)
	}
	slices.SortStableFunc(list, func(a, b *node) int { return cmp.Compare(keys[a], keys[b]) })
}

// newest is the arrival of the latest message at or below n, in nanoseconds since
// 1970.
func (n *node) newest() int64 {
	var at int64
	if n.topic != nil {
		at = n.topic.latest.at
	}
	for _, c := range n.children {
		at = max(at, c.newest())
	}
	return at
}
