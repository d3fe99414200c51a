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

// quotaAge is how long a topic counts that is not written to any more, at least;
// keptAge is that of a topic on which a message was retained.
const (
	quotaAge = time.Hour
	keptAge  = 24 * time.Hour
)

// maxWriters bounds how many writers are counted apart; beyond, all further ones
// share one count.
const maxWriters = 50_000

// quotas count the topics that each writer writes to.
type quotas struct {
	seed maphash.Seed

	mu      sync.Mutex
	writers map[string]*writer
}

// writer is the topics of one identity or address. Those with retained messages
// are counted apart, so that the broker's question about one that it keeps is not
// refused for what was written since.
type writer struct {
	mu         sync.Mutex
	said, kept topicSet
}

// topicSet is topics by hash: those of this age and of the age before.
type topicSet struct {
	since        time.Time
	now, earlier map[uint64]struct{}
}

func newQuotas() *quotas {
	return &quotas{seed: maphash.MakeSeed(), writers: make(map[string]*writer)}
}

// withinQuota counts a topic of p, once.
func (r *Registry) withinQuota(pol *policy, p *model.Publisher, topic string, retain bool) error {
	if r.isOff(TopicQuota) {
		return nil
	}
	name, limit := quotaOf(pol, p)
	if !r.quotas.writer(name).allow(maphash.String(r.quotas.seed, topic), retain, limit, r.o.Now()) {
		return quotaReached
	}
	return nil
}

// quotaOf is on whose account p writes, and to how many topics it may.
func quotaOf(pol *policy, p *model.Publisher) (name string, limit int) {
	if m := pol.members[p.Identity]; m != nil {
		return p.Identity, pol.doc.Policy.Topics[m.Role]
	}
	return "\x00" + sourceOf(p.Addr), pol.doc.Policy.Topics[Device] * anonymousShare
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
func (w *writer) allow(topic uint64, retain bool, limit int, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if retain {
		return w.kept.allow(topic, limit, now, keptAge)
	}
	return w.said.allow(topic, limit, now, quotaAge)
}

func (s *topicSet) allow(topic uint64, limit int, now time.Time, age time.Duration) bool {
	if now.Sub(s.since) > age {
		s.earlier, s.now, s.since = s.now, nil, now
	}
	if _, known := s.now[topic]; known {
		return true
	}
	_, known := s.earlier[topic]
	if !known && len(s.now) >= limit {
		return false
	}
	if s.now == nil {
		s.now = make(map[uint64]struct{})
	}
	s.now[topic] = struct{}{}
	return true
}

// TopicsOf is how many topics an identity has written to lately, or retained
// messages on, whichever is more, and how many it may.
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
		used = max(len(w.said.now), len(w.kept.now))
		w.mu.Unlock()
	}
	return used, pol.doc.Policy.Topics[m.Role]
}
