package ui

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// still is a page that counts its frames.
type still struct {
	least  time.Duration
	built  atomic.Int32
	shown  atomic.Int32
	silent bool // has nothing new to show
}

func (s *still) every() time.Duration { return s.least }

func (s *still) frame(time.Time) func() {
	s.built.Add(1)
	if s.silent {
		return nil
	}
	return func() { s.shown.Add(1) }
}

// mainQueue is a main goroutine that runs what it is given when told to.
type mainQueue struct {
	mu      sync.Mutex
	waiting []func()
}

func (q *mainQueue) do(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, f)
}

// length is how many calls wait.
func (q *mainQueue) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

// drain runs what waits, and reports how many calls that were.
func (q *mainQueue) drain() int {
	q.mu.Lock()
	waiting := q.waiting
	q.waiting = nil
	q.mu.Unlock()
	for _, f := range waiting {
		f()
	}
	return len(waiting)
}

func visible() bool { return false }

// startPresenter runs p within a bubble of virtual time until the test ends.
func startPresenter(t *testing.T, p *presenter) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

// change makes the store differ from before.
func change(s *model.Store) { s.Note(model.Event{Kind: model.EventTrouble}) }

func TestOneFrameInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, q, page, bars := model.NewStore(model.Options{}), &mainQueue{}, &still{}, &still{}
		p := newPresenter(store, q.do, visible, bars)
		p.show(page)
		startPresenter(t, p)
		for range 200 { // ten seconds in which the main goroutine does nothing
			change(store)
			p.poke()
			time.Sleep(tick)
		}
		synctest.Wait()
		if q.length() != 1 || page.built.Load() != 1 || bars.built.Load() != 1 {
			t.Fatalf("%d calls wait for the main goroutine and %d frames were built, want 1", q.length(), page.built.Load())
		}
		q.drain()
		time.Sleep(tick)
		synctest.Wait()
		if q.length() != 1 || page.built.Load() != 2 || page.shown.Load() != 1 {
			t.Errorf("after the frame was shown: %d wait, %d built, %d shown; want 1, 2, 1", q.length(), page.built.Load(), page.shown.Load())
		}
		q.drain()
	})
}

func TestNothingChangedNoFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := &still{}
		p := newPresenter(model.NewStore(model.Options{}), func(f func()) { f() }, visible)
		p.show(page)
		startPresenter(t, p)
		time.Sleep(tick / 2)
		synctest.Wait()
		if page.built.Load() != 1 {
			t.Fatalf("%d frames for a page just opened, want 1", page.built.Load())
		}
		time.Sleep(stale - tick)
		synctest.Wait()
		if page.built.Load() != 1 {
			t.Errorf("%d frames before %v although nothing changed", page.built.Load(), stale)
		}
		time.Sleep(2 * tick)
		synctest.Wait()
		if page.built.Load() != 2 {
			t.Errorf("%d frames after %v: ages must go on", page.built.Load(), stale)
		}
	})
}

func TestPokeDrawsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page, bars := &still{least: time.Hour}, &still{least: time.Hour}
		p := newPresenter(model.NewStore(model.Options{}), func(f func()) { f() }, visible, bars)
		p.show(page)
		startPresenter(t, p)
		synctest.Wait()
		page.built.Store(0)
		bars.built.Store(0)
		p.poke()
		synctest.Wait() // no virtual time passes
		if page.built.Load() != 1 || bars.built.Load() != 0 {
			t.Errorf("a poke drew the page %d times and the bars %d times, want 1 and 0", page.built.Load(), bars.built.Load())
		}
	})
}

// TestWakeIsNoInteraction holds that work which ends in the background gets a frame
// at once, and does not keep the window lively.
func TestWakeIsNoInteraction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := &still{least: time.Hour}
		p := newPresenter(model.NewStore(model.Options{}), func(f func()) { f() }, visible)
		p.show(page)
		startPresenter(t, p)
		time.Sleep(attention + stale/2)
		synctest.Wait()
		before := page.built.Load()
		p.wake()
		synctest.Wait()
		if got := page.built.Load() - before; got != 1 {
			t.Errorf("woken, the page was drawn %d times, want 1", got)
		}
		if p.pace.rest(time.Now()) != tick {
			t.Error("the window is as lively as after an interaction")
		}
	})
}

func TestHiddenWindowCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, page := model.NewStore(model.Options{}), &still{}
		p := newPresenter(store, func(f func()) { f() }, func() bool { return true })
		p.show(page)
		startPresenter(t, p)
		for range 100 {
			change(store)
			p.poke()
			time.Sleep(tick)
		}
		synctest.Wait()
		if page.built.Load() != 0 {
			t.Errorf("%d frames were built for a window that nobody sees", page.built.Load())
		}
	})
}

func TestAlertsOfAHiddenWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, page, alert := model.NewStore(model.Options{}), &still{}, &still{}
		p := newPresenter(store, func(f func()) { f() }, func() bool { return true })
		p.alert = alert
		p.show(page)
		startPresenter(t, p)
		for range 100 {
			change(store)
			p.poke()
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		if got := alert.built.Load(); page.built.Load() != 0 || got < 9 || got > 10 {
			t.Errorf("in 10 s unseen the page was built %d times, alerts were looked for %d times; want 0 and 10", page.built.Load(), got)
		}
	})
}

// TestDearPaintingSlowsData holds that what painting costs decides how often data
// alone is painted, unless the operator is at it.
func TestDearPaintingSlowsData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, page, bars := model.NewStore(model.Options{}), &still{least: tick}, &still{least: 2 * tick}
		p := newPresenter(store, func(f func()) { f() }, visible, bars)
		p.painted = func(f func(time.Duration)) { f(30 * time.Millisecond) }
		var frames atomic.Int32
		p.observe = func(f Frame) {
			if f.Painted == 30*time.Millisecond {
				frames.Add(1)
			}
		}
		p.show(page)
		startPresenter(t, p)
		count := func(d time.Duration) int32 {
			before := frames.Load()
			for range d / (10 * time.Millisecond) {
				change(store)
				time.Sleep(10 * time.Millisecond)
			}
			synctest.Wait()
			return frames.Load() - before
		}
		if got := count(attention); got < 180 || got > 220 { // 30 ms at 55 % is 55 ms: every third beat
			t.Errorf("%d frames in 10 s after an interaction, want about 200", got)
		}
		count(time.Second)
		if got := count(10 * time.Second); got < 9 || got > 11 {
			t.Errorf("%d frames in 10 s that nobody asked for, want 10", got)
		}
		if p, b := page.built.Load(), bars.built.Load(); b > p {
			t.Errorf("the bars were drawn %d times and the page %d times: they had frames of their own", b, p)
		}
		p.poke()
		if got := count(time.Second); got < 18 {
			t.Errorf("%d frames in the second after an interaction, want 20", got)
		}
	})
}

func TestPace(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		cost, every, calm, attended time.Duration
	}{
		"nothing known":  {0, 250 * ms, 250 * ms, 250 * ms},
		"cheap":          {2 * ms, 50 * ms, 142857142, 50 * ms},
		"cheap and slow": {2 * ms, 500 * ms, 500 * ms, 500 * ms},
		"dear":           {30 * ms, 50 * ms, time.Second, 54545454},
		"very dear":      {time.Second, 50 * ms, time.Second, time.Second},
		"not painted":    {unpainted - 1, 50 * ms, 50 * ms, 50 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			var p pace
			p.painted(noon, c.cost)
			if got := p.least(c.every, noon); got != c.calm {
				t.Errorf("left alone: %v, want %v", got, c.calm)
			}
			p.touch(noon.Add(-attention + 1))
			if got := p.least(c.every, noon); got != c.attended {
				t.Errorf("attended: %v, want %v", got, c.attended)
			}
		})
	}
}

// TestFirstChangeAfterQuiet holds that what painting costs does not delay the first
// change after a while without one, and does delay those that follow.
func TestFirstChangeAfterQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, page := model.NewStore(model.Options{}), &still{least: tick}
		p := newPresenter(store, func(f func()) { f() }, visible)
		p.painted = func(f func(time.Duration)) { f(30 * time.Millisecond) }
		p.show(page)
		startPresenter(t, p)
		time.Sleep(attention + 10*stale + stale/2) // in the middle of a second, which draws by itself
		for range 2 {
			synctest.Wait()
			before := page.built.Load()
			change(store)
			time.Sleep(tick)
			synctest.Wait()
			if got := page.built.Load() - before; got != 1 {
				t.Fatalf("%d frames within %v of the first change, want 1", got, tick)
			}
			change(store)
			time.Sleep(3 * tick)
			synctest.Wait()
			if got := page.built.Load() - before; got != 1 {
				t.Fatalf("the second change was shown at once: %d frames", got)
			}
			time.Sleep(2*stale - 4*tick)
		}
	})
}

