package enrol

import (
	"crypto/rand"
	"errors"
	"net/http"
)

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
