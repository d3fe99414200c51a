package demo

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"time"
)

// BuoyPayload is all a buoy ever says.
const BuoyPayload = "I'm not broken"

const (
	buoyEvery  = 5 * time.Second
	buoyJitter = 200 * time.Millisecond
	quietAfter = 90 * time.Second // at least, and up to twice that
	quietFor   = 45 * time.Second // at least, and up to twice that
)

// buoyAgent is a buoy that tells it is not broken. A quiet one falls silent
// now and then, with its connection open, and comes back.
type buoyAgent struct {
	link   link
	buoy   Buoy
	quiet  bool
	now    func() time.Time
	random *rand.Rand
	silent bool
	change time.Time // when it falls silent or speaks again
}

func newBuoyAgent(o Options, b Buoy, quiet bool) *buoyAgent {
	d := marker(b)
	random := randomOf(o.Seed, d.ClientID)
	return &buoyAgent{
		link: link{broker: o.BrokerURL, device: d, credentials: o.Credentials, log: o.Logger, random: random},
		buoy: b, quiet: quiet, now: time.Now, random: random,
	}
}

func (a *buoyAgent) run(ctx context.Context) { a.link.run(ctx, a.serve) }

func (a *buoyAgent) serve(ctx context.Context, s *session) {
	root := a.link.device.Root
	place, err := json.Marshal(struct {
		Lat float64 `json:"lat"`
		Lon float64 `json:"lon"`
	}{a.buoy.Place.Lat, a.buoy.Place.Lon})
	if err == nil {
		s.tell(root+"/position", true, place)
	}
	b := &beat{every: buoyEvery, jitter: buoyJitter, do: func() {
		if !a.hushed(a.now()) {
			s.say(root+"/ok", []byte(BuoyPayload))
		}
	}}
	b.start(a.now().Add(time.Duration(a.random.Int64N(int64(buoyEvery)))))
	for {
		timer := time.NewTimer(nextDue([]*beat{b}, a.now()))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-s.lost:
			timer.Stop()
			return
		case <-timer.C:
			b.tick(a.now(), a.random)
		}
	}
}

// hushed reports whether the buoy keeps silent at t.
func (a *buoyAgent) hushed(t time.Time) bool {
	if !a.quiet {
		return false
	}
	if a.change.IsZero() {
		a.change = t.Add(a.about(quietAfter))
	}
	if !t.Before(a.change) {
		a.silent = !a.silent
		span := quietAfter
		if a.silent {
			span = quietFor
		}
		a.change = t.Add(a.about(span))
	}
	return a.silent
}

// about is a time between d and twice d.
func (a *buoyAgent) about(d time.Duration) time.Duration {
	return d + time.Duration(a.random.Int64N(int64(d)))
}
