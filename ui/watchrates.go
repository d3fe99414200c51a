package ui

import (
	"time"

	"github.com/pilothouse/pilothouse/model/watch"
)

// traffic is how many messages a second go each way.
type traffic struct{ in, out float64 }

// sessionRates turns the counts of sessions into rates.
type sessionRates struct {
	at   time.Time
	last map[string]sessionCount
}

type sessionCount struct {
	in, out uint64
	traffic
}

// rateStep is the least time between two looks at the counts.
const rateStep = time.Second

// observe takes in a snapshot of all sessions and returns the rates by client
// ID. A session that is new, or began anew, has none yet.
func (r *sessionRates) observe(sessions []watch.Session, now time.Time) map[string]traffic {
	out := make(map[string]traffic, len(sessions))
	passed := now.Sub(r.at)
	renew := passed >= rateStep
	next := r.last
	if renew {
		next = make(map[string]sessionCount, len(sessions))
	}
	for i := range sessions {
		s := &sessions[i]
		id := s.Publisher.ClientID
		before, known := r.last[id]
		if renew {
			c := sessionCount{in: s.Received, out: s.Sent}
			if known && s.Received >= before.in && s.Sent >= before.out {
				c.traffic = traffic{float64(s.Received-before.in) / passed.Seconds(), float64(s.Sent-before.out) / passed.Seconds()}
			}
			next[id], before = c, c
		}
		out[id] = before.traffic
	}
	if renew {
		r.at, r.last = now, next
	}
	return out
}
