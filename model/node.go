package model

import (
	"slices"
	"strings"
	"time"
)

// node is one level of the topic tree. Its counts cover everything at and below
// it.
type node struct {
	name     string // the level, a part of path
	path     string // the topic up to here
	parent   *node
	children []*node // in natural order up to sorted, then as they came
	byName   map[string]*node
	sorted   int
	topic    *topic // nil where no message has had this very topic
	depth    uint8
	topics   uint32
	messages uint64
	bytes    uint64
	rate     rate
}

// manyChildren is from how many children on a node keeps an index of them.
const manyChildren = 16

// child finds the child called name, or nil.
func (n *node) child(name string) *node {
	if n.byName != nil {
		return n.byName[name]
	}
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// grow makes the nodes of path, which hangs below n, and returns the last.
func (n *node) grow(path string) *node {
	for start := 0; ; {
		end := strings.IndexByte(path[start:], '/')
		last := end < 0
		if last {
			end = len(path)
		} else {
			end += start
		}
		c := n.child(path[start:end])
		if c == nil {
			c = &node{name: path[start:end], path: path[:end], parent: n, depth: n.depth + 1}
			n.adopt(c)
		}
		if last {
			return c
		}
		n, start = c, end+1
	}
}

func (n *node) adopt(c *node) {
	n.children = append(n.children, c)
	switch {
	case n.byName != nil:
		n.byName[c.name] = c
	case len(n.children) > manyChildren:
		n.byName = make(map[string]*node, 2*manyChildren)
		for _, k := range n.children {
			n.byName[k.name] = k
		}
	}
}

// ordered is the children in natural order. Those that came since the last call
// are sorted and merged in, so that a growing tree costs what it grew by.
func (n *node) ordered() []*node {
	if n.sorted == len(n.children) {
		return n.children
	}
	order := func(a, b *node) int { return compareNatural(a.name, b.name) }
	fresh := slices.Clone(n.children[n.sorted:])
	slices.SortFunc(fresh, order)
	for i, j, k := n.sorted-1, len(fresh)-1, len(n.children)-1; j >= 0; k-- {
		if i >= 0 && order(n.children[i], fresh[j]) > 0 {
			n.children[k], i = n.children[i], i-1
		} else {
			n.children[k], j = fresh[j], j-1
		}
	}
	n.sorted = len(n.children)
	return n.children
}

// count notes a message of the given size at n and at every level above.
func (n *node) count(now time.Duration, size int) {
	for ; n != nil; n = n.parent {
		n.messages++
		n.bytes += uint64(size)
		n.rate.add(now)
	}
}
