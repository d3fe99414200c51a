package enrol

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"
)

// failure is a request that is not granted.
type failure struct {
	outcome Outcome
	status  int
	text    string // for people at the device
	detail  string // for the operator, instead of text
}

func refuse(o Outcome, status int, format string, args ...any) *failure {
	return &failure{outcome: o, status: status, text: fmt.Sprintf(format, args...)}
}

// endpoint answers one kind of request, or says why not. name is the identity
// concerned, as far as it is known.
type endpoint func(w http.ResponseWriter, r *http.Request) (name string, no *failure)

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for path, serve := range map[string]endpoint{askPath: s.ask, waitPath: s.wait, renewPath: s.renew} {
		mux.HandleFunc("POST "+Path+path, func(w http.ResponseWriter, r *http.Request) { s.run(serve, w, r) })
	}
	mux.HandleFunc("GET "+Path+"{$}", s.explain)
	return mux
}

// ServeHTTP implements http.Handler. A caller other than Serve has to bound
// connections and times itself.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	spoke(r.Context())
	if !s.requests.allow(network(addrOf(r.RemoteAddr))) {
		w.Header().Set("Retry-After", "5")
		s.fail(w, r, "", refuse(Flooded, http.StatusTooManyRequests, "too many requests from this address; wait a little"))
		return
	}
	s.mux.ServeHTTP(w, r)
}

// explain is for a person who opens the invitation in a browser.
func (s *Server) explain(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "This is where devices enrol with Pilothouse. On the device, run\n\n    pilothouse enrol 'URL'\n\nwith the whole address as URL, the part after # included.")
}

// run bounds a request and lets serve answer it.
func (s *Server) run(serve endpoint, w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		s.fail(w, r, "", refuse(BadRequest, http.StatusUnsupportedMediaType, "the request has to be application/json"))
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if name, no := serve(w, r); no != nil {
		s.fail(w, r, name, no)
	}
}

// fail answers with an error, and tells the operator.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, name string, no *failure) {
	detail := no.detail
	if detail == "" {
		detail = no.text
	}
	s.tell(no.outcome, r.RemoteAddr, name, detail)
	answer(w, no.status, errorReply{Reason: no.outcome.wire(), Error: no.text})
}

// read decodes the body.
func read(r *http.Request, into any) *failure {
	err := decode(r.Body, into)
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return refuse(BadRequest, http.StatusRequestEntityTooLarge, "the request has more than %d bytes", maxBody)
	case err != nil:
		return refuse(BadRequest, http.StatusBadRequest, "the request cannot be read: %v", err)
	}
	return nil
}

// ask takes a device's token and its signing request, and hands out a ticket.
func (s *Server) ask(w http.ResponseWriter, r *http.Request) (string, *failure) {
	var a askRequest
	if no := read(r, &a); no != nil {
		return "", no
	}
	t, no := s.newTicket(&a, r.RemoteAddr)
	if no != nil {
		return plausible(a.Name), no
	}
	if !s.desk.reserve(t.from) {
		w.Header().Set("Retry-After", "30")
		return t.name, refuse(Flooded, http.StatusServiceUnavailable, "too many devices wait for the operator; try again when some are decided")
	}
	if no := s.admitTicket(t, a.Token); no != nil {
		s.desk.release(t.from)
		return t.name, no
	}
	if !s.desk.add(t) {
		return t.name, refuse(Closing, http.StatusServiceUnavailable, "the hub is closing")
	}
	answer(w, http.StatusOK, askReply{Ticket: t.secret, Nonce: t.script.hubNonce})
	return t.name, nil
}

// newTicket checks what can be checked without the registry.
func (s *Server) newTicket(a *askRequest, addr string) (*ticket, *failure) {
	switch {
	case !validToken(a.Token):
		return nil, refuse(UnknownToken, http.StatusForbidden, "%v", ErrUnknownToken)
	case len(a.Commitment) != nonceSize:
		return nil, refuse(BadRequest, http.StatusBadRequest, "the commitment has to have %d bytes", nonceSize)
	case a.Name != "" && !validName(a.Name):
		return nil, refuse(WrongName, http.StatusBadRequest, "a name is 1 to %d letters, digits, dots, hyphens and underscores", maxName)
	}
	csr, err := parseCSR(a.CSR)
	if err != nil {
		return nil, refuse(BadProof, http.StatusBadRequest, "%v", err)
	}
	return &ticket{
		secret: rand.Text(), id: rand.Text(), addr: addr, from: network(addrOf(addr)), name: a.Name, host: plausible(a.Host),
		csr: csr, committed: a.Commitment, decided: make(chan struct{}),
		script: transcript{publicKey: csr.RawSubjectPublicKeyInfo, token: a.Token,
			authority: Fingerprint(s.registry.Authority()), hubNonce: newNonce()},
	}, nil
}

