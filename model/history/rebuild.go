package history

import (
	"context"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// entry is what happened at a time: a message, a session's beginning or end, or
// an event.
type entry struct {
	at      int64
	message *Message
	session *Session
	event   *model.Event
}

// Bounds of what is read for a moment beside messages.
const (
	sessionsBefore = 24 * time.Hour
	maxSessions    = 20_000
	maxEvents      = 5_000
)

// rebuild makes a store as it was at a moment.
func (p *Player) rebuild(ctx context.Context, at time.Time, clock *moment) (*model.Store, error) {
	from, warm, err := p.warmup(ctx, at)
	if err != nil {
		return nil, err
	}
	store, err := p.lastValues(ctx, from.Add(-time.Microsecond), clock)
	if err != nil {
		return nil, err
	}
	feed(store, warm)
	clock.own.Store(at.UnixMicro())
	return store, ctx.Err()
}

// lastValues makes a store of what each topic said last as of a moment, and of the
// sessions before it.
func (p *Player) lastValues(ctx context.Context, at time.Time, clock *moment) (*model.Store, error) {
	clock.own.Store(at.UnixMicro())
	store := p.opts.NewStore(clock.now)
	var last []entry
	err := p.opts.Reader.At(ctx, at, "#", func(m Message) bool {
		m.Replayed = true // it is known, but is no sign of life
		last = append(last, entry{at: m.At.UnixMicro(), message: &m})
		return ctx.Err() == nil
	})
	if err != nil {
		return nil, err
	}
	sortEntries(last)
	feed(store, last)
	sessions, err := p.sessions(ctx, at.Add(-sessionsBefore), at.Add(time.Microsecond))
	if err != nil {
		return nil, err
	}
	feed(store, sessions)
	return store, ctx.Err()
}

// warmup reads the stretch that is played before a moment, and returns when it
// begins: as long as it may be within its bound of messages.
func (p *Player) warmup(ctx context.Context, at time.Time) (from time.Time, list []entry, err error) {
	stretch, err := p.warmupLength(ctx, at)
	if err != nil {
		return at, nil, err
	}
	for end := at.Add(time.Microsecond); ; stretch = max(stretch/2, minWarmup) {
		var until time.Time
		from = at.Add(-stretch)
		list, until, err = p.entries(ctx, from, end, p.opts.WarmupMessages)
		if err != nil || until.Equal(end) {
			return from, list, err
		}
		if stretch <= minWarmup { // what comes first counts
			return from, list, nil
		}
	}
}

// minWarmup is the shortest warm-up, and probeParts the part of a warm-up whose
// messages tell how many there will be in all of it.
const (
	minWarmup  = time.Second
	probeParts = 64
)

// warmupLength guesses from the messages just before a moment how long a warm-up
// stays within its bound.
func (p *Player) warmupLength(ctx context.Context, at time.Time) (time.Duration, error) {
	probe := max(p.opts.Warmup/probeParts, minWarmup)
	n, last := 0, at
	err := p.opts.Reader.Each(ctx, "#", at.Add(-probe), at, func(m Message) bool {
		n, last = n+1, m.At
		return n < p.opts.WarmupMessages && ctx.Err() == nil
	})
	if err != nil || ctx.Err() != nil || n == 0 {
		return p.opts.Warmup, err
	}
	if n == p.opts.WarmupMessages { // it got no further than the last
		probe = max(last.Sub(at.Add(-probe)), time.Millisecond)
	}
	fits := time.Duration(float64(probe) * float64(p.opts.WarmupMessages) / float64(n) * 0.9)
	return min(p.opts.Warmup, max(fits, minWarmup)), nil
}

// entries reads what happened in a stretch, in order: at most limit messages, and
// then as far as they reach. It returns how far that is.
func (p *Player) entries(ctx context.Context, from, to time.Time, limit int) (out []entry, until time.Time, err error) {
	until = to
	err = p.opts.Reader.Each(ctx, "#", from, to, func(m Message) bool {
		if len(out) >= limit && m.At.After(out[len(out)-1].message.At) {
			until = m.At
			return false
		}
		out = append(out, entry{at: m.At.UnixMicro(), message: &m})
		return ctx.Err() == nil
	})
	if err != nil {
		return nil, from, err
	}
	sessions, err := p.sessions(ctx, from, until)
	if err != nil {
		return nil, from, err
	}
	events, err := p.opts.Reader.Events(ctx, from, until, maxEvents)
	if err != nil {
		return nil, from, err
	}
	out = append(out, sessions...)
	for i := range events {
		if toldByStore(events[i].Kind) {
			continue
		}
		out = append(out, entry{at: events[i].At.UnixMicro(), event: &events[i]})
	}
	sortEntries(out)
	return out, until, ctx.Err()
}

// toldByStore tells which events a store finds out by itself from messages and
// sessions.
func toldByStore(k model.EventKind) bool {
	switch k {
	case model.EventLiveness, model.EventSessionOpened, model.EventSessionClosed, model.EventDelay:
		return true
	}
	return false
}

func (p *Player) sessions(ctx context.Context, from, to time.Time) ([]entry, error) {
	list, err := p.opts.Reader.Sessions(ctx, from, to, maxSessions)
	if err != nil {
		return nil, err
	}
	out := make([]entry, len(list))
	for i := range list {
		out[i] = entry{at: list[i].At.UnixMicro(), session: &list[i]}
	}
	return out, nil
}

func sortEntries(list []entry) {
	slices.SortStableFunc(list, func(a, b entry) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
}

// feed puts entries into a store in order.
func feed(store *model.Store, list []entry) {
	batch := make([]model.Message, 0, min(len(list), 512))
	flush := func() {
		if len(batch) > 0 {
			store.Ingest(batch)
			batch = batch[:0]
		}
	}
	for _, e := range list {
		if e.message != nil {
			if batch = append(batch, e.message.Message); len(batch) == cap(batch) {
				flush()
			}
			continue
		}
		flush()
		switch {
		case e.event != nil:
			store.Note(*e.event)
		case e.session.Opened:
			store.SessionOpened(e.session.Publisher, e.session.At)
		default:
			store.SessionClosed(e.session.Publisher, e.session.At, e.session.End, e.session.Why)
		}
	}
	flush()
}

// Bounds of what is read ahead while playing.
const (
	aheadMessages = 50_000
	aheadTime     = 2 * time.Second // at the speed of playing
)

// advance plays up to a moment. The caller holds seek.
func (p *Player) advance(ctx context.Context, to int64) error {
	store := p.Store()
	for {
		n := 0
		for n < len(p.buffer) && p.buffer[n].at <= to {
			n++
		}
		feed(store, p.buffer[:n])
		p.buffer = p.buffer[n:]
		if len(p.buffer) > 0 || p.loadedTo > to {
			break
		}
		ahead := max(time.Duration(float64(aheadTime)*p.Speed()), aheadTime)
		end := max(to+1, p.loadedTo+ahead.Microseconds())
		list, until, err := p.entries(ctx, time.UnixMicro(p.loadedTo), time.UnixMicro(end), aheadMessages)
		if err != nil {
			return err
		}
		p.buffer, p.loadedTo = list, until.UnixMicro()
	}
	p.clock.Store(to)
	store.Tick()
	return nil
}
