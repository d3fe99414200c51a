package model

import (
	"math"
	"sync"
)

// Bounds on a book of passages.
const (
	maxPassages     = 512 // pairs of ports
	profilesPerPair = 5   // the latest
	oddPassage      = 1.6 // times the usual duration: held up, not learned
	maxOffTrack     = 1500.0
)

// Passages is what is known of voyages between ports from those that were
// completed: the latest few between each pair, whichever vessel made them. Its
// size is bounded: the pair that was sailed longest ago is forgotten first. It
// may be used from any goroutine.
type Passages struct {
	mu    sync.Mutex
	pairs map[passageKey]*passagePair
	turn  uint64
}

type passageKey struct{ from, to string }

type passagePair struct {
	profiles []*profile // oldest first
	sailed   uint64     // turn of the latest
	odd      int        // passages in a row that were not learned
}

// NewPassages is an empty book.
func NewPassages() *Passages { return &Passages{pairs: make(map[passageKey]*passagePair)} }

// Known is the number of passages kept from one port to another, at most 5.
func (b *Passages) Known(from, to string) int { return len(b.of(from, to)) }

// learn keeps a passage. One that took far longer than usual was held up and
// is left out, unless that is what has become usual.
func (b *Passages) learn(from, to string, p *profile) {
	if p == nil || from == "" || to == "" || from == to {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn++
	k := passageKey{from, to}
	pair := b.pairs[k]
	if pair == nil {
		if len(b.pairs) >= maxPassages {
			b.forgetLocked()
		}
		pair = &passagePair{}
		b.pairs[k] = pair
	}
	pair.sailed = b.turn
	if pair.isOdd(p) && pair.odd < 2 {
		pair.odd++
		return
	}
	pair.odd = 0
	keep := pair.profiles
	if len(keep) == profilesPerPair {
		keep = keep[1:]
	}
	// A new slice, so that readers may keep the old one.
	pair.profiles = append(append(make([]*profile, 0, profilesPerPair), keep...), p)
}

func (p *passagePair) isOdd(q *profile) bool {
	if len(p.profiles) == 0 {
		return false
	}
	usual := make([]float64, len(p.profiles))
	for i, x := range p.profiles {
		usual[i] = x.end().elapsed
	}
	return q.end().elapsed > oddPassage*median(usual)
}

// forgetLocked drops the pair that was sailed longest ago.
func (b *Passages) forgetLocked() {
	var oldest passageKey
	first := uint64(math.MaxUint64)
	for k, p := range b.pairs {
		if p.sailed < first {
			oldest, first = k, p.sailed
		}
	}
	delete(b.pairs, oldest)
}

// of are the profiles from one port to another; the slice never changes.
func (b *Passages) of(from, to string) []*profile {
	b.mu.Lock()
	defer b.mu.Unlock()
	if pair := b.pairs[passageKey{from, to}]; pair != nil {
		return pair.profiles
	}
	return nil
}

// progress is how far a vessel has come by the earlier passages.
type progress struct {
	elapsed   float64 // seconds that it usually takes to get here
	left      float64 // seconds that the rest usually takes
	remaining float64 // metres still to go
}

// progressOf compares a position with earlier passages; it fails when there are
// none, or none that led past here.
func progressOf(profiles []*profile, pos LatLon) (progress, bool) {
	var elapsed, left, remaining [profilesPerPair]float64
	n := 0
	for _, p := range profiles {
		along, at, off := p.at(pos)
		if off > maxOffTrack {
			continue
		}
		end := p.end()
		elapsed[n], left[n], remaining[n] = at, end.elapsed-at, end.along-along
		n++
	}
	if n == 0 {
		return progress{}, false
	}
	return progress{median(elapsed[:n]), median(left[:n]), median(remaining[:n])}, true
}
