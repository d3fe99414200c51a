package identity

import (
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// clockTolerance is how far the clock may be set back without a word.
const clockTolerance = 2 * time.Minute

// clock is the time by which certificates are judged. It does not go back beyond
// what was written, so that a clock set back revives nothing that has expired.
type clock struct {
	now    func() time.Time
	lowest atomic.Int64 // Unix nanoseconds
}

// floor has the clock read t at least.
func (c *clock) floor(t time.Time) {
	for {
		old := c.lowest.Load()
		if t.UnixNano() <= old || c.lowest.CompareAndSwap(old, t.UnixNano()) {
			return
		}
	}
}

// read is the time.
func (c *clock) read() time.Time {
	now := c.now()
	if low := c.lowest.Load(); now.UnixNano() < low {
		return time.Unix(0, low)
	}
	return now
}

// behind is how far the system's clock is behind what was written.
func (c *clock) behind() time.Duration {
	if low := c.lowest.Load(); low > 0 {
		return max(0, time.Unix(0, low).Sub(c.now()))
	}
	return 0
}

func clockReason(late time.Duration) model.Phrase {
	return model.Sayf("the clock of this computer is %s behind the last change of the registry: set it right, or accept it if it was wrong before", late.Round(time.Second).String())
}

// AcceptClock takes the system's clock for right although it is behind the last
// change of the registry.
func (r *Registry) AcceptClock() error {
	r.clock.lowest.Store(0)
	return r.change("accept the clock", func(*document) error { return nil })
}
