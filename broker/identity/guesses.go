package identity

import (
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// maxLockout is the longest lockout, and the time over which the failures of an
// address, and those that an identity suffers, are added up.
const maxLockout = time.Hour

// forgiven is how long somebody has to be quiet until he starts afresh.
const forgiven = 4 * maxLockout

// maxGuessers bounds the addresses and identities that are remembered; the one
// that is quiet longest is forgotten for a new one.
const maxGuessers = 20_000

// knownSources is how many addresses of successful logins are remembered for
// each identity.
const knownSources = 8

// guesses are the wrong passwords of late. An attacker locks himself out, by the
// pair of identity and address; he cannot lock the owner out from elsewhere:
// when an identity is guessed at from many addresses, those that it came from
// before are still heard.
type guesses struct {
	limits *Limits

	mu    sync.Mutex
	pairs map[[2]string]*guesser // by identity and address
	each  map[string]*guesser    // by address
	total map[string]*guesser    // by identity
	known map[string][]string    // addresses of successful logins, by identity, latest last
}

// guesser is who fails.
type guesser struct {
	failures int
	last     time.Time
	until    time.Time // locked out
}

func newGuesses(l *Limits) *guesses {
	return &guesses{limits: l, pairs: make(map[[2]string]*guesser), each: make(map[string]*guesser),
		total: make(map[string]*guesser), known: make(map[string][]string)}
}

// locked says why no password is looked at now, empty if one is.
func (g *guesses) locked(name, source string, now time.Time) model.Phrase {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p := g.pairs[[2]string{name, source}]; p != nil && now.Before(p.until) {
		return model.Sayf("locked out after too many wrong passwords from this address")
	}
	if p := g.each[source]; p.recent(now) >= g.limits.FailuresEach {
		return model.Sayf("this address has tried too many wrong passwords")
	}
	if p := g.total[name]; p.recent(now) >= g.limits.FailuresTotal && !g.isKnownLocked(name, source) {
		return model.Sayf("its password is being guessed: only addresses that it came from before are heard")
	}
	return model.Phrase{}
}

// recent is the number of failures within the last hour.
func (p *guesser) recent(now time.Time) int {
	if p == nil || now.Sub(p.last) > maxLockout {
		return 0
	}
	return p.failures
}

func (g *guesses) isKnownLocked(name, source string) bool {
	for _, s := range g.known[name] {
		if s == source {
			return true
		}
	}
	return false
}

// failed counts a wrong password. Names that nobody has count for the address
// alone.
func (g *guesses) failed(name, source string, now time.Time, exists bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	count(g.each, source, now)
	if !exists {
		return
	}
	count(g.total, name, now)
	p := count(g.pairs, [2]string{name, source}, now)
	if over := p.failures - g.limits.Failures; over >= 0 {
		p.until = now.Add(min(g.limits.Lockout<<min(over, 20), maxLockout))
	}
}

// count adds a failure to one guesser.
func count[K comparable](all map[K]*guesser, key K, now time.Time) *guesser {
	p := all[key]
	if p == nil {
		if len(all) >= maxGuessers {
			forgetQuietest(all, func(p *guesser) time.Time { return p.last })
		}
		p = &guesser{}
		all[key] = p
	}
	if now.Sub(p.last) > forgiven {
		p.failures = 0
	}
	p.failures++
	p.last = now
	return p
}

// succeeded forgets the failures of a pair, and remembers the address.
func (g *guesses) succeeded(name, source string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.pairs, [2]string{name, source})
	if g.isKnownLocked(name, source) {
		return
	}
	g.known[name] = append(g.known[name], source)
	g.known[name] = g.known[name][max(0, len(g.known[name])-knownSources):]
}
