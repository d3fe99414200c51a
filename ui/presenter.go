package ui

import (
	"context"
	"sync"
	"time"
)

// tick is how often the presenter looks for something new while the operator is
// elsewhere; it looks at each beat while not.
const tick = 50 * time.Millisecond

// quiet is how long nothing has to change for the next change to be shown at once,
// whatever painting costs.
const quiet = time.Second

// stale is how long a page may stand still when nothing arrives. Frames for that
// alone come when the clock's second turns.
const stale = time.Second

// source builds frames on the presenter's goroutine.
type source interface {
	// every is the least time between two frames that data alone asks for.
	every() time.Duration
	// frame builds what is to be shown now, without touching any widget, and
	// returns how to show it, to be called on the main goroutine; nil when
	// there is nothing new.
	frame(now time.Time) func()
}

// presenter asks what is visible for frames and hands them to the main
// goroutine, at most one at a time.
type presenter struct {
	// store tells whether what is shown has changed.
	store interface{ Generation() uint64 }
	// do runs a function on the main goroutine, later.
	do func(func())
	// hidden tells whether the window cannot be seen.
	hidden func() bool
	// painted calls a function on the main goroutine, where it is called, when
	// what was changed there has been painted, with what painting took.
	painted func(func(time.Duration))
	// observe, if not nil, is told of each frame on the main goroutine.
	observe func(Frame)
	// sleep has the main goroutine, where it is called, wait for input or for what
	// do hands over, for so long at most.
	sleep func(time.Duration)
	// alert is asked even while the window is hidden; nil for none.
	alert source

	pace  pace
	poked chan struct{} // a frame is wanted at once
	ready chan struct{} // the frame in flight was shown

	mu     sync.Mutex
	page   source
	always []source // the frame round the page: status bar, notices

	drawn   map[source]drawn
	alerted time.Time // when alert was asked last
	stirred drawn     // the last change that was noticed
}

// drawn is when a source was last asked, and for which state of the store.
type drawn struct {
	at  time.Time
	gen uint64
}

func newPresenter(store interface{ Generation() uint64 }, do func(func()), hidden func() bool, always ...source) *presenter {
	p := &presenter{
		store: store, do: do, hidden: hidden, always: always,
		painted: func(f func(time.Duration)) { f(0) },
		sleep:   func(time.Duration) {},
		pace:    pace{began: time.Now()},
		poked:   make(chan struct{}, 1), ready: make(chan struct{}, 1), drawn: map[source]drawn{},
	}
	p.ready <- struct{}{}
	return p
}

// show makes s the visible page.
func (p *presenter) show(s source) {
	p.mu.Lock()
	p.page = s
	p.mu.Unlock()
	p.poke()
}

// poke asks for a frame at once, because of an interaction; it never blocks.
func (p *presenter) poke() {
	p.pace.touch(time.Now())
	p.wake()
}

// wake asks for a frame at once, because of something that nobody did: work in the
// background is done. It never blocks.
func (p *presenter) wake() {
	select {
	case p.poked <- struct{}{}:
	default:
	}
}

// run draws until ctx ends. While the window is hidden it wakes up for alerts
// only, once a second.
func (p *presenter) run(ctx context.Context) {
	p.alerted = time.Now()
	for {
		select { // what is late goes with the next beat, not at once
		case <-ctx.Done():
			return
		case <-p.ready:
		}
		urgent, ok := p.await(ctx)
		if !ok {
			return
		}
		now := time.Now()
		if p.hidden() {
			p.alerted = now
			p.draw(now, p.alerts())
			p.do(p.doze)
		} else {
			p.draw(now, p.due(now, urgent))
		}
	}
}

// await waits until it is time to look for something to draw, or an interaction
// wants a frame, which is urgent. It fails when ctx ends.
func (p *presenter) await(ctx context.Context) (urgent, ok bool) {
	look := time.NewTimer(p.rest(time.Now()))
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return false, false
		case <-look.C:
			return false, true
		case <-p.poked:
			if !p.hidden() {
				return true, true
			}
			look.Reset(p.rest(time.Now()))
		}
	}
}

