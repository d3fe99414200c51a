package ui

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// bed is a window system that has nothing to say until it is told to.
type bed struct {
	events chan struct{}
	waits  atomic.Int32
}

// lie is a slumber on b whose main goroutine is q.
func lie(b *bed, q *mainQueue) *slumber {
	b.events = make(chan struct{}, 1)
	say := func() {
		select {
		case b.events <- struct{}{}:
		default:
		}
	}
	return &slumber{run: q.do, rouse: say, wait: func(d time.Duration) {
		b.waits.Add(1)
		select {
		case <-b.events:
		case <-time.After(d):
		}
	}}
}

func TestSlumberEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bed
		s := lie(&b, &mainQueue{})
		for range 3 { // nothing happened, so it sleeps again
			began := time.Now()
			s.sleep(time.Second)
			if took := time.Since(began); took != time.Second {
				t.Fatalf("slept for %v, want a second", took)
			}
		}
	})
}

func TestSlumberEndsWithWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bed
		q := &mainQueue{}
		s := lie(&b, q)
		began := time.Now()
		go func() {
			time.Sleep(time.Millisecond)
			s.do(func() {})
		}()
		s.sleep(time.Second)
		if took := time.Since(began); took != time.Millisecond || q.drain() != 1 {
			t.Fatalf("slept for %v", took)
		}
		s.sleep(time.Second) // work is no input
		if b.waits.Load() != 2 {
			t.Error("it does not sleep after work")
		}
	})
}

func TestNoSlumberWhileWorkWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bed
		q := &mainQueue{}
		s := lie(&b, q)
		s.do(func() {})
		if s.sleep(time.Second); b.waits.Load() != 0 {
			t.Error("it sleeps although something waits")
		}
		q.drain()
		if s.sleep(time.Second); b.waits.Load() != 1 {
			t.Error("it does not sleep when nothing waits any more")
		}
	})
}

func TestInputKeepsAwake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bed
		s := lie(&b, &mainQueue{})
		go func() {
			time.Sleep(time.Millisecond)
			b.events <- struct{}{}
		}()
		s.sleep(time.Second)
		if s.sleep(time.Second); b.waits.Load() != 1 {
			t.Error("it sleeps again at once after input")
		}
		time.Sleep(vigil)
		if s.sleep(time.Second); b.waits.Load() != 2 {
			t.Error("it never sleeps again after input")
		}
	})
}

// counted is a store that counts how often it is asked whether it has changed.
type counted struct{ gen, asked atomic.Uint64 }

func (c *counted) Generation() uint64 {
	c.asked.Add(1)
	return c.gen.Load()
}

// TestCalmPresenterRests changes the store often while painting is dear and nobody is
// at it: the presenter looks for changes about as often as it draws.
func TestCalmPresenterRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, page := &counted{}, &still{}
		p := newPresenter(store, func(f func()) { f() }, visible)
		p.painted = func(f func(time.Duration)) { f(50 * time.Millisecond) }
		var slept atomic.Int32
		p.sleep = func(time.Duration) { slept.Add(1) }
		p.show(page)
		startPresenter(t, p)
		time.Sleep(attention + time.Second)
		store.asked.Store(0)
		page.shown.Store(0)
		slept.Store(0)
		for range 1000 {
			store.gen.Add(1)
			time.Sleep(10 * time.Millisecond)
		}
		synctest.Wait()
		shown, asked := page.shown.Load(), store.asked.Load()
		if shown < 9 || shown > 12 || asked > 2*uint64(shown) || slept.Load() != shown {
			t.Errorf("in ten seconds %d frames, the store was asked %d times, and the main goroutine slept %d times", shown, asked, slept.Load())
		}
		page.shown.Store(0)
		p.poke() // and an interaction still gets a frame at once
		synctest.Wait()
		if page.shown.Load() != 1 {
			t.Errorf("an interaction got %d frames", page.shown.Load())
		}
	})
}