// admitTicket redeems the token and settles the name.
func (s *Server) admitTicket(t *ticket, token string) *failure {
	invitation, err := s.registry.Redeem(token)
	switch {
	case errors.Is(err, ErrUnknownToken):
		return refuse(UnknownToken, http.StatusForbidden, "%v: it works once, and for ten minutes; ask for a new one", ErrUnknownToken)
	case errors.Is(err, ErrUsedToken):
		return refuse(UsedToken, http.StatusForbidden, "%v: if it was not this device, tell the operator; ask for a new one", ErrUsedToken)
	case errors.Is(err, ErrExpiredToken):
		return refuse(ExpiredToken, http.StatusForbidden, "%v; ask for a new one", ErrExpiredToken)
	case err != nil:
		return &failure{outcome: Failed, status: http.StatusInternalServerError, text: "the hub cannot read its invitations; its operator is told why", detail: err.Error()}
	}
	t.invitation = invitation
	asked := t.name
	if invitation.Name != "" {
		t.name = invitation.Name
	}
	switch {
	case t.name == "":
		return refuse(WrongName, http.StatusBadRequest, "the invitation names no device: choose a name with --name, and ask for a new invitation")
	case asked != "" && asked != t.name || !claims(t.csr, t.name):
		t.name = invitation.Name
		return refuse(WrongName, http.StatusForbidden, "the invitation is for a device of another name; ask for a new one")
	case invitation.Name == "" && s.registry.Exists(t.name):
		return refuse(WrongName, http.StatusForbidden, "there is a device named %s already: choose another name, or ask for an invitation in that name", t.name)
	}
	return nil
}

// plausible is what a device calls itself if that is a name, else nothing.
func plausible(name string) string {
	if !validName(name) {
		return ""
	}
	return name
}

// wait opens a ticket's commitment, and answers when there is a decision or
// PollTime is over.
func (s *Server) wait(w http.ResponseWriter, r *http.Request) (string, *failure) {
	var q waitRequest
	if no := read(r, &q); no != nil {
		return "", no
	}
	t, outcome := s.desk.open(q.Ticket, q.Nonce)
	switch outcome {
	case UnknownTicket:
		return "", refuse(UnknownTicket, http.StatusNotFound, "the hub does not know this request any more; ask for a new invitation")
	case BadCommitment:
		return t.name, refuse(BadCommitment, http.StatusForbidden, "the nonce is not the one that was committed to; ask for a new invitation")
	}
	// The server watches for the client's leaving by a read that must not time out.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.limits.PollTime + s.limits.RequestTime))
	s.await(r.Context(), t)
	return t.name, s.deliver(w, r, t)
}

// await returns when t is decided, or nobody should wait longer.
func (s *Server) await(ctx context.Context, t *ticket) {
	patience := time.NewTimer(s.limits.PollTime)
	defer patience.Stop()
	select {
	case <-t.decided:
	case <-patience.C:
	case <-ctx.Done():
	case <-s.done:
	}
}

// deliver answers with what is known of t now.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, t *ticket) *failure {
	p, enrolled, first := s.desk.outcome(t)
	switch p {
	case approved:
		answer(w, http.StatusOK, s.reply(enrolled, r.Host))
		if first {
			s.tellOf(Collected, t)
		}
	case declined:
		// The operator knows.
		answer(w, http.StatusForbidden, errorReply{Reason: Declined.wire(), Error: "the operator did not let this device in"})
	case expired:
		answer(w, http.StatusGone, errorReply{Reason: TimedOut.wire(), Error: "nobody approved the device in time; ask for a new invitation"})
	default:
		answer(w, http.StatusAccepted, outcomeReply{Waiting: true})
	}
	return nil
}

// reply is what an enrolled device gets that reached the hub as host.
func (s *Server) reply(e Enrolled, host string) outcomeReply {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return outcomeReply{Certificate: e.Certificate.Raw, Authority: s.registry.Authority().Raw,
		Brokers: s.brokers(strings.Trim(host, "[]")), Name: e.Name, ClientID: e.ClientID, Root: e.Root}
}

// renew gives a device with a valid certificate the next one.
func (s *Server) renew(w http.ResponseWriter, r *http.Request) (string, *failure) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return "", refuse(RenewalRefused, http.StatusUnauthorized, "a certificate is renewed over a connection that it is used for; if it has expired, enrol again")
	}
	old := r.TLS.PeerCertificates[0]
	name := plausible(old.Subject.CommonName)
	var q renewRequest
	if no := read(r, &q); no != nil {
		return name, no
	}
	csr, err := parseCSR(q.CSR)
	switch {
	case err != nil:
		return name, refuse(BadProof, http.StatusBadRequest, "%v", err)
	case time.Now().After(old.NotAfter):
		return name, refuse(RenewalRefused, http.StatusForbidden, "the certificate has expired; enrol again")
	case !claims(csr, old.Subject.CommonName):
		return name, refuse(WrongName, http.StatusForbidden, "the signing request is for another name than the certificate")
	}
	next, err := s.registry.Renew(old, csr)
	if err != nil {
		return name, &failure{outcome: RenewalRefused, status: http.StatusForbidden, text: "the hub does not renew this certificate; its operator is told why", detail: err.Error()}
	}
	if err := s.checkIssued(next, csr); err != nil {
		return name, &failure{outcome: Failed, status: http.StatusInternalServerError, text: "the hub could not issue a certificate; its operator is told why", detail: err.Error()}
	}
	answer(w, http.StatusOK, s.reply(next, r.Host))
	s.tell(Renewed, r.RemoteAddr, next.Name, "")
	return name, nil
}
