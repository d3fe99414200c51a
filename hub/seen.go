package hub

import (
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/broker"
)

// maxSeen bounds how many identities the time they were last here is known of.
const maxSeen = 100_000

// seen is when identities last came or went.
type seen struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (s *seen) observe(e broker.Event) {
	var name string
	switch e := e.(type) {
	case broker.SessionOpened:
		name = e.Publisher.Identity
	case broker.SessionClosed:
		name = e.Publisher.Identity
	}
	if name == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil {
		s.at = make(map[string]time.Time)
	}
	if _, known := s.at[name]; known || len(s.at) < maxSeen {
		s.at[name] = e.Time()
	}
}

func (s *seen) last(name string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at[name]
}
