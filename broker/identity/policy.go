package identity

import (
	"cmp"
	"slices"
	"strings"
)

// policy is a registry compiled for the broker's questions. It is immutable.
type policy struct {
	doc      *document
	claims   claims
	members  map[string]*member // by name as it is written
	commands []string           // levels of commands, in lower case
	bans     bans
}

// member is an identity with its rules expanded.
type member struct {
	record
	publish, retain, will, read, command []string
	serials                              []Certificate // by their end, latest first
	banned                               bool
}

// compile makes the policy of a registry.
func compile(d *document) *policy {
	p := &policy{doc: d, claims: newClaims(), members: make(map[string]*member, len(d.Identities)), bans: compileBans(d.Bans)}
	for _, level := range d.Policy.CommandLevels {
		p.commands = append(p.commands, strings.ToLower(level))
	}
	for _, rec := range d.Identities {
		m := &member{record: rec, banned: p.bans.identities[fold(rec.Name)]}
		i, rules := &m.Identity, d.Policy.Roles[rec.Role]
		m.publish = expandAll(i, rules.Publish, i.Publish)
		m.read = expandAll(i, rules.Read, i.Read)
		m.command = expandAll(i, rules.Command, i.Command)
		if !i.NoRetain {
			m.retain = expandAll(i, rules.Retain, i.Publish)
		}
		if !i.NoWill {
			m.will = expandAll(i, rules.Will)
		}
		p.members[rec.Name] = m
		_ = p.claims.claim(i) // was checked when it was written
	}
	for _, c := range d.Certificate {
		if m := p.members[c.Identity]; m != nil {
			m.serials = append(m.serials, c)
		}
	}
	for _, m := range p.members {
		slices.SortFunc(m.serials, func(a, b Certificate) int {
			return cmp.Or(b.NotAfter.Compare(a.NotAfter), strings.Compare(a.Serial, b.Serial))
		})
	}
	return p
}

// told is an identity as callers may have it.
func (p *policy) told(rec *record) Identity {
	i := rec.Identity
	i.HasPassword = rec.Password != ""
	if m := p.members[rec.Name]; m != nil {
		i.Certificates = m.serials
	}
	return i.copied()
}

// active is the member of a name if nothing is held against it, nil otherwise.
func (r *Registry) active(pol *policy, name string) *member {
	m := pol.members[name]
	switch {
	case m == nil,
		m.Revoked != nil && !r.isOff(RevocationCheck),
		m.banned && !r.isOff(BanCheck):
		return nil
	}
	return m
}

// isCommand tells whether a topic is a command: it has one of the levels of
// commands, below the root of its owner if it has one.
func (p *policy) isCommand(topic string) bool {
	_, rest := p.claims.roots.find(topic)
	for more := rest != ""; more; {
		var level string
		level, rest, more = strings.Cut(rest, "/")
		for _, c := range p.commands {
			if len(c) == len(level) && strings.EqualFold(c, level) {
				return true
			}
		}
	}
	return false
}
