package history

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Speeds of a Player.
const (
	MinSpeed = 0.1
	MaxSpeed = 1000
)

// PlayerOptions configure a Player.
type PlayerOptions struct {
	Reader Reader
	// NewStore makes an empty store as the live one was made, with the scanner,
	// rules, ports and lanes, but with the given clock as its Options.Now. It is
	// called for each Seek.
	NewStore func(now func() time.Time) *model.Store
	// Warmup is the stretch before a moment that is played into the store in no
	// time, so that rhythms are learned, tracks drawn and charts filled: default
	// ten minutes. WarmupMessages bounds it: default 200,000, of which those
	// nearest the moment count.
	Warmup         time.Duration
	WarmupMessages int
	// OnChange is told, from any goroutine, that Store returns another store, or
	// that playing began or ended. It must not call the Player.
	OnChange func()
}

// Player shows the past: it fills a model.Store with what was known at a moment
// and plays it forward. A page shows that store as it shows the live one; it must
// not publish commands from it. Live recording goes on meanwhile.
//
// What the store says of devices is computed anew by its own rules from recorded
// messages and sessions. A device that was silent for longer than the warm-up has
// no rhythm there; [Player.Recorded] tells what its liveness was found to be at
// the time.
type Player struct {
	opts  PlayerOptions
	clock atomic.Int64 // microseconds since 1970

	seek sync.Mutex // one Seek, Step or stretch of playing at a time

	mu       sync.Mutex
	store    *model.Store
	recorded map[string]model.Event
	speed    float64 // 0 at rest
	cancel   context.CancelFunc
	done     chan struct{}
	err      error
	ended    bool

	// What follows belongs to the holder of seek.
	buffer   []entry
	loadedTo int64
}

// NewPlayer makes a Player. It has no store until Seek was called. The caller
// closes it.
func NewPlayer(o PlayerOptions) (*Player, error) {
	if o.Reader == nil || o.NewStore == nil {
		return nil, errors.New("show the past: there is no history to read, or no store to show it in")
	}
	if o.Warmup <= 0 {
		o.Warmup = 10 * time.Minute
	}
	if o.WarmupMessages <= 0 {
		o.WarmupMessages = 200_000
	}
	if o.OnChange == nil {
		o.OnChange = func() {}
	}
	return &Player{opts: o}, nil
}

// Store is the store to show, nil before the first Seek. Another Seek makes
// another.
func (p *Player) Store() *model.Store {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.store
}

// Now is the moment that is shown.
func (p *Player) Now() time.Time { return time.UnixMicro(p.clock.Load()) }

// Speed is how fast time passes: 1 is as it was, 0 is at rest.
func (p *Player) Speed() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.speed
}

// Ended reports whether playing has come to the end of what was recorded.
func (p *Player) Ended() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// Err is why playing ended before the record did; nil when it did not.
func (p *Player) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Recorded is the change of liveness that was recorded last for a device, as of
// the moment of the latest Seek; ok is false when there was none.
func (p *Player) Recorded(device string) (e model.Event, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok = p.recorded[device]
	return e, ok
}

// Glance goes to a moment, of which it shows what each topic said last and nothing
// of what led to it: rhythms, tracks and charts begin there. It takes a fraction of
// the time of a Seek, which may follow. Playing stops. A Glance that fails leaves
// what was shown.
func (p *Player) Glance(ctx context.Context, at time.Time) error {
	return p.turn(ctx, at, p.lastValues)
}

// Seek goes to a moment. Playing stops. A Seek that fails leaves what was shown.
func (p *Player) Seek(ctx context.Context, at time.Time) error {
	return p.turn(ctx, at, p.rebuild)
}

