package identity

import (
	"context"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// Connect implements broker.Access: who a client is, and whether it may come in,
// before any takeover is considered.
func (r *Registry) Connect(ctx context.Context, q *broker.ConnectRequest) (broker.Grant, error) {
	if err := r.admit(q); err != nil {
		return broker.Grant{}, err
	}
	if err := r.pace(q); err != nil {
		return broker.Grant{}, err
	}
	generation := r.Generation()
	proved, err := r.authenticate(ctx, q)
	if err != nil {
		return broker.Grant{}, err
	}
	name, err := r.receive(proved, q)
	if err != nil {
		return broker.Grant{}, err
	}
	if err := r.hold(ctx, name, q); err != nil {
		return broker.Grant{}, err
	}
	return broker.Grant{Identity: name, Still: func() error { return r.still(generation, proved, q) }}, nil
}

// receive decides about a client by what it has proved, and says who it is taken
// for.
func (r *Registry) receive(proved string, q *broker.ConnectRequest) (name string, err error) {
	pol := r.policy.Load()
	if proved == "" {
		return r.welcomeAnonymous(pol, q)
	}
	return r.welcome(pol, proved, q)
}

// still decides again about a client whose session is open now, if anything has
// changed since it came: a revocation cuts the sessions that it finds.
func (r *Registry) still(generation uint64, proved string, q *broker.ConnectRequest) error {
	if r.Generation() == generation {
		return nil
	}
	if err := r.admit(q); err != nil {
		return err
	}
	if showsCertificate(q) {
		if _, fault := r.judge(q.TLS.PeerCertificates); fault != nil {
			return refuse(fault.kind, fault.why)
		}
	}
	_, err := r.receive(proved, q)
	return err
}

// showsCertificate tells whether a client proves who it is by a certificate.
func showsCertificate(q *broker.ConnectRequest) bool {
	return q.TLS != nil && len(q.TLS.PeerCertificates) > 0
}

// admit decides by what is known without credentials.
func (r *Registry) admit(q *broker.ConnectRequest) error {
	banned := &broker.Refusal{Code: packet.Banned, Kind: watch.Banned}
	switch {
	case r.isBannedAddr(q.Addr):
		banned.Reason = model.PhraseOf(errBannedAddress)
		return banned
	case r.isBannedClient(q.ClientID):
		banned.Reason = model.Sayf("the client ID is banned")
		return banned
	case q.TLS == nil && !r.o.AllowPlain && !isLocal(q.Addr) && !r.isOff(PlainRefusal):
		return refuse(watch.PlainRefused, model.Sayf("beyond this machine connections have to be encrypted"))
	case q.Username != nil && CheckName(string(q.Username)) != nil && !r.isOff(NameCheck):
		return &broker.Refusal{Code: packet.BadUserNameOrPassword, Kind: watch.BadName, Reason: model.Sayf("the user name is none: %s", model.PhraseOf(errName))}
	}
	return nil
}

// welcomeAnonymous decides about a client that proves nothing: it may not touch
// what belongs to an identity.
func (r *Registry) welcomeAnonymous(pol *policy, q *broker.ConnectRequest) (string, error) {
	if !r.admitsAnonymous(q.Addr) {
		return "", refuse(watch.Anonymous, model.Sayf("beyond this machine clients need an identity"))
	}
	owner := pol.claims.owner(q.ClientID)
	switch {
	case owner == "":
		return "", nil
	case r.isOff(BindClientID): // the client ID is taken for who it is
		return owner, nil
	}
	return "", refuse(watch.Impersonation, model.Sayf("the client ID belongs to %s", owner))
}

// welcome decides about a client that has proved who it is.
func (r *Registry) welcome(pol *policy, name string, q *broker.ConnectRequest) (string, error) {
	m := pol.members[name]
	switch {
	case m == nil:
		return "", refuse(watch.UnknownIdentity, model.Sayf("nobody of the name %s is enrolled", r.shown(name)))
	case m.Revoked != nil && !r.isOff(RevocationCheck):
		return "", refuse(watch.Revoked, model.Sayf("%s is revoked", name))
	case m.banned && !r.isOff(BanCheck):
		return "", &broker.Refusal{Code: packet.Banned, Kind: watch.Banned, Reason: model.Sayf("%s is banned", name)}
	case q.Username != nil && string(q.Username) != name && !r.isOff(BindUserName):
		return "", refuse(watch.Impersonation, model.Sayf("the user name %s is not that of %s", r.shown(string(q.Username)), name))
	}
	if err := r.bindClientID(pol, m, q); err != nil {
		return "", err
	}
	if owner := pol.claims.owner(q.ClientID); owner != "" && r.isOff(BindClientID) {
		name = owner
	}
	return name, r.checkSource(m, q.Addr)
}

// bindClientID decides whether an identity may use a client ID. People may leave
// the choice to the broker; devices have one of their own.
func (r *Registry) bindClientID(pol *policy, m *member, q *broker.ConnectRequest) error {
	if r.isOff(BindClientID) {
		return nil
	}
	if q.Assigned {
		if m.Role == Operator || m.Role == Reader {
			return nil
		}
		return refuse(watch.Impersonation, model.Sayf("%s has to use its own client ID, %s", m.Name, m.clientIDs()[0]))
	}
	for _, id := range m.clientIDs() {
		if id == q.ClientID {
			return nil
		}
	}
	if owner := pol.claims.owner(q.ClientID); owner != "" && owner != m.Name {
		return refuse(watch.Impersonation, model.Sayf("%s claims the client ID of %s", m.Name, owner))
	}
	return refuse(watch.Impersonation, model.Sayf("%s has to use its own client ID, %s", m.Name, m.clientIDs()[0]))
}

// checkSource holds an identity that comes from an address that is not its own.
func (r *Registry) checkSource(m *member, addr string) error {
	a, ok := ipOf(addr)
	if !ok || m.admits(a) || r.isOff(SourcePin) {
		return nil
	}
	if m.PinSource && len(m.Sources) == 0 {
		return r.pinFirst(m.Name, a)
	}
	return refuse(watch.NewSource, model.Sayf("%s comes from a new address: allow it if it is the device", m.Name))
}
