package ui

import (
	"context"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// tick is the presenter's beat: no page is drawn more often.
const tick = 50 * time.Millisecond

// stale is how long a page may stand still when nothing arrives: ages must go on.
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
	store *model.Store
	// do runs a function on the main goroutine, later.
	do func(func())
	// hidden tells whether the window cannot be seen.
	hidden func() bool

	poked chan struct{} // an interaction wants a frame at once
	ready chan struct{} // the frame in flight was shown

	mu     sync.Mutex
	page   source
	always []source // the frame round the page: status bar, notices

	drawn map[source]drawn
}

// drawn is when a source was last asked, and for which state of the store.
type drawn struct {
	at  time.Time
	gen uint64
}

func newPresenter(store *model.Store, do func(func()), hidden func() bool, always ...source) *presenter {
	p := &presenter{
		store: store, do: do, hidden: hidden, always: always,
		poked: make(chan struct{}, 1), ready: make(chan struct{}, 1), drawn: map[source]drawn{},
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

// poke asks for a frame at once; it never blocks.
func (p *presenter) poke() {
	select {
	case p.poked <- struct{}{}:
	default:
	}
}

// run draws until ctx ends.
func (p *presenter) run(ctx context.Context) {
	beat := time.NewTicker(tick)
	defer beat.Stop()
	for {
		urgent := false
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		case <-p.poked:
			urgent = true
		}
		if p.hidden() {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-p.ready:
		}
		p.draw(time.Now(), urgent)
	}
}

// draw builds the frames that are due and sends them off together. It holds the
// only permission to, which the main goroutine gives back when it has shown them.
func (p *presenter) draw(now time.Time, urgent bool) {
	var shows []func()
	for _, s := range p.due(now, urgent) {
		if show := s.frame(now); show != nil {
			shows = append(shows, show)
		}
	}
	if len(shows) == 0 {
		p.ready <- struct{}{}
		return
	}
	p.do(func() {
		for _, show := range shows {
			show()
		}
		p.ready <- struct{}{}
	})
}

// due lists the sources to ask now.
func (p *presenter) due(now time.Time, urgent bool) []source {
	p.mu.Lock()
	page := p.page
	p.mu.Unlock()
	gen := p.store.Generation()
	var out []source
	add := func(s source, urgent bool) {
		last := p.drawn[s]
		age := now.Sub(last.at)
		if urgent || age >= stale || gen != last.gen && age >= s.every() {
			p.drawn[s] = drawn{at: now, gen: gen}
			out = append(out, s)
		}
	}
	if page != nil {
		add(page, urgent)
	}
	for _, s := range p.always {
		add(s, false)
	}
	return out
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
