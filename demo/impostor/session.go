package impostor

import (
	"crypto/tls"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// spoofClientID connects as itself, but under the victim's client ID: afresh, and
// to get the session that the broker keeps for it.
func spoofClientID(s *scene) (Outcome, error) {
	var words []string
	for _, v := range []level{v311, v5} {
		for _, clean := range []bool{false, true} {
			l := login{Credentials: s.t.Thief, version: v, clean: clean, keep: 60}
			l.ClientID = s.t.Victim.ClientID
			c, verdict, err := s.t.open(s.ctx, "", l)
			if err != nil {
				return Outcome{}, err
			}
			if c == nil {
				words = append(words, verdict.words)
				continue
			}
			c.within(s.ctx, time.Second, func(message) bool { return true })
			c.mu.Lock()
			loot := c.received
			c.mu.Unlock()
			c.leave()
			if verdict.present {
				return broken(model.Sayf("let in as %s, to the session that is kept for it, and given %d of its messages", l.ClientID, loot)), nil
			}
			return broken(model.Sayf("let in as %s, and given %d of its messages", l.ClientID, loot)), nil
		}
	}
	return held(model.Sayf("all %d tries refused: %s", len(words), words[len(words)-1])), nil
}

// anonymous says nothing of who it is.
func anonymous(s *scene) (Outcome, error) {
	return tryLogins(s, "", []login{
		{Credentials: Credentials{ClientID: "passer-by"}, version: v311, clean: true},
		{Credentials: Credentials{ClientID: "passer-by"}, version: v5, clean: true},
		{Credentials: Credentials{ClientID: "passer-by", Username: "admin"}, version: v5, clean: true},
		{version: v5, clean: true},
	})
}

// tryLogins reports whether one of several logins is let in.
func tryLogins(s *scene, from string, logins []login) (Outcome, error) {
	words := ""
	for i, l := range logins {
		c, verdict, err := s.t.open(s.ctx, from, l)
		if err != nil {
			return Outcome{}, err
		}
		if c != nil {
			c.leave()
			return broken(model.Sayf("let in at try %d, with client ID %q and user name %q", i+1, l.ClientID, l.Username)), nil
		}
		words = verdict.words
	}
	return held(model.Sayf("all %d tries refused: %s", len(logins), words)), nil
}

// stolenPassword has the victim's password, at another address.
func stolenPassword(s *scene) (Outcome, error) {
	stolen := s.t.Victim.Credentials
	stolen.Certificate = nil
	return tryLogins(s, s.t.Elsewhere, []login{
		{Credentials: stolen, version: v311, clean: true},
		{Credentials: stolen, version: v5, clean: false, keep: 60},
	})
}

// guesses is how many wrong passwords are tried before the right one.
const guesses = 12

// guessPassword tries a list of passwords, of which the last is right.
func guessPassword(s *scene) (Outcome, error) {
	var logins []login
	for i := range guesses + 1 {
		l := login{Credentials: s.t.Victim.Credentials, version: v5, clean: true}
		l.Certificate = nil
		if i < guesses {
			l.Password = fmt.Sprintf("seagull-%d", i)
		}
		logins = append(logins, l)
	}
	return tryLogins(s, "", logins)
}

// evilNames are client IDs that read like something else or match everything.
var evilNames = []string{"+", "#", "ferries/#", "a/b", "$SYS", "line\nbreak", "bell\a", "ferry\u202eyrref",
	"f\u0435rry-wight-sun", "ferry\u200bwight", "\u0301", strings.Repeat("x", 1024)}

// evilName connects under names that are none, or look like another's.
func evilName(s *scene) (Outcome, error) {
	var logins []login
	for _, name := range evilNames {
		as := s.t.Thief
		as.ClientID = name
		logins = append(logins, login{Credentials: as, version: v5, clean: true})
		as = s.t.Thief
		as.Certificate, as.Username, as.Password = nil, name, "guess"
		logins = append(logins, login{Credentials: as, version: v311, clean: true})
	}
	return tryLogins(s, "", logins)
}

// cloned connects with a copy of the victim's key while the victim is connected,
// as often as it takes to see that it is not let in for good.
func cloned(s *scene) (Outcome, error) {
	if s.t.Victim.Certificate == nil {
		return Outcome{}, fmt.Errorf("no certificate was stolen: %w", ErrNotHere)
	}
	in, words := 0, model.Phrase{}
	const tries = 8
	l := login{Credentials: s.t.Victim.Credentials, version: v5, clean: true}
	l.Username, l.Password = "", ""
	for range tries {
		c, verdict, err := s.t.open(s.ctx, s.t.Elsewhere, l)
		if err != nil {
			return Outcome{}, err
		}
		words = model.Quoted(verdict.words)
		if c == nil {
			continue
		}
		in++
		if c.dropped(s.ctx, time.Second) {
			words = model.Sayf("let in, and put out again by the true device")
		}
		c.crash()
		if _, err := s.alive(); err != nil {
			return broken(model.Sayf("the true device was not heard again")), nil //nolint:nilerr // that is what was tried
		}
	}
	out := held(model.Sayf("let in %d of %d times; the last: %s", in, tries, words))
	out.Succeeded = in == tries
	return out, nil
}

// war reopens one session as fast as it can, each time before the last one ended,
// so that the broker has to take it over again and again.
func war(s *scene) (Outcome, error) {
	var in, out atomic.Int64
	var failed atomic.Pointer[error]
	began := time.Now()
	var fighters sync.WaitGroup
	for fighter := range 4 {
		fighters.Go(func() {
			for range s.t.Reconnects / 4 {
				c, _, err := s.t.open(s.ctx, "", login{Credentials: s.t.Thief, version: []level{v311, v5}[fighter%2], clean: false, keep: 60})
				switch {
				case err != nil:
					failed.Store(&err)
					return
				case c == nil:
					out.Add(1)
				default:
					in.Add(1)
					defer c.close()
				}
			}
		})
	}
	fighters.Wait()
	if err := failed.Load(); err != nil {
		return Outcome{}, *err
	}
	took := time.Since(began).Seconds()
	// One in a hurry may find its session taken over by the next: no limit yet.
	seen := held(model.Sayf("%d reconnects, %.0f a second: let in %d times, then refused %d times",
		in.Load()+out.Load(), float64(in.Load()+out.Load())/took, in.Load(), out.Load()))
	seen.Succeeded = out.Load()*10 < in.Load()
	return seen, nil
}

// badCertificates shows certificates that should convince nobody.
func badCertificates(s *scene) (Outcome, error) {
	other, err := newAuthority("Another authority")
	if err != nil {
		return Outcome{}, err
	}
	signed, err := other.issue(s.t.Victim.Username, s.t.Victim.ClientID)
	if err != nil {
		return Outcome{}, err
	}
	own, err := newAuthority(s.t.Victim.ClientID)
	if err != nil {
		return Outcome{}, err
	}
	certificates := []tls.Certificate{signed, own.pair}
	if s.t.Expired != nil {
		certificates = append(certificates, *s.t.Expired)
	}
	var logins []login
	for i := range certificates {
		logins = append(logins, login{version: v5, clean: true,
			Credentials: Credentials{ClientID: s.t.Victim.ClientID, Certificate: &certificates[i]}})
	}
	return tryLogins(s, "", logins)
}
