package mqttlink

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// status is what a link tells about itself. The slow part is replaced under a
// lock; the counters are atomics.
type status struct {
	mu       sync.Mutex
	now      model.LinkStatus
	received atomic.Uint64
	sent     atomic.Uint64
	dropped  []*dropCounter
}

// dropCounter counts the messages let go for one reason.
type dropCounter struct {
	reason string
	n      atomic.Uint64
}

// counter adds a reason for dropping messages; called before the link runs.
func (s *status) counter(reason string) *dropCounter {
	c := &dropCounter{reason: reason}
	s.dropped = append(s.dropped, c)
	return c
}

// set changes the status. Since moves only when the state does.
func (s *status) set(state model.LinkState, change func(*model.LinkStatus)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.State != state || s.now.Since.IsZero() {
		s.now.State, s.now.Since = state, time.Now()
	}
	s.now.NextTry = time.Time{}
	if change != nil {
		change(&s.now)
	}
}

// snapshot returns the status now. Reasons that dropped nothing are left out.
func (s *status) snapshot() model.LinkStatus {
	s.mu.Lock()
	now := s.now
	s.mu.Unlock()
	now.Received, now.Sent = s.received.Load(), s.sent.Load()
	now.Dropped = slices.Clone(now.Dropped)
	for _, c := range s.dropped {
		if n := c.n.Load(); n > 0 {
			now.Dropped = append(now.Dropped, model.DropCount{Reason: c.reason, Count: n})
		}
	}
	return now
}
