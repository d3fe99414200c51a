package identity

import "github.com/pilothouse/pilothouse/broker"

var _ broker.Namer = (*Registry)(nil)

// shown is how a user name is shown that a client claims: as it is when it is
// that of an identity, else masked, as it may be a secret in the wrong place.
func (r *Registry) shown(name string) string {
	if _, known := r.policy.Load().doc.Identities[fold(name)]; known {
		return quoted(name)
	}
	return r.mask.Hide(name)
}

// ShowClientID implements broker.Namer: client IDs that are bound to an identity,
// banned or connected are shown as they are, others masked.
func (r *Registry) ShowClientID(id string) string {
	if r.policy.Load().claims.owner(id) != "" || r.isBannedClient(id) || r.sessions.isLive(id) {
		return id
	}
	return r.mask.Hide(id)
}
