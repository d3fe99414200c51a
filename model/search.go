package model

import (
	"sort"
	"strings"
)

// HitKind says what a search found.
type HitKind uint8

// What a search can find.
const (
	HitDevice HitKind = iota
	HitTopic
)

// Hit is something found.
type Hit struct {
	Kind HitKind
	// Path is the topic, or the root topic of the device.
	Path     string
	Name     string
	Liveness Liveness
	score    int
}

// Search finds devices and topics whose names hold all words of text, regardless
// of case: devices first, then those whose name begins with the text, then the
// shortest. Empty text finds devices only.
func (s *Store) Search(text string, limit int) []Hit {
	words := strings.Fields(strings.ToLower(text))
	s.mu.Lock()
	defer s.mu.Unlock()
	var hits []Hit
	for _, d := range s.dir.order {
		if d.first != 0 && d.matches(words) {
			hits = append(hits, Hit{Kind: HitDevice, Path: d.root, Name: d.name(), Liveness: d.state, score: score(d.name(), words)})
		}
	}
	if len(words) > 0 {
		for _, t := range s.order {
			if holdsAll(t.node.path, words) {
				hits = append(hits, Hit{Kind: HitTopic, Path: t.node.path, Name: t.node.name, score: score(t.node.name, words)})
			}
		}
	}
	sort.SliceStable(hits, func(i, j int) bool {
		a, b := hits[i], hits[j]
		if a.Kind != b.Kind {
			return a.Kind < b.Kind
		}
		if a.score != b.score {
			return a.score < b.score
		}
		if len(a.Path) != len(b.Path) {
			return len(a.Path) < len(b.Path)
		}
		return lessNatural(a.Path, b.Path)
	})
	return hits[:min(len(hits), max(0, limit))]
}

func holdsAll(s string, words []string) bool {
	for _, w := range words {
		if !containsFold(s, w) {
			return false
		}
	}
	return true
}

// score is 0 when name begins with the first word, 1 when a word within it
// does, else 2.
func score(name string, words []string) int {
	if len(words) == 0 {
		return 0
	}
	low := strings.ToLower(name)
	switch {
	case strings.HasPrefix(low, words[0]):
		return 0
	case strings.Contains(low, " "+words[0]):
		return 1
	}
	return 2
}
