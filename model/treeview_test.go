package model_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"pgregory.net/rapid"
)

// outline is the tree as text: indented names, + for a closed level and - for an
// open one.
func outline(v *model.TreeView) string {
	rows, _ := v.Rows(0, math.MaxInt)
	var b strings.Builder
	for _, r := range rows {
		mark := ""
		if r.Children {
			mark = "+"
		}
		if r.Open {
			mark = "-"
		}
		fmt.Fprintf(&b, "%s%s%s ", strings.Repeat(".", r.Depth), mark, r.Name)
	}
	return strings.TrimSpace(b.String())
}

func plant(t testing.TB, topics ...string) *house {
	t.Helper()
	h := newHouse(t, model.Options{})
	for _, path := range topics {
		h.say(nil, path, "1")
	}
	return h
}

func TestTreeView(t *testing.T) {
	h := plant(t, "site/pump10/flow", "site/pump2/flow", "site/pump2/Heat", "hall/lamp", "site", "site/pump02/flow")
	v := h.NewTreeView(1)
	step := func(what, want string) {
		t.Helper()
		if got := outline(v); got != want {
			t.Errorf("%s: %s\nwant %s", what, got, want)
		}
	}
	step("all closed", "+hall +site")
	v.Toggle("site")
	step("natural order", "+hall -site .+pump02 .+pump2 .+pump10")
	v.Toggle("site/pump2")
	step("deeper", "+hall -site .+pump02 .-pump2 ..Heat ..flow .+pump10")
	v.Toggle("site")
	step("closed over an open level", "+hall +site")
	v.Toggle("site")
	step("which stays open", "+hall -site .+pump02 .-pump2 ..Heat ..flow .+pump10")

	v.SetFilter(" HEAT ")
	step("text", "-site .-pump2 ..Heat")
	v.Toggle("site/pump2")
	step("closed under a filter", "-site .+pump2")
	v.Reveal("site/pump2/Heat")
	step("and revealed", "-site .-pump2 ..Heat")
	v.Toggle("site")
	step("closed again", "+site")
	v.SetFilter("site/+/flow")
	step("another filter opens its matches", "-site .-pump02 ..flow .-pump2 ..flow .-pump10 ..flow")
	v.SetFilter("+/lamp")
	step("MQTT filter", "-hall .lamp")
	v.SetFilter("site")
	step("a match shows all that is below", "-site .-pump02 ..flow .-pump2 ..Heat ..flow .-pump10 ..flow")
	v.SetFilter("nothing")
	step("no match", "")
	v.SetFilter("")
	step("as it was before", "+hall -site .+pump02 .-pump2 ..Heat ..flow .+pump10")

	v.Reveal("site/pump10/flow")
	v.Reveal("hall/lamp")
	step("revealed", "-hall .lamp -site .+pump02 .-pump2 ..Heat ..flow .-pump10 ..flow")
	if i, j := v.Index("site/pump10/flow"), v.Index("site/pump02/flow"); i != 8 || j != -1 {
		t.Errorf("index %d and %d", i, j)
	}
	h.say(nil, "attic/x", "1")
	step("a new topic", "+attic -hall .lamp -site .+pump02 .-pump2 ..Heat ..flow .-pump10 ..flow")
	v = h.NewTreeView(3)
	step("opened by default", "-attic .x -hall .lamp -site .-pump02 ..flow .-pump2 ..Heat ..flow .-pump10 ..flow")
	v.Toggle("site")
	v.Reveal("site/pump2/flow")
	step("revealed what is open by default", "-attic .x -hall .lamp -site .-pump02 ..flow .-pump2 ..Heat ..flow .-pump10 ..flow")
}

func TestTreeRows(t *testing.T) {
	h := newHouse(t, model.Options{})
	p := client("a")
	for range 40 {
		h.jump(100 * time.Millisecond)
		h.say(p, "site/a", "22.5")
	}
	h.replay("site/b/c", "kept")
	v := h.NewTreeView(9)
	rows, total := v.Rows(0, 9)
	if total != 4 || len(rows) != 4 {
		t.Fatalf("%d rows of %d", len(rows), total)
	}
	site, a, c := rows[0], rows[1], rows[3]
	if site.HasValue || !site.Children || !site.Open || site.Topics != 2 || site.Messages != 41 || site.PerSecond < 5 {
		t.Errorf("a level: %+v", site)
	}
	if !a.HasValue || string(a.Payload) != "22.5" || a.Size != 4 || !a.At.Equal(h.clock()) || a.Publisher != p || a.Retained || a.Late || a.Depth != 1 {
		t.Errorf("a topic: %+v", a)
	}
	if !c.Retained || c.Path != "site/b/c" || c.Name != "c" || c.Depth != 2 {
		t.Errorf("a retained topic: %+v", c)
	}
	h.jump(time.Second)
	if rows, _ = v.Rows(1, 1); len(rows) != 1 || !rows[0].Late {
		t.Errorf("overdue: %+v", rows)
	}
	for _, w := range [][2]int{{-1, -1}, {4, 1}, {9, 9}, {math.MaxInt, math.MaxInt}, {2, 0}} {
		if rows, total = v.Rows(w[0], w[1]); len(rows) != 0 || total != 4 {
			t.Errorf("rows %v: %d of %d", w, len(rows), total)
		}
	}
	if rows, _ = v.Rows(3, math.MaxInt); len(rows) != 1 || rows[0].Path != "site/b/c" {
		t.Errorf("the last: %+v", rows)
	}
}

// naiveTree is the tree view as one would explain it: a set of topics, and the
// rows of each level found by looking at all of them.
type naiveTree struct {
	topics          map[string]bool
	toggled, closed map[string]bool
	openDepth       int
	filter          string
}