// turn goes to a moment, of which build makes the store.
func (p *Player) turn(ctx context.Context, at time.Time, build func(context.Context, time.Time, *moment) (*model.Store, error)) error {
	p.Pause()
	p.seek.Lock()
	defer p.seek.Unlock()
	recorded, err := p.opts.Reader.Liveness(ctx, at)
	if err != nil {
		return fmt.Errorf("go to %s: %w", at.Format(time.RFC3339), err)
	}
	clock := &moment{}
	store, err := build(ctx, at, clock)
	if err != nil {
		return fmt.Errorf("go to %s: %w", at.Format(time.RFC3339), err)
	}
	p.clock.Store(at.UnixMicro())
	clock.follow(&p.clock)
	store.Tick()
	p.buffer, p.loadedTo = nil, at.UnixMicro()+1
	p.mu.Lock()
	p.store, p.recorded, p.ended, p.err = store, recorded, false, nil
	p.mu.Unlock()
	p.opts.OnChange()
	return nil
}

// moment is the clock of a store: its own while the store is being filled, and
// then the player's.
type moment struct {
	own    atomic.Int64
	player atomic.Pointer[atomic.Int64]
}

func (m *moment) follow(clock *atomic.Int64) { m.player.Store(clock) }

func (m *moment) now() time.Time {
	if p := m.player.Load(); p != nil {
		return time.UnixMicro(p.Load())
	}
	return time.UnixMicro(m.own.Load())
}

// Play lets time pass at a speed from [MinSpeed] to [MaxSpeed] until Pause, Seek
// or the end of what was recorded. When the store cannot keep up, time passes
// more slowly than asked.
func (p *Player) Play(speed float64) {
	speed = max(MinSpeed, min(speed, MaxSpeed))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.store == nil {
		return
	}
	p.speed, p.ended, p.err = speed, false, nil
	if p.cancel != nil { // it plays already
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel, p.done = cancel, make(chan struct{})
	go p.run(ctx, p.done)
	p.opts.OnChange()
}

// Pause stops playing and waits until it has stopped.
func (p *Player) Pause() {
	p.mu.Lock()
	cancel, done := p.cancel, p.done
	p.mu.Unlock()
	if cancel == nil {
		return
	}
	cancel()
	<-done
}

// Close ends the Player. It may be called twice; the store remains readable.
func (p *Player) Close() { p.Pause() }

// Step plays a stretch of time at once, and pauses.
func (p *Player) Step(ctx context.Context, d time.Duration) error {
	if p.Pause(); p.Store() == nil || d <= 0 {
		return nil
	}
	p.seek.Lock()
	defer p.seek.Unlock()
	if err := p.advance(ctx, p.clock.Load()+d.Microseconds()); err != nil {
		return fmt.Errorf("step forward: %w", err)
	}
	return nil
}

// frame is how often time moves on while playing.
const frame = 50 * time.Millisecond

// run plays until ctx ends or the record does.
func (p *Player) run(ctx context.Context, done chan struct{}) {
	beat := time.NewTicker(frame)
	defer beat.Stop()
	var err error
	ended := false
	for err == nil && !ended {
		select {
		case <-ctx.Done():
			err = ctx.Err()
			continue
		case <-beat.C:
		}
		passed := time.Duration(float64(frame) * p.Speed())
		p.seek.Lock()
		if err = p.advance(ctx, p.clock.Load()+passed.Microseconds()); err == nil {
			ended, err = p.atEnd(ctx)
		}
		p.seek.Unlock()
	}
	p.mu.Lock()
	p.cancel()
	p.cancel, p.speed, p.ended = nil, 0, ended
	if ctx.Err() == nil {
		p.err = err
	}
	p.mu.Unlock()
	close(done)
	p.opts.OnChange()
}

// atEnd tells whether nothing was recorded after the moment.
func (p *Player) atEnd(ctx context.Context) (bool, error) {
	if len(p.buffer) > 0 {
		return false, nil
	}
	_, to, ok, err := p.opts.Reader.Span(ctx)
	return !ok || p.clock.Load() >= to.UnixMicro(), err
}
