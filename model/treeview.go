package model

import (
	"maps"
	"strings"
	"time"
)

// TreeRow is a visible line of the topic tree.
type TreeRow struct {
	// Path is the topic up to this level, Name the level itself.
	Path, Name string
	Depth      int
	// Children is set when there are levels below, Open when they show.
	Children, Open bool
	// Topics and Messages count what is at and below this level; PerSecond is
	// its message rate.
	Topics    int
	Messages  uint64
	PerSecond float64
	// HasValue is set when this very topic had a message: then Payload is the
	// front of the latest one, Size its whole length in bytes, and At its arrival.
	HasValue  bool
	Payload   []byte
	Size      int
	At        time.Time
	Retained  bool
	Publisher *Publisher
	// Late is set when the topic is overdue by its own cadence.
	Late bool
}

// rowPayload is how much of a payload a tree row carries.
const rowPayload = 256

// TreeView is one look at the topic tree: which levels are open and which topics
// are wanted. It is used by one goroutine at a time; the Store may be fed
// meanwhile.
type TreeView struct {
	store     *Store
	toggled   map[string]bool // by path: opened or closed against the default
	closed    map[string]bool // by path: closed while this filter shows
	filter    string
	mqtt      bool            // filter is an MQTT filter
	found     map[string]bool // topics that match by their payloads
	order     TreeOrder
	reverse   bool
	sorted    time.Duration // when, for orders that change
	openDepth int
	rows      []treeLine
	built     uint64
	dirty     bool
}

// treeLine is a row before it is filled in.
type treeLine struct {
	node *node
	open bool
}

// NewTreeView makes a view that shows the levels down to openDepth opened.
func (s *Store) NewTreeView(openDepth int) *TreeView {
	return &TreeView{store: s, toggled: map[string]bool{}, closed: map[string]bool{}, openDepth: openDepth, dirty: true}
}

// On is the same look, with the same levels open and the same filter, at the tree
// of another store. The two have nothing in common from then on.
func (v *TreeView) On(s *Store) *TreeView {
	w := *v
	w.store, w.toggled, w.closed = s, maps.Clone(v.toggled), maps.Clone(v.closed)
	w.rows, w.built, w.dirty = nil, 0, true
	return &w
}

// SetFilter shows only topics that match, with the levels above them: text
// matches any part of the topic regardless of case, and text with + or # is an
// MQTT filter. Empty shows all. A new filter opens what leads to its matches;
// what was open before is so again when it is taken away.
func (v *TreeView) SetFilter(filter string) {
	filter = strings.TrimSpace(filter)
	if filter == v.filter {
		return
	}
	v.mqtt = strings.ContainsAny(filter, "+#") && CheckFilter(filter) == nil
	v.filter, v.found, v.dirty = filter, nil, true
	clear(v.closed)
}

// Toggle opens a closed level and closes an open one, for as long as the filter
// stays what it is.
func (v *TreeView) Toggle(path string) {
	if v.filter == "" {
		flip(v.toggled, path)
	} else {
		flip(v.closed, path)
	}
	v.dirty = true
}

func flip(set map[string]bool, path string) {
	if set[path] {
		delete(set, path)
	} else {
		set[path] = true
	}
}

// Reveal opens all levels above path, with the filter and without it.
func (v *TreeView) Reveal(path string) {
	for i, depth := 0, 1; i < len(path); i++ {
		if path[i] == '/' {
			up := path[:i]
			if v.toggled[up] == v.openByDefault(depth) {
				flip(v.toggled, up)
			}
			delete(v.closed, up)
			depth++
		}
	}
	v.dirty = true
}

func (v *TreeView) openByDefault(depth int) bool { return depth < v.openDepth }

// Rows returns count rows from first on, and how many there are. The slice is
// new; it may be handed on.
func (v *TreeView) Rows(first, count int) (rows []TreeRow, total int) {
	s := v.store
	s.mu.Lock()
	defer s.mu.Unlock()
	v.rebuild()
	first = max(0, min(first, len(v.rows)))
	last := first + max(0, min(count, len(v.rows)-first))
	now := s.mono(s.now())
	rows = make([]TreeRow, 0, last-first)
	for _, l := range v.rows[first:last] {
		rows = append(rows, l.row(now))
	}
	return rows, len(v.rows)
}

// Index is the row that path stands in, or -1.
func (v *TreeView) Index(path string) int {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	v.rebuild()
	for i, l := range v.rows {
		if l.node.path == path {
			return i
		}
	}
	return -1
}

// rebuild walks the open levels again when the tree or the view changed.
func (v *TreeView) rebuild() {
	now := v.store.mono(v.store.now())
	if !v.dirty && v.built == v.store.structure && !v.stale(now) {
		return
	}
	v.sorted = now
	v.dirty, v.built = false, v.store.structure
	v.rows = v.rows[:0]
	match := v.matcher()
	for _, c := range v.children(v.store.root, now) {
		v.walk(c, match, now)
	}
}

// walk appends n and what shows below it, and reports whether anything did.
func (v *TreeView) walk(n *node, match func(*node) bool, now time.Duration) bool {
	self := match == nil || match(n)
	at := len(v.rows)
	open := len(n.children) > 0 && v.isOpen(n)
	v.rows = append(v.rows, treeLine{n, open})
	below := false
	if match != nil || open {
		for _, c := range v.children(n, now) {
			below = v.walk(c, match, now) || below
		}
	}
	if !self && !below {
		v.rows = v.rows[:at]
		return false
	}
	if !open {
		v.rows = v.rows[:at+1]
	}
	return true
}

func (v *TreeView) isOpen(n *node) bool {
	if v.filter != "" {
		return !v.closed[n.path]
	}
	return v.openByDefault(int(n.depth)) != v.toggled[n.path]
}

// matcher is what the filter asks of a node; nil for no filter.
func (v *TreeView) matcher() func(*node) bool {
	switch {
	case v.filter == "":
		return nil
	case v.mqtt:
		return func(n *node) bool { return n.topic != nil && MatchTopic(v.filter, n.path) }
	}
	want := strings.ToLower(v.filter)
	return func(n *node) bool { return n.topic != nil && (containsFold(n.path, want) || v.found[n.path]) }
}

func (l treeLine) row(now time.Duration) TreeRow {
	n := l.node
	r := TreeRow{
		Path: n.path, Name: n.name, Depth: int(n.depth) - 1,
		Children: len(n.children) > 0, Open: l.open,
		Topics: int(n.topics), Messages: n.messages, PerSecond: n.rate.perSecond(now),
	}
	t := n.topic
	if t == nil {
		return r
	}
	r.HasValue, r.Size, r.At = true, t.latest.size, time.Unix(0, t.latest.at)
	r.Retained, r.Publisher = t.latest.retained, t.latest.pub
	r.Payload = t.history.latest(rowPayload)
	r.Late = t.cadence.Suspicion(now) >= PhiLate
	return r
}

// containsFold reports whether s holds the lower-case text want, regardless of
// the case of ASCII letters in s; other letters must match as they are or in
// their lower case.
func containsFold(s, want string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return strings.Contains(strings.ToLower(s), want)
		}
	}
	for i := 0; i+len(want) <= len(s); i++ {
		j := 0
		for j < len(want) && lowerASCII(s[i+j]) == want[j] {
			j++
		}
		if j == len(want) {
			return true
		}
	}
	return false
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
