package identity

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestOwnerIsNotLockedOut: whatever others do elsewhere, an address that the
// owner came from before is heard.
func TestOwnerIsNotLockedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limits{}.withDefaults()
		g, now := newGuesses(&l), time.Unix(1_000_000, 0)
		g.succeeded("pump", "home")
		for range rapid.IntRange(0, 400).Draw(t, "attempts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second)
			source := fmt.Sprint("elsewhere", rapid.IntRange(0, 30).Draw(t, "source"))
			if g.locked("pump", source, now).Empty() {
				g.failed("pump", source, now, true)
			}
			if why := g.locked("pump", "home", now); !why.Empty() {
				t.Fatal(why)
			}
		}
	})
}

// TestGuessingIsSlow: one address gets few guesses in a day, and so do many that
// share the work.
func TestGuessingIsSlow(t *testing.T) {
	for sources, most := range map[int]int{1: 40, 1_000: 24 * 101} {
		l := Limits{}.withDefaults()
		g, start, guesses := newGuesses(&l), time.Unix(1_000_000, 0), 0
		for now := start; now.Sub(start) < 24*time.Hour; now = now.Add(7 * time.Second) {
			source := fmt.Sprint(guesses % sources)
			if g.locked("pump", source, now).Empty() {
				g.failed("pump", source, now, true)
				guesses++
			}
		}
		if guesses > most {
			t.Errorf("%d addresses got %d guesses in a day, want at most %d", sources, guesses, most)
		}
	}
}

// TestGuessersAreBounded has more guessers than are remembered.
func TestGuessersAreBounded(t *testing.T) {
	l := Limits{}.withDefaults()
	g, now := newGuesses(&l), time.Unix(1_000_000, 0)
	for n := range 2 * maxGuessers {
		g.failed("pump", fmt.Sprint(n), now, true)
	}
	if len(g.pairs) > maxGuessers || len(g.each) > maxGuessers || len(g.total) != 1 {
		t.Errorf("%d pairs, %d addresses", len(g.pairs), len(g.each))
	}
	s := newSessions(&l)
	for n := range 2*maxComers + 1 {
		s.take([2]string{fmt.Sprint(n), "x"}, now)
	}
	if len(s.rates) > maxComers {
		t.Errorf("%d rates", len(s.rates))
	}
	q := newQuotas()
	for n := range 2 * maxWriters {
		q.writer(fmt.Sprint(n)).allow(1, false, 10, now)
	}
	if len(q.writers) > maxWriters+1 {
		t.Errorf("%d writers", len(q.writers))
	}
}

// TestQuotaAges: topics that are not used make room, those with retained messages
// later.
func TestQuotaAges(t *testing.T) {
	w, now := &writer{}, time.Unix(1_000_000, 0)
	fill := func(retain bool, from uint64) (taken int) {
		for n := range uint64(20) {
			if w.allow(from+n, retain, 10, now) {
				taken++
			}
		}
		return taken
	}
	for _, c := range []struct {
		after  time.Duration
		retain bool
		from   uint64
		want   int
	}{{0, false, 0, 10}, {0, false, 0, 10}, {0, true, 0, 10}, {0, false, 100, 0}, {quotaAge + 1, false, 100, 10}, {0, true, 100, 0}, {keptAge + 1, true, 100, 10}} {
		now = now.Add(c.after)
		if got := fill(c.retain, c.from); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}
