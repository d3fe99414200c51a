package identity

import (
	"context"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// maxComers bounds the identities and client IDs whose comings are counted.
const maxComers = 50_000

// takeoverTime is the time in which takeovers are counted.
const takeoverTime = time.Minute

// sessions is what is known of live sessions, and of how fast they come and go.
type sessions struct {
	limits *Limits

	mu     sync.Mutex
	live   map[string]string // address by client ID
	comers map[string]*comer // by client ID
	rates  map[[2]string]*rate
}

// comer is how a client ID is fought for.
type comer struct {
	takeovers []time.Time // of late, at most Limits.Takeovers
	held      time.Time   // quarantine until
	source    string      // that keeps the line in quarantine
}

// rate is a bucket of connections.
type rate struct {
	left float64
	at   time.Time
}

func newSessions(l *Limits) *sessions {
	return &sessions{limits: l, live: make(map[string]string), comers: make(map[string]*comer), rates: make(map[[2]string]*rate)}
}

// Observe tells the registry what the broker saw. It has to be called with every
// event of the broker, as it comes; it does not block. Without it, cloned keys
// are not noticed.
func (r *Registry) Observe(e broker.Event) {
	s := r.sessions
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := e.(type) {
	case broker.SessionOpened:
		if e.Publisher.Addr != model.InProcess {
			s.live[e.Publisher.ClientID] = e.Publisher.Addr
		}
	case broker.SessionClosed:
		if s.live[e.Publisher.ClientID] == e.Publisher.Addr {
			delete(s.live, e.Publisher.ClientID)
		}
	}
}

// byPassword tells whether a client is judged by a user name and password.
func byPassword(q *broker.ConnectRequest) bool { return q.Username != nil && !showsCertificate(q) }

// pace refuses a client that comes too often under one user name, before its
// password is looked at, which would cost 19 MiB and some 20 ms each time.
func (r *Registry) pace(q *broker.ConnectRequest) error {
	if !byPassword(q) {
		return nil
	}
	return r.takeTurn("\x01"+string(q.Username), q)
}

// takeTurn refuses a client that comes too often as somebody.
func (r *Registry) takeTurn(who string, q *broker.ConnectRequest) error {
	if r.isOff(TakeoverLimit) || r.sessions.take([2]string{who, sourceOf(q.Addr)}, r.o.Now()) {
		return nil
	}
	return &broker.Refusal{Code: packet.ConnectionRateExceeded, Kind: watch.Flapping, Reason: model.Sayf("it connects too often: wait a second or more between attempts")}
}

// hold refuses a client that comes too often, or with a key that is in two
// places.
func (r *Registry) hold(ctx context.Context, name string, q *broker.ConnectRequest) error {
	if name == "" && q.Assigned {
		return nil // a new client ID each time: nobody's
	}
	who, source, s := orElse(name, q.ClientID), sourceOf(q.Addr), r.sessions
	if !byPassword(q) { // which took its turn already
		if err := r.takeTurn(orElse(name, "\x00"+q.ClientID), q); err != nil {
			return err
		}
	}
	switch {
	case r.isOff(CloneQuarantine):
		return nil
	case name != "" && s.isLive(q.ClientID) && r.speaks(ctx, q.ClientID):
		return refuse(watch.ClonedKey, model.Sayf("%s is in two places: the one that is connected is speaking and keeps the line; revoke the key if it was copied", who))
	case s.cloned(q.ClientID, source, r.o.Now()):
		return refuse(watch.ClonedKey, model.Sayf("%s is in two places: the one that is connected keeps the line; revoke the key if it was copied", who))
	}
	return nil
}

// isLive tells whether a client ID is connected.
func (s *sessions) isLive(clientID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, live := s.live[clientID]
	return live
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// take takes a connection out of a bucket, if there is one left.
func (s *sessions) take(key [2]string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	full := float64(s.limits.Connects)
	b := s.rates[key]
	if b == nil {
		if len(s.rates) >= maxComers {
			forgetQuietest(s.rates, func(b *rate) time.Time { return b.at })
		}
		b = &rate{left: full, at: now}
		s.rates[key] = b
	}
	b.left = min(full, b.left+float64(now.Sub(b.at))/float64(s.limits.ConnectEvery))
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// cloned tells whether a client that would take over a live session has to
// be held: it is the one too many within a minute, or the quarantine after that
// is not over. The attacker is the first to take over, the owner the second, so
// that it is the owner who keeps the line.
func (s *sessions) cloned(clientID, source string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.comers[clientID]
	addr, live := s.live[clientID]
	if c != nil && now.Before(c.held) {
		return live || source != c.source
	}
	if !live {
		return false
	}
	if c == nil {
		if len(s.comers) >= maxComers {
			forgetQuietest(s.comers, (*comer).last)
		}
		c = &comer{}
		s.comers[clientID] = c
	}
	for len(c.takeovers) > 0 && now.Sub(c.takeovers[0]) >= takeoverTime {
		c.takeovers = c.takeovers[1:]
	}
	if len(c.takeovers)+1 >= s.limits.Takeovers {
		c.takeovers, c.held, c.source = nil, now.Add(s.limits.Quarantine), sourceOf(addr)
		return true
	}
	c.takeovers = append(c.takeovers, now)
	return false
}

// forgetQuietest lets the one of some go that was quiet longest.
func forgetQuietest[K comparable, V any](all map[K]V, last func(V) time.Time) {
	var quietest K
	var since time.Time
	looked := 0
	for k, v := range all {
		if at := last(v); looked == 0 || at.Before(since) {
			quietest, since = k, at
		}
		if looked++; looked == 64 {
			break
		}
	}
	delete(all, quietest)
}

// last is when c was fought for, or is free again.
func (c *comer) last() time.Time {
	if n := len(c.takeovers); n > 0 && c.takeovers[n-1].After(c.held) {
		return c.takeovers[n-1]
	}
	return c.held
}

// Release ends the quarantine of a client ID.
func (r *Registry) Release(clientID string) {
	s := r.sessions
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.comers, clientID)
}
