package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func matchStore(topics ...string) *Store {
	s := NewStore(Options{})
	for _, topic := range topics {
		s.Ingest([]Message{{Topic: topic, Payload: []byte("1"), At: time.Unix(1, 0)}})
	}
	return s
}

// TestMatchAgreesWithMatchTopic compares the walk with the rule for one topic.
func TestMatchAgreesWithMatchTopic(t *testing.T) {
	level := rapid.SampledFrom([]string{"a", "b", "", "$x", "c"})
	rapid.Check(t, func(t *rapid.T) {
		path := func(name string, l *rapid.Generator[string]) string {
			return strings.Join(rapid.SliceOfN(l, 1, 4).Draw(t, name), "/")
		}
		var topics []string
		for range rapid.IntRange(0, 12).Draw(t, "n") {
			if p := path("topic", level); p != "" {
				topics = append(topics, p)
			}
		}
		filter := path("filter", rapid.SampledFrom([]string{"a", "b", "", "$x", "+"}))
		if rapid.Bool().Draw(t, "hash") {
			filter += "/#"
		}
		if filter == "" {
			filter = "#"
		}
		slices.Sort(topics)
		var want []string
		for _, p := range slices.Compact(topics) {
			if MatchTopic(filter, p) {
				want = append(want, p)
			}
		}
		got, more := matchStore(topics...).Match(filter, 100)
		slices.Sort(got)
		if !slices.Equal(got, want) || more {
			t.Fatalf("%q matches %q (more %v), want %q of %q", filter, got, more, want, topics)
		}
	})
}

func TestMatchIsBounded(t *testing.T) {
	var topics []string
	for i := range 50 {
		topics = append(topics, fmt.Sprintf("plant/%d/level", i))
	}
	s := matchStore(topics...)
	got, more := s.Match("plant/+/level", 3)
	if want := []string{"plant/0/level", "plant/1/level", "plant/2/level"}; !slices.Equal(got, want) || !more {
		t.Errorf("%q, more %v", got, more)
	}
	if got, more := s.Match("plant/#", 50); len(got) != 50 || more {
		t.Errorf("%d, more %v", len(got), more)
	}
	if got, _ := s.Match("plant/7/level", 0); got != nil {
		t.Errorf("%q", got)
	}
	m := matcher{limit: 100, visits: 10}
	m.below(s.root, []string{"plant", "+", "nothing"})
	if !m.more || m.visits != -1 {
		t.Errorf("a walk for nothing went on: %d visits left, more %v", m.visits, m.more)
	}
	before := s.Structure()
	s.Ingest([]Message{{Topic: "plant/7/level", Payload: []byte("2"), At: time.Unix(2, 0)}})
	if s.Structure() != before {
		t.Error("a known topic changed the structure")
	}
	s.Ingest([]Message{{Topic: "plant/new", Payload: []byte("2"), At: time.Unix(2, 0)}})
	if s.Structure() == before {
		t.Error("a new topic did not change the structure")
	}
}