// TestFramesMeetTheBeat holds that frames are built shortly before Fyne paints
// while the operator is at it, whenever they are asked for.
func TestFramesMeetTheBeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, page := model.NewStore(model.Options{}), &still{}
		began := time.Now()
		next := func(d time.Duration) time.Duration { return beat - d%beat }
		p := newPresenter(store, func(f func()) { f() }, visible)
		var late atomic.Int32
		var painting sync.WaitGroup
		t.Cleanup(painting.Wait)
		p.painted = func(f func(time.Duration)) {
			wait := next(time.Since(began)) // until Fyne's beat, where it begins to paint
			if wait > lead+time.Millisecond {
				late.Add(1)
			}
			painting.Go(func() {
				time.Sleep(wait + 3*time.Millisecond)
				f(3 * time.Millisecond)
			})
		}
		p.show(page)
		startPresenter(t, p)
		for range 900 {
			change(store)
			time.Sleep(10 * time.Millisecond)
		}
		synctest.Wait()
		if got := page.built.Load(); got < 500 || late.Load() > 2 { // the first ones do not know the beat
			t.Errorf("%d frames in 9 s, of which %d waited for longer than %v to be painted; want 540 and none", got, late.Load(), lead)
		}
	})
}

func TestLeastIntervalOfAPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := model.NewStore(model.Options{})
		quick, slow := &still{least: 100 * time.Millisecond}, &still{least: 500 * time.Millisecond}
		p := newPresenter(store, func(f func()) { f() }, visible, slow)
		p.show(quick)
		startPresenter(t, p)
		for range 1000 { // 10 s of data every 10 ms
			change(store)
			time.Sleep(10 * time.Millisecond)
		}
		synctest.Wait()
		if quick.built.Load() < 80 || quick.built.Load() > 101 {
			t.Errorf("a page for every 100 ms was drawn %d times in 10 s", quick.built.Load())
		}
		if slow.built.Load() < 18 || slow.built.Load() > 21 {
			t.Errorf("bars for every 500 ms were drawn %d times in 10 s", slow.built.Load())
		}
	})
}

func TestDue(t *testing.T) {
	store, page := model.NewStore(model.Options{}), &still{least: 200 * time.Millisecond}
	p := newPresenter(store, nil, visible)
	p.show(page)
	steps := []struct {
		after   time.Duration
		changed bool
		urgent  bool
		due     bool
		why     string
	}{
		{0, true, false, true, "never drawn"},
		{50 * time.Millisecond, false, false, false, "nothing changed"},
		{50 * time.Millisecond, true, false, false, "too early"},
		{100 * time.Millisecond, false, false, true, "changed since, and its time has come"},
		{10 * time.Millisecond, false, true, true, "urgent"},
		{stale - 211*time.Millisecond, false, false, false, "the second has not turned"},
		{time.Millisecond, false, false, true, "the second has turned"},
	}
	now := noon
	for _, s := range steps {
		now = now.Add(s.after)
		if s.changed {
			change(store)
		}
		if got := len(p.due(now, s.urgent)) == 1; got != s.due {
			t.Errorf("%s: due is %v", s.why, got)
		}
	}
}

func TestNothingNewSendsNothing(t *testing.T) {
	q, page := &mainQueue{}, &still{silent: true}
	p := newPresenter(model.NewStore(model.Options{}), q.do, visible)
	p.show(page)
	for range 3 {
		select {
		case <-p.ready:
		default:
			t.Fatal("a frame without content keeps the permission to draw")
		}
		p.draw(noon, []source{page})
	}
	if page.built.Load() != 3 || q.length() != 0 {
		t.Errorf("%d frames built, %d calls sent; want 3 and 0", page.built.Load(), q.length())
	}
}

func TestRunEndsWhileAFrameIsInFlight(t *testing.T) {
	synctest.Test(t, func(*testing.T) { // which fails when a goroutine stays
		q, page := &mainQueue{}, &still{}
		p := newPresenter(model.NewStore(model.Options{}), q.do, visible)
		p.show(page)
		ctx, cancel := context.WithCancel(context.Background())
		go p.run(ctx)
		time.Sleep(10 * tick)
		p.poke()
		synctest.Wait()
		cancel()
		synctest.Wait()
		q.drain() // the late frame does not block
	})
}
