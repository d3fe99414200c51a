package watch

import (
	"slices"
	"time"
)

// KindCount is how often a kind was reported.
type KindCount struct {
	Kind  Kind
	Count uint64
}

// Totals is what a feed has counted since it was made.
type Totals struct {
	// Reports is the sum over all kinds, ByKind what was reported at all, the
	// most frequent first.
	Reports uint64
	ByKind  []KindCount
	// Refused is the sum of the kinds that the broker kept from happening.
	Refused uint64
	// Open is how many attempts wait for the operator.
	Open int
	// Forgotten attempts had to make room, with the ForgottenReports in them.
	Forgotten, ForgottenReports uint64
}

// Attempts returns up to limit attempts, the newest first; negative is all.
func (f *Feed) Attempts(limit int) []Attempt {
	f.mu.Lock()
	out := make([]Attempt, 0, len(f.byID))
	for _, e := range f.byID {
		out = append(out, e.Attempt)
	}
	f.mu.Unlock()
	slices.SortFunc(out, func(a, b Attempt) int {
		if a.ID < b.ID {
			return 1
		}
		return -1
	})
	if limit >= 0 && limit < len(out) {
		out = out[:limit:limit]
	}
	return out
}

// Attempt returns the attempt with an ID; ok is false when it is forgotten.
func (f *Feed) Attempt(id uint64) (a Attempt, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e := f.byID[id]
	if e == nil {
		return Attempt{}, false
	}
	return e.Attempt, true
}

// Totals counts everything that was ever added.
func (f *Feed) Totals() Totals {
	f.mu.Lock()
	t := Totals{Open: f.open.Len(), Forgotten: f.forgotten, ForgottenReports: f.forgottenAttempts}
	counts := f.totals
	f.mu.Unlock()
	for k, n := range counts {
		if n == 0 {
			continue
		}
		kind := Kind(k)
		t.Reports += n
		t.ByKind = append(t.ByKind, KindCount{kind, n})
		if kind.Refused() {
			t.Refused += n
		}
	}
	slices.SortStableFunc(t.ByKind, func(a, b KindCount) int {
		switch {
		case a.Count > b.Count:
			return -1
		case a.Count < b.Count:
			return 1
		}
		return 0
	})
	return t
}

// Mark notes what the operator did about an attempt; Open takes it back. It
// reports whether the attempt is still known.
func (f *Feed) Mark(id uint64, m Mark, at time.Time) bool {
	f.mu.Lock()
	e := f.byID[id]
	if e != nil {
		e.Mark, e.Marked = m, at
		to := &f.handled
		if m == Open {
			to, e.Marked = &f.open, time.Time{}
		}
		f.enlist(e, to)
	}
	f.mu.Unlock()
	if e != nil {
		f.gen.Add(1)
	}
	return e != nil
}