func (n *naiveTree) wanted(topic string) bool {
	if strings.ContainsAny(n.filter, "+#") {
		return model.MatchTopic(n.filter, topic)
	}
	return strings.Contains(strings.ToLower(topic), strings.ToLower(n.filter))
}

// rows lists the paths that show below a level, in any order within it.
func (n *naiveTree) rows(above string, depth int, out map[string]bool) {
	for topic := range n.topics {
		if !n.wanted(topic) || !strings.HasPrefix(topic, above) {
			continue
		}
		level, _, _ := strings.Cut(topic[len(above):], "/")
		path := above + level
		if out[path] {
			continue
		}
		out[path] = true
		open := n.toggled[path] != (depth < n.openDepth)
		if n.filter != "" {
			open = !n.closed[path]
		}
		if open {
			n.rows(path+"/", depth+1, out)
		}
	}
}

func (n *naiveTree) toggle(path string) {
	if n.filter == "" {
		n.toggled[path] = !n.toggled[path]
	} else {
		n.closed[path] = !n.closed[path]
	}
}

func TestTreeViewIsTheNaiveTree(t *testing.T) {
	level := rapid.SampledFrom([]string{"a", "A", "b2", "b10", "b02", "c", "", "ä"})
	topic := rapid.Map(rapid.SliceOfN(level, 1, 4), func(l []string) string { return strings.Join(l, "/") }).
		Filter(func(s string) bool { return s != "" })
	filter := rapid.SampledFrom([]string{"", "a", "B", "b2/", "Ä", "+/a", "a/#", "#", "+/+/+", "a/+/c"})
	rapid.Check(t, func(rt *rapid.T) {
		depth := rapid.IntRange(0, 4).Draw(rt, "depth")
		h := newHouse(t, model.Options{})
		v := h.NewTreeView(depth)
		n := &naiveTree{topics: map[string]bool{}, toggled: map[string]bool{}, closed: map[string]bool{}, openDepth: depth}
		rt.Repeat(map[string]func(*rapid.T){
			"message": func(rt *rapid.T) {
				path := topic.Draw(rt, "topic")
				h.say(nil, path, "1")
				n.topics[path] = true
			},
			"toggle": func(rt *rapid.T) {
				path := topic.Draw(rt, "level")
				v.Toggle(path)
				n.toggle(path)
			},
			"filter": func(rt *rapid.T) {
				f := filter.Draw(rt, "filter")
				v.SetFilter(f)
				if f != n.filter {
					n.filter, n.closed = f, map[string]bool{}
				}
			},
			"reveal": func(rt *rapid.T) {
				path := topic.Draw(rt, "path")
				v.Reveal(path)
				for i := range path {
					if path[i] == '/' {
						up := path[:i]
						n.toggled[up] = strings.Count(up, "/")+1 >= depth
						delete(n.closed, up)
					}
				}
			},
			"": func(rt *rapid.T) { compareTrees(rt, v, n) },
		})
	})
}

func compareTrees(t *rapid.T, v *model.TreeView, n *naiveTree) {
	want := map[string]bool{}
	n.rows("", 1, want)
	rows, total := v.Rows(0, math.MaxInt)
	if len(rows) != len(want) || total != len(want) {
		t.Fatalf("%d rows of %d, want %d: %v", len(rows), total, len(want), want)
	}
	last := map[int]string{} // by depth: the name before this one
	for i, r := range rows {
		if !want[r.Path] || strings.Count(r.Path, "/") != r.Depth || r.HasValue != n.topics[r.Path] {
			t.Fatalf("row %d is %+v, want one of %v", i, r, want)
		}
		if i > 0 && r.Depth > 0 && !strings.HasPrefix(rows[i-1].Path+"/", r.Path[:len(r.Path)-len(r.Name)]) {
			t.Fatalf("%q follows %q", r.Path, rows[i-1].Path)
		}
		if before, ok := last[r.Depth]; ok && before >= r.Name && r.Name != "b10" && before != "b10" {
			t.Fatalf("%q after %q in level %d", r.Name, before, r.Depth)
		}
		last[r.Depth] = r.Name
		for d := r.Depth + 1; d < 5; d++ {
			delete(last, d)
		}
		if got := v.Index(r.Path); got != i {
			t.Fatalf("index of %q is %d, want %d", r.Path, got, i)
		}
		delete(want, r.Path)
	}
}

func TestTreeViewOnAnotherStore(t *testing.T) {
	now, then := model.NewStore(model.Options{}), model.NewStore(model.Options{})
	for _, s := range []*model.Store{now, then} {
		s.Ingest([]model.Message{{Topic: "a/b/c", Payload: []byte("1")}, {Topic: "a/d", Payload: []byte("2")}})
	}
	then.Ingest([]model.Message{{Topic: "x", Payload: []byte("3")}})
	paths := func(v *model.TreeView) (out []string) {
		rows, _ := v.Rows(0, 100)
		for i := range rows {
			out = append(out, rows[i].Path)
		}
		return out
	}
	v := now.NewTreeView(4)
	v.Toggle("a/b")
	w := v.On(then)
	if got, want := paths(w), []string{"a", "a/b", "a/d", "x"}; !slices.Equal(got, want) {
		t.Errorf("the other store shows %v, want %v", got, want)
	}
	w.Toggle("a")
	w.SetFilter("x")
	if got, want := paths(v), []string{"a", "a/b", "a/d"}; !slices.Equal(got, want) {
		t.Errorf("the first store shows %v after that, want %v", got, want)
	}
}
