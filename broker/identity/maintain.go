package identity

import (
	"context"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// checkEvery is how often Run looks, and warnEvery how often one certificate is
// warned of.
const (
	checkEvery = time.Minute
	warnEvery  = 24 * time.Hour
)

// Run looks after certificates and the clock until ctx ends.
func (r *Registry) Run(ctx context.Context) {
	beat := time.NewTicker(checkEvery)
	defer beat.Stop()
	for {
		r.Check()
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
	}
}

// Check tells, by events, of certificates that end soon without a successor and
// of a clock that cannot be right.
func (r *Registry) Check() {
	if late := r.clock.behind(); late > clockTolerance {
		if r.due("clock") {
			r.tell(Event{Kind: watch.ClockWrong, Reason: clockReason(late)})
		}
		return
	}
	now, pol := r.clock.read(), r.policy.Load()
	for _, m := range pol.members {
		c := m.newest()
		if c == nil || m.Revoked != nil || now.Before(c.Ends().Add(-r.warning(c))) || !r.due(c.Serial) {
			continue
		}
		why := model.Sayf("the certificate of %s ends on %s: issue a new one", m.Name, c.Ends().UTC().Format("2006-01-02"))
		if now.After(c.Ends()) {
			why = model.Sayf("the certificate of %s ended on %s: issue a new one", m.Name, c.Ends().UTC().Format("2006-01-02"))
		}
		r.tell(Event{Kind: watch.ExpiresSoon, Identity: m.Name, Serial: c.Serial, Reason: why})
	}
}

// warning is how long before its end a certificate is warned of: never more than
// a third of its life.
func (r *Registry) warning(c *Certificate) time.Duration {
	return min(r.limits.Warn, c.NotAfter.Sub(c.NotBefore)/3)
}

// newest is the certificate of m that ends last, of those that are not revoked.
func (m *member) newest() (last *Certificate) {
	for i := range m.serials {
		c := &m.serials[i]
		if c.Revoked == nil && (last == nil || c.Ends().After(last.Ends())) {
			last = c
		}
	}
	return last
}

// due tells whether something may be warned of again.
func (r *Registry) due(what string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.o.Now()
	if last, ok := r.warned[what]; ok && now.Sub(last).Abs() < warnEvery {
		return false
	}
	r.warned[what] = now
	return true
}
