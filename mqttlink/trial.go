package mqttlink

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/connection"
)

// Try connects to the broker that p describes as a [Remote] would, once, and
// tells each stage of it: tell is called with each change, never twice at once,
// and not after Try has returned what came of it. The broker sees a client that
// connects, subscribes and disconnects; what it sends meanwhile is thrown away.
func Try(ctx context.Context, p Profile, tell func(connection.Trial), options ...Option) connection.Trial {
	t := &trial{tell: tell, stage: connection.StageSettings, since: time.Now()}
	t.set(connection.StageSettings, connection.Running, model.Phrase{}, model.Phrase{})
	r, err := NewRemote(p, func([]model.Message) {}, options...)
	if err != nil {
		return t.end(classify(err, false))
	}
	t.at, t.filters = r.at, r.profile.Filters
	r.witness = &witness{found: t.found, connected: t.connected, verified: t.verified}
	t.pass(connection.StageSettings, model.Sayf("Good for %s", r.at.String()))
	s := &session{lost: make(chan error, 1), ended: make(chan struct{})}
	defer close(s.ended)
	if err := r.connect(ctx, s); err != nil {
		return t.end(err)
	}
	defer s.client.Disconnect(trialGoodbye)
	t.accepted(r.profile.User, r.profile.CertFile != "")
	partly, failed := r.subscribe(ctx, s)
	if failed != nil {
		return t.end(failed)
	}
	return t.granted(partly)
}

// trialGoodbye is how long a trial takes leave of the broker, in milliseconds.
const trialGoodbye = 100

// trial keeps how far an attempt has come. The connection's hooks may call it
// from goroutines of their own.
type trial struct {
	tell    func(connection.Trial)
	at      connection.Address
	filters []string

	mu    sync.Mutex
	now   connection.Trial
	stage connection.Stage // that runs
	since time.Time        // it has run
}

func (t *trial) set(at connection.Stage, state connection.State, text, hint model.Phrase) {
	t.now.Steps[at] = connection.Step{State: state, Text: text, Hint: hint, Took: time.Since(t.since)}
	t.tell(t.now)
}

// passLocked notes that a stage went well, and begins the next.
func (t *trial) passLocked(at connection.Stage, text model.Phrase) {
	if t.stage > at { // told before, as when one of two addresses did not answer
		return
	}
	t.set(at, connection.Passed, text, model.Phrase{})
	t.stage, t.since = at+1, time.Now()
	if t.stage == connection.StageTLS && !t.at.Secure() {
		t.set(t.stage, connection.Skipped, model.Sayf("Not encrypted: whoever is between can read and change everything."), model.Phrase{})
		t.stage++
	}
	t.set(t.stage, connection.Running, model.Phrase{}, model.Phrase{})
}

func (t *trial) pass(at connection.Stage, text model.Phrase) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.passLocked(at, text)
}

func (t *trial) found(address string) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	text := model.Sayf("%s is %s", t.at.Host, host)
	if host == t.at.Host {
		text = model.Sayf("%s needs no looking up", host)
	}
	t.pass(connection.StageName, text)
}

func (t *trial) connected(address string) {
	t.pass(connection.StageReach, model.Sayf("%s answers", address))
}

func (t *trial) verified(s tls.ConnectionState) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.Chain = certificates(s.PeerCertificates)
	text := model.Quoted(tls.VersionName(s.Version))
	if len(t.now.Chain) > 0 {
		c := t.now.Chain[0]
		text = model.Sayf("%s, a certificate for %s, good until %s", text, firstOf(c.Names, c.Subject), c.NotAfter.UTC().Format("2006-01-02"))
	}
	t.passLocked(connection.StageTLS, text)
}

func firstOf(names []string, other string) string {
	if len(names) == 0 {
		return other
	}
	return names[0]
}

func (t *trial) accepted(user string, certificate bool) {
	as := model.Sayf("The broker lets this client in without a user")
	switch {
	case user != "":
		as = model.Sayf("The broker lets this client in as %s", user)
	case certificate:
		as = model.Sayf("The broker lets this client in by the client certificate")
	}
	if t.at.WebSocket() {
		as = model.Sayf("%s, over a WebSocket", as)
	}
	t.pass(connection.StageMQTT, as)
}

// granted ends a trial that went well, or in part.
func (t *trial) granted(partly *Error) connection.Trial {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.Done = true
	state, text, hint := connection.Passed, model.Sayf("Granted: %s", strings.Join(t.filters, ", ")), model.Phrase{}
	if partly != nil {
		state, text, hint = connection.Partly, model.Sayf("Not granted: %s", partly.Detail), partly.hint()
	}
	t.set(connection.StageSubscribe, state, text, hint)
	return t.now
}

// end ends a trial that failed.
func (t *trial) end(err *Error) connection.Trial {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := max(min(stageOf(err.Kind, t.stage), connection.StageSubscribe), connection.StageSettings)
	for i := connection.StageSettings; i < at; i++ {
		if t.now.Steps[i].State <= connection.Running { // by a proxy, there is no more to see
			t.now.Steps[i].State = connection.Skipped
		}
	}
	for i := at + 1; i <= connection.StageSubscribe; i++ {
		t.now.Steps[i] = connection.Step{State: connection.Skipped}
	}
	t.noteChain(err)
	t.now.Done = true
	said := *err
	said.Target = ""
	t.set(at, connection.Failed, said.what(), err.hint())
	return t.now
}

// stageOf is the stage at which a failure belongs; during is the one that ran.
func stageOf(k Kind, during connection.Stage) connection.Stage {
	switch k {
	case KindUse, KindProfile, KindFile:
		return connection.StageSettings
	case KindName:
		return connection.StageName
	case KindRefused, KindUnreachable:
		return connection.StageReach
	case KindNotTLS, KindTLSVersion, KindTLSAuthority, KindTLSExpired, KindTLSHost, KindTLSClient, KindTLS:
		return connection.StageTLS
	case KindVersion, KindClientID, KindUnavailable, KindCredentials, KindNotAuthorized, KindNotMQTT, KindTLSNeeded:
		return connection.StageMQTT
	case KindSubscription:
		return connection.StageSubscribe
	}
	return during
}

// noteChain keeps what the broker showed of itself although it was not believed,
// and what the operator may choose to trust.
func (t *trial) noteChain(err *Error) {
	var refused *tls.CertificateVerificationError
	if !errors.As(err, &refused) || len(refused.UnverifiedCertificates) == 0 {
		return
	}
	shown := refused.UnverifiedCertificates
	t.now.Chain = certificates(shown)
	if err.Kind == KindTLSAuthority {
		offer := connection.NewCertificate(trustable(shown))
		t.now.Offer = &offer
	}
}

// trustable is the certificate of a chain that would make it good if it were
// trusted: that of the highest authority that was sent, else the broker's own.
func trustable(chain []*x509.Certificate) *x509.Certificate {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	for i := len(chain) - 1; i > 0; i-- {
		if !chain[i].IsCA || !chain[i].BasicConstraintsValid {
			continue
		}
		roots := x509.NewCertPool()
		roots.AddCert(chain[i])
		if _, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between}); err == nil {
			return chain[i]
		}
	}
	return chain[0]
}

// maxChain bounds how many certificates of a broker are shown.
const maxChain = 8

func certificates(chain []*x509.Certificate) []connection.Certificate {
	var out []connection.Certificate
	for _, c := range chain[:min(len(chain), maxChain)] {
		out = append(out, connection.NewCertificate(c))
	}
	return out
}
