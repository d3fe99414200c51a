package identity

import (
	"hash/maphash"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// maxQuota is the largest quota of topics; anonymousShare is how many devices'
// quotas the anonymous clients of one address share.
const (
	maxQuota       = 1_000_000
	anonymousShare = 25
)

// quotaAge is how long a topic counts that is not written to any more, at least.
const quotaAge = time.Hour

// maxWriters bounds how many writers are counted apart; beyond, all further ones
// share one count.
const maxWriters = 50_000

// quotas count the topics that each writer writes to.
type quotas struct {
	seed maphash.Seed

	mu      sync.Mutex
	writers map[string]*writer
}

// writer is the topics of one identity or address, by hash: those of this age and
// of the age before.
type writer struct {
	mu           sync.Mutex
	since        time.Time
	now, earlier map[uint64]struct{}
}

func newQuotas() *quotas {
	return &quotas{seed: maphash.MakeSeed(), writers: make(map[string]*writer)}
}

// withinQuota counts a topic of p, once.
func (r *Registry) withinQuota(pol *policy, p *model.Publisher, topic string) error {
	if r.isOff(TopicQuota) {
		return nil
	}
	name, limit := p.Identity, 0
	if m := pol.members[name]; m != nil {
		limit = pol.doc.Policy.Topics[m.Role]
	} else {
		name, limit = "\x00"+sourceOf(p.Addr), pol.doc.Policy.Topics[Device]*anonymousShare
	}
	if !r.quotas.writer(name).allow(maphash.String(r.quotas.seed, topic), limit, r.o.Now()) {
		return quotaReached
	}
	return nil
}

func (q *quotas) writer(name string) *writer {
	q.mu.Lock()
	defer q.mu.Unlock()
	w := q.writers[name]
	if w == nil {
		if len(q.writers) >= maxWriters {
			name = ""
			if w = q.writers[name]; w != nil {
				return w
			}
		}
		w = &writer{}
		q.writers[name] = w
	}
	return w
}

// allow tells whether a topic is known or fits, and keeps it.
func (w *writer) allow(topic uint64, limit int, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Sub(w.since) > quotaAge {
		w.earlier, w.now, w.since = w.now, nil, now
	}
	if _, known := w.now[topic]; known {
		return true
	}
	_, known := w.earlier[topic]
	if !known && len(w.now) >= limit {
		return false
	}
	if w.now == nil {
		w.now = make(map[uint64]struct{})
	}
	w.now[topic] = struct{}{}
	return true
}

// TopicsOf is how many topics an identity has written to lately, and how many it
// may.
func (r *Registry) TopicsOf(name string) (used, limit int) {
	pol := r.policy.Load()
	m := pol.members[name]
	if m == nil {
		return 0, 0
	}
	r.quotas.mu.Lock()
	w := r.quotas.writers[m.Name]
	r.quotas.mu.Unlock()
	if w != nil {
		w.mu.Lock()
		used = len(w.now)
		w.mu.Unlock()
	}
	return used, pol.doc.Policy.Topics[m.Role]
}