// rest is how long there is nothing to do, unless an interaction comes.
func (p *presenter) rest(now time.Time) time.Duration {
	if p.hidden() {
		return stale - now.Sub(p.alerted)
	}
	rest := p.pace.rest(now)
	if p.pace.calm(now) && now.Sub(p.stirred.at) < quiet { // what changes will be shown in its time
		rest = max(rest, p.next(now).Sub(now))
	}
	return rest
}

// next is the earliest time of a frame that nothing but data asks for.
func (p *presenter) next(now time.Time) time.Time {
	p.mu.Lock()
	page := p.page
	p.mu.Unlock()
	next := now.Truncate(stale).Add(stale)
	if page != nil {
		if due := p.drawn[page].at.Add(p.pace.least(page.every(), now)); due.Before(next) {
			next = due
		}
	}
	return next
}

// doze lets the main goroutine sleep unless the operator is at it. The presenter
// wakes it for the next frame.
func (p *presenter) doze() {
	if p.hidden() || p.pace.calm(time.Now()) {
		p.sleep(stale)
	}
}

// alerts is what is asked while the window is hidden.
func (p *presenter) alerts() []source {
	if p.alert == nil {
		return nil
	}
	return []source{p.alert}
}

// Frame is what one frame of the window cost.
type Frame struct {
	// Built is the time that the presenter took to build it, Shown the time the
	// main goroutine took to hand it to the widgets, and Painted the time that it
	// took to paint the window.
	Built, Shown, Painted time.Duration
}

// draw builds the frames of sources and sends them off together. It holds the
// only permission to, which the main goroutine gives back when it has painted
// them.
func (p *presenter) draw(now time.Time, sources []source) {
	var shows []func()
	for _, s := range sources {
		if show := s.frame(now); show != nil {
			shows = append(shows, show)
		}
	}
	if len(shows) == 0 {
		p.ready <- struct{}{}
		return
	}
	f := Frame{Built: time.Since(now)}
	p.do(func() {
		began := time.Now()
		for _, show := range shows {
			show()
		}
		f.Shown = time.Since(began)
		p.painted(func(cost time.Duration) {
			f.Painted = cost
			p.pace.painted(time.Now(), cost)
			if p.observe != nil {
				p.observe(f)
			}
			p.ready <- struct{}{}
			p.doze()
		})
	})
}

// due lists the sources to ask now: the page, and with it what lies round it. Any
// frame repaints the whole window, so nothing has one for itself.
func (p *presenter) due(now time.Time, urgent bool) []source {
	p.mu.Lock()
	page := p.page
	p.mu.Unlock()
	gen, slack := p.store.Generation(), p.pace.slack(now)
	urgent = p.breaksQuiet(gen, now) || urgent
	var out []source
	add := func(s source, urgent bool) {
		last := p.drawn[s]
		if urgent || last.turned(now) || gen != last.gen && now.Sub(last.at) >= p.pace.least(s.every(), now)-slack {
			p.drawn[s] = drawn{at: now, gen: gen}
			out = append(out, s)
		}
	}
	if page != nil {
		add(page, urgent)
		if len(out) == 0 {
			return nil
		}
	}
	for _, s := range p.always {
		add(s, false)
	}
	return out
}

// breaksQuiet reports whether the store has changed for the first time in a while.
func (p *presenter) breaksQuiet(gen uint64, now time.Time) bool {
	if gen == p.stirred.gen {
		return false
	}
	first := now.Sub(p.stirred.at) >= quiet
	p.stirred = drawn{at: now, gen: gen}
	return first
}

// turned reports whether another second has begun: ages and the clock must go on.
func (d drawn) turned(now time.Time) bool {
	return !now.Truncate(stale).Equal(d.at.Truncate(stale))
}

// box hands the latest value of what the main goroutine wants to the presenter.
type box[T any] struct {
	mu sync.Mutex
	v  T
}

func (b *box[T]) get() T {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.v
}

// update changes the value in place.
func (b *box[T]) update(f func(*T)) {
	b.mu.Lock()
	f(&b.v)
	b.mu.Unlock()
}
