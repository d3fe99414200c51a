package broker

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pilothouse/pilothouse/model"
)

// levels draws a topic or filter from few levels, so that matches are frequent.
func levels(t *rapid.T, name string, choice ...string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(choice), 1, 5).Draw(t, name), "/")
}

func drawTopic(t *rapid.T) string { return levels(t, "topic", "a", "b", "", "$s") }

func drawFilter(t *rapid.T) string {
	f := levels(t, "filter", "a", "b", "", "$s", "+")
	switch rapid.IntRange(0, 3).Draw(t, "hash") {
	case 0:
		return f + "/#"
	case 1:
		return "#"
	}
	return f
}

// The index agrees with model.MatchTopic, whatever was added and removed.
// Statements: [MQTT-3.3.2-3] [MQTT-4.7.1-2].
func TestIndexMatchesAsTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := &index{}
		sessions := []*session{{id: "0"}, {id: "1"}, {id: "2"}}
		there := map[string]*session{} // by session and filter
		for range rapid.IntRange(0, 30).Draw(t, "operations") {
			s := rapid.SampledFrom(sessions).Draw(t, "session")
			f := drawFilter(t)
			if f == "" {
				continue
			}
			generation := x.generation.Load()
			if rapid.IntRange(0, 2).Draw(t, "remove") == 0 {
				x.remove(s, f, "")
				delete(there, s.id+f)
			} else {
				if isNew := x.add(&subscription{session: s, filter: f}); isNew != (there[s.id+f] == nil) {
					t.Fatalf("adding %q: new is %v", f, isNew)
				}
				there[s.id+f] = s
				if x.generation.Load() == generation {
					t.Fatal("the generation stands still")
				}
			}
		}
		topic := drawTopic(t)
		var got, want []string
		x.match(topic, func(n *node) {
			for _, s := range n.subs {
				got = append(got, s.session.id+s.filter)
			}
		})
		for key := range there {
			if model.MatchTopic(key[1:], topic) {
				want = append(want, key)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("topic %q: %q, want %q", topic, got, want)
		}
		for key, s := range there {
			x.remove(s, key[1:], "")
		}
		if len(x.root.children) != 0 || x.count != 0 {
			t.Fatalf("nodes are left: %v, %d", x.root.children, x.count)
		}
	})
}

// The retained store agrees with model.MatchTopic.
func TestRetainedFindsAsTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &retainedStore{maxCount: 1000, maxBytes: 1 << 20, maxEach: 1000}
		there := map[string]bool{}
		from := &model.Publisher{ClientID: "a"}
		for range rapid.IntRange(0, 30).Draw(t, "operations") {
			topic := drawTopic(t)
			m := &message{topic: topic, from: from}
			delete(there, topic)
			if rapid.Bool().Draw(t, "keep") {
				m.payload = []byte("x")
				there[topic] = true
			}
			if !r.set(m) {
				t.Fatal("full")
			}
		}
		filter := drawFilter(t)
		var got, want []string
		for _, m := range r.find(filter, time.Now()) {
			got = append(got, m.topic)
		}
		for topic := range there {
			if model.MatchTopic(filter, topic) {
				want = append(want, topic)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("filter %q: %q, want %q", filter, got, want)
		}
		for topic := range there {
			r.set(&message{topic: topic})
		}
		if r.count != 0 || r.bytes != 0 || len(r.root.children) != 0 || len(r.each) != 0 {
			t.Fatalf("left over: %d messages, %d bytes", r.count, r.bytes)
		}
	})
}

// A route cache stays within its bounds however many topics a publisher uses.
func TestRouteCacheIsBounded(t *testing.T) {
	b := New(Options{})
	defer func() { _ = b.Close() }()
	r := router{b: b, pub: &model.Publisher{ClientID: "a"}}
	topic := make([]byte, 8)
	for i := range 3 * routeCost {
		for j := range topic {
			topic[j] = 'a' + byte(i>>(4*j)&15)
		}
		r.lookup(topic)
	}
	if len(r.cache) != r.cost || r.cost > routeCost {
		t.Errorf("%d routes cost %d", len(r.cache), r.cost)
	}
}

func TestSplitShare(t *testing.T) { // [MQTT-4.8.2-1] [MQTT-4.8.2-2]
	for filter, want := range map[string][2]string{"a": {"", "a"}, "$share/g/a/#": {"g", "a/#"}, "$share/g//": {"g", "/"}, "$shared/g/a": {"", "$shared/g/a"}} {
		if g, f, err := splitShare(filter); err != nil || g != want[0] || f != want[1] {
			t.Errorf("%q: %q %q %v", filter, g, f, err)
		}
	}
	for _, filter := range []string{"$share", "$share/", "$share/g", "$share//a", "$share/g/", "$share/+/a", "$share/#/a"} {
		if _, _, err := splitShare(filter); err == nil {
			t.Errorf("%q is accepted", filter)
		}
	}
}
