package ui

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model/history"
)

// past is the window's way to moments that are over, and back. What takes time is
// done on a goroutine of its own that ends when there is nothing left to do; of
// moments asked for while one is being gone to, the last counts.
type past struct {
	history History // nil when there is none
	stores  *stores
	ctx     context.Context
	// changed tells that there is something new to show; any goroutine.
	changed func()

	group sync.WaitGroup

	mu     sync.Mutex
	wish   wish
	busy   bool
	wanted bool               // the operator is, or wants to be, in the past
	going  time.Time          // the moment being gone to; zero when none
	abort  context.CancelFunc // of what is under way
	warm   context.CancelFunc // of what only adds to the moment that is shown
	player *history.Player
	err    error
}

// wish is what is still to be done.
type wish struct {
	to    time.Time     // go there; zero for nowhere
	step  time.Duration // go so much further
	play  float64       // at this speed; 0 to leave it
	pause bool
	leave bool
}

// pastState is a snapshot of a past.
type pastState struct {
	// past is set when pages show the past: the moment at, which passes at speed,
	// 0 at rest. ended tells that the end of the record was reached.
	past  bool
	at    time.Time
	speed float64
	ended bool
	// going is the moment being gone to, zero when none.
	going time.Time
	// err is why the last wish failed.
	err error
}

func newPast(ctx context.Context, h History, s *stores, changed func()) *past {
	return &past{history: h, stores: s, ctx: ctx, changed: changed}
}

// state is a snapshot; it never blocks for long.
func (p *past) state() pastState {
	p.mu.Lock()
	defer p.mu.Unlock()
	st := pastState{past: p.stores.inPast(), going: p.going, err: p.err}
	if st.past && p.player != nil {
		st.at, st.speed, st.ended = p.player.Now(), p.player.Speed(), p.player.Ended()
		if err := p.player.Err(); err != nil && st.err == nil {
			st.err = err
		}
	}
	return st
}

// seek goes to a moment.
func (p *past) seek(at time.Time) {
	p.ask(true, func(w *wish) { *w = wish{to: at} })
}

// step goes on by d, or back when it is negative.
func (p *past) step(d time.Duration) { p.ask(true, func(w *wish) { w.step += d }) }

// play lets time pass at a speed; pause stops it.
func (p *past) play(speed float64) {
	p.ask(true, func(w *wish) { w.play, w.pause = speed, false })
}

func (p *past) pause() { p.ask(true, func(w *wish) { w.play, w.pause = 0, true }) }

// live shows what is now, at once.
func (p *past) live() {
	p.mu.Lock()
	p.err = nil
	if p.abort != nil {
		p.abort()
	}
	p.wanted = false
	p.stores.show(nil)
	p.mu.Unlock()
	p.ask(false, func(w *wish) { *w = wish{leave: true} })
}

// ask has something done.
func (p *past) ask(wanted bool, f func(*wish)) {
	if p.history == nil {
		return
	}
	p.mu.Lock()
	p.wanted = wanted
	f(&p.wish)
	if !p.wish.to.IsZero() {
		p.going = p.wish.to
		if p.warm != nil {
			p.warm()
		}
	}
	start := !p.busy && p.ctx.Err() == nil
	p.busy = p.busy || start
	p.mu.Unlock()
	if start {
		p.group.Go(p.work)
	}
	p.changed()
}

// work does what is wished until there is nothing left.
func (p *past) work() {
	for {
		p.mu.Lock()
		w := p.wish
		p.wish = wish{}
		if w == (wish{}) || p.ctx.Err() != nil {
			p.busy, p.going = false, time.Time{}
			p.mu.Unlock()
			p.changed()
			return
		}
		ctx, cancel := context.WithCancel(p.ctx)
		p.abort = cancel
		p.mu.Unlock()
		err := p.do(ctx, w)
		cancel()
		p.mu.Lock()
		p.abort = nil
		if p.err = nil; p.wanted && !errors.Is(err, context.Canceled) {
			p.err = err
		}
		p.mu.Unlock()
		p.changed()
	}
}

// do does one wish.
func (p *past) do(ctx context.Context, w wish) error {
	if w.leave {
		p.closePlayer()
	}
	player, err := p.open()
	if err != nil || player == nil {
		return err
	}
	if w.pause {
		player.Pause()
	}
	if w.to.IsZero() && w.step < 0 {
		w.to, w.step = player.Now().Add(w.step), 0
	}
	if !w.to.IsZero() {
		p.mu.Lock()
		p.going = w.to
		p.mu.Unlock()
		if err := p.jump(ctx, player, w.to); err != nil {
			return err
		}
	}
	if w.step > 0 {
		if err := player.Step(ctx, w.step); err != nil {
			return err
		}
	}
	p.arrive(player)
	if w.play > 0 {
		player.Play(w.play)
	}
	return nil
}

// jump goes to a moment: what was known then shows at once, and what led to it, so
// that there are rhythms, tracks and charts, when it is there. The operator who
// goes elsewhere meanwhile does not wait for it.
func (p *past) jump(ctx context.Context, player *history.Player, to time.Time) error {
	if err := player.Glance(ctx, to); err != nil {
		return err
	}
	p.arrive(player)
	p.changed()
	warm, cancel := context.WithCancel(ctx)
	defer cancel()
	p.mu.Lock()
	p.warm = cancel
	if !p.wish.to.IsZero() {
		cancel()
	}
	p.mu.Unlock()
	err := player.Seek(warm, to)
	p.mu.Lock()
	p.warm = nil
	p.mu.Unlock()
	if ctx.Err() == nil && warm.Err() != nil {
		return nil
	}
	return err
}

// open is the player; nil when the operator no longer wants one.
func (p *past) open() (*history.Player, error) {
	p.mu.Lock()
	player, wanted := p.player, p.wanted
	p.mu.Unlock()
	if player != nil || !wanted {
		return player, nil
	}
	player, err := p.history.NewPlayer(p.changed)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.player = player
	p.mu.Unlock()
	return player, nil
}

// arrive shows where the player is.
func (p *past) arrive(player *history.Player) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wish.to.IsZero() {
		p.going = time.Time{}
	}
	if p.wanted {
		p.stores.show(player.Store())
	}
}

func (p *past) closePlayer() {
	p.mu.Lock()
	player := p.player
	p.player = nil
	p.mu.Unlock()
	if player != nil {
		player.Close()
	}
}

// close ends everything; the context has ended.
func (p *past) close() {
	p.group.Wait()
	p.closePlayer()
}
