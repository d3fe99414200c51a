package identity

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/model"
)

// BanOf is what is banned.
type BanOf string

// What can be banned.
const (
	BanAddress  BanOf = "address"  // an IP address or a network such as 192.0.2.0/24
	BanClientID BanOf = "client"   // a client ID, whatever its case
	BanIdentity BanOf = "identity" // an identity, by name
)

// maxBans bounds the bans, and maxIgnored what is ignored.
const (
	maxBans    = 10_000
	maxIgnored = 10_000
)

// Ban keeps somebody out until it is lifted.
type Ban struct {
	Of    BanOf     `json:"of"`
	Value string    `json:"value"`
	Why   string    `json:"why,omitempty"`
	At    time.Time `json:"at"`
}

func (b *Ban) check() error {
	switch b.Of {
	case BanAddress:
		_, err := parsePrefix(b.Value)
		return err
	case BanClientID:
		return broker.CheckClientID(b.Value, maxClientID)
	case BanIdentity:
		return CheckName(b.Value)
	}
	return fmt.Errorf("%q cannot be banned: only an address, a client or an identity can", b.Of)
}

// parsePrefix reads an address or a network.
func parsePrefix(s string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%s is no address and no network such as 192.0.2.0/24", quoted(s))
	}
	a = a.Unmap().WithZone("")
	return netip.PrefixFrom(a, a.BitLen()), nil
}

// bans are compiled for quick answers.
type bans struct {
	addresses  map[netip.Addr]bool
	networks   []netip.Prefix
	clients    map[string]bool // folded
	identities map[string]bool // folded
}

func compileBans(list []Ban) bans {
	c := bans{addresses: make(map[netip.Addr]bool), clients: make(map[string]bool), identities: make(map[string]bool)}
	for _, b := range list {
		switch b.Of {
		case BanAddress:
			if p, err := parsePrefix(b.Value); err == nil && p.IsSingleIP() {
				c.addresses[p.Addr()] = true
			} else if err == nil {
				c.networks = append(c.networks, p)
			}
		case BanClientID:
			c.clients[fold(b.Value)] = true
		case BanIdentity:
			c.identities[fold(b.Value)] = true
		}
	}
	return c
}

func (b *bans) hasAddr(addr string) bool {
	if len(b.addresses) == 0 && len(b.networks) == 0 {
		return false
	}
	a, ok := ipOf(addr)
	return ok && (b.addresses[a] || slices.ContainsFunc(b.networks, func(p netip.Prefix) bool { return p.Contains(a) }))
}

func (r *Registry) isBannedAddr(addr string) bool {
	return r.policy.Load().bans.hasAddr(addr) && !r.isOff(BanCheck)
}

func (r *Registry) isBannedClient(id string) bool {
	return r.policy.Load().bans.clients[fold(id)] && !r.isOff(BanCheck)
}

// Ban keeps an address, a client ID or an identity out, and has its live sessions
// cut.
func (r *Registry) Ban(b Ban) error {
	b.At, b.Why = r.clock.read(), b.Why[:min(len(b.Why), maxWhy)]
	err := r.change(fmt.Sprintf("ban the %s %s", b.Of, quoted(b.Value)), func(d *document) error {
		if err := b.check(); err != nil {
			return err
		}
		d.Bans = slices.DeleteFunc(d.Bans, b.same)
		if len(d.Bans) >= maxBans {
			return fmt.Errorf("there are %d bans already: lift some", maxBans)
		}
		d.Bans = append(d.Bans, b)
		return nil
	})
	if err == nil {
		r.revoked(b.revoked())
	}
	return err
}

// same tells whether two bans are of the same.
func (b *Ban) same(other Ban) bool {
	return b.Of == other.Of && strings.EqualFold(b.Value, other.Value)
}

// revoked tells whose sessions a ban cuts.
func (b *Ban) revoked() Revoked {
	v := Revoked{Why: b.Why}
	switch b.Of {
	case BanAddress:
		only := compileBans([]Ban{*b})
		v.Source, v.matches = b.Value, func(p *model.Publisher) bool { return only.hasAddr(p.Addr) }
	case BanClientID:
		v.ClientIDs, v.matches = []string{b.Value}, func(p *model.Publisher) bool { return strings.EqualFold(p.ClientID, b.Value) }
	case BanIdentity:
		v.Name, v.matches = b.Value, func(p *model.Publisher) bool { return strings.EqualFold(p.Identity, b.Value) }
	}
	return v
}

// Unban lifts a ban.
func (r *Registry) Unban(of BanOf, value string) error {
	return r.change(fmt.Sprintf("lift the ban of the %s %s", of, quoted(value)), func(d *document) error {
		before := len(d.Bans)
		d.Bans = slices.DeleteFunc(d.Bans, (&Ban{Of: of, Value: value}).same)
		if len(d.Bans) == before {
			return errors.New("it is not banned")
		}
		return nil
	})
}

// Bans returns all bans, the oldest first.
func (r *Registry) Bans() []Ban { return slices.Clone(r.policy.Load().doc.Bans) }

// Ignore has the operator not told any more of something, by a key of the
// caller's choice of at most 256 bytes.
func (r *Registry) Ignore(key string) error {
	return r.change("ignore "+quoted(key), func(d *document) error {
		switch {
		case key == "" || len(key) > maxWhy:
			return fmt.Errorf("what is ignored has 1 to %d bytes", maxWhy)
		case slices.Contains(d.Ignored, key):
			return nil
		case len(d.Ignored) >= maxIgnored:
			return fmt.Errorf("%d things are ignored already", maxIgnored)
		}
		d.Ignored = append(d.Ignored, key)
		return nil
	})
}

// Unignore ends that. It is no error if there was none.
func (r *Registry) Unignore(key string) error {
	return r.change("no longer ignore "+quoted(key), func(d *document) error {
		d.Ignored = slices.DeleteFunc(d.Ignored, func(k string) bool { return k == key })
		return nil
	})
}

// Ignored returns what is ignored.
func (r *Registry) Ignored() []string { return slices.Clone(r.policy.Load().doc.Ignored) }
