package identity

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/model"
)

// Role is what an identity is for. Its rules are those of [Rules].
type Role uint8

// The roles.
const (
	Device   Role = iota // speaks below its own topic root, and hears commands there
	Operator             // reads all, and commands
	Reader               // reads
	Bridge               // another hub: what it may do is listed for each one
	roles    = int(Bridge) + 1
)

// String names r.
func (r Role) String() string {
	words := [...]string{"device", "operator", "reader", "bridge"}
	if int(r) < roles {
		return words[r]
	}
	return "unknown"
}

// MarshalText implements encoding.TextMarshaler.
func (r Role) MarshalText() ([]byte, error) {
	if int(r) >= roles {
		return nil, fmt.Errorf("there is no role %d", r)
	}
	return []byte(r.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Role) UnmarshalText(b []byte) error {
	for i := range roles {
		if Role(i).String() == string(b) {
			*r = Role(i)
			return nil
		}
	}
	return fmt.Errorf("there is no role %q: use device, operator, reader or bridge", b)
}

// Identity is somebody the broker can vouch for.
type Identity struct {
	// Name is 1 to 64 letters, digits and . _ -; names that differ in case only
	// are the same. It is also the only user name it may use.
	Name string `json:"name"`
	Role Role   `json:"role"`
	// Kind is what sort of thing it is, such as "ferry"; at most 64 bytes.
	Kind string `json:"kind,omitempty"`
	// Root is the topic that it owns with everything below, without wildcards;
	// empty for none. Roots do not overlap.
	Root string `json:"root,omitempty"`
	// ClientIDs are bound to it; empty means its Name alone. At most 16.
	ClientIDs []string `json:"client_ids,omitempty"`
	// Publish, Read and Command are filters beyond those of its role: what else
	// it may publish to, read, and command. At most 64 each.
	Publish []string `json:"publish,omitempty"`
	Read    []string `json:"read,omitempty"`
	Command []string `json:"command,omitempty"`
	// NoRetain and NoWill take these rights of its role away.
	NoRetain bool `json:"no_retain,omitempty"`
	NoWill   bool `json:"no_will,omitempty"`
	// Sources are the addresses it may come from; empty means anywhere. PinSource
	// has the address of its first login added, and others held.
	Sources   []netip.Prefix `json:"sources,omitempty"`
	PinSource bool           `json:"pin_source,omitempty"`

	// Created, HasPassword, Revoked and Certificates are told by the registry, and
	// not changed by Put.
	Created      time.Time     `json:"created"`
	HasPassword  bool          `json:"-"`
	Revoked      *Revocation   `json:"revoked,omitempty"`
	Certificates []Certificate `json:"-"`
}

// Revocation is when and why something was taken away.
type Revocation struct {
	At  time.Time `json:"at"`
	Why string    `json:"why,omitempty"`
}

// Bounds on identities.
const (
	maxIdentities = 20_000
	maxClientIDs  = 16
	maxFilters    = 64
	maxSources    = 64
	maxText       = 64
	maxClientID   = 128
	maxWhy        = 256
)

var (
	nameForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	errName  = model.Faultf("a name is 1 to 64 letters, digits and . _ -")
)

// ErrUnknown tells that there is no identity of that name.
var ErrUnknown = errors.New("there is no identity of that name")

// CheckName reports why name cannot be that of an identity, or nil.
func CheckName(name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("%w, not %q", errName, name)
	}
	return nil
}

// check reports the first thing in i that cannot be.
func (i *Identity) check() error {
	if err := CheckName(i.Name); err != nil {
		return err
	}
	if int(i.Role) >= roles {
		return fmt.Errorf("there is no role %d", i.Role)
	}
	if len(i.Kind) > maxText {
		return fmt.Errorf("a kind has at most %d bytes", maxText)
	}
	if i.Root != "" {
		if err := checkRoot(i.Root); err != nil {
			return fmt.Errorf("the topic root %q: %w", i.Root, err)
		}
	}
	if len(i.ClientIDs) > maxClientIDs || len(i.Sources) > maxSources {
		return fmt.Errorf("an identity has at most %d client IDs and %d sources", maxClientIDs, maxSources)
	}
	for _, id := range i.ClientIDs {
		if err := broker.CheckClientID(id, maxClientID); err != nil {
			return err
		}
	}
	for _, p := range i.Sources {
		if !p.IsValid() {
			return errors.New("a source is an address or a network such as 192.0.2.0/24")
		}
	}
	return i.checkFilters()
}

func (i *Identity) checkFilters() error {
	for _, list := range [][]string{i.Publish, i.Read, i.Command} {
		if len(list) > maxFilters {
			return fmt.Errorf("a list of filters has at most %d", maxFilters)
		}
		for _, f := range list {
			if err := checkTemplate(f); err != nil {
				return fmt.Errorf("the filter %q: %w", f, err)
			}
		}
	}
	return nil
}

// checkRoot reports why root cannot be owned.
func checkRoot(root string) error {
	if err := model.CheckTopic(root); err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(root, "$"):
		return errors.New("topics that start with $ belong to the broker")
	case slices.Contains(strings.Split(root, "/"), ""):
		return errors.New("it has an empty level")
	case strings.ContainsAny(root, "{}"):
		return errors.New("it cannot hold braces")
	case strings.Count(root, "/") > model.MaxTopicLevels-2:
		return errors.New("nothing would fit below it")
	}
	return nil
}

// clientIDs are the client IDs that i may use.
func (i *Identity) clientIDs() []string {
	if len(i.ClientIDs) == 0 {
		return []string{i.Name}
	}
	return i.ClientIDs
}

// admits tells whether i may come from an address.
func (i *Identity) admits(a netip.Addr) bool {
	if len(i.Sources) == 0 {
		return !i.PinSource
	}
	return slices.ContainsFunc(i.Sources, func(p netip.Prefix) bool { return p.Contains(a) })
}

// copied is i with lists of its own.
func (i Identity) copied() Identity {
	i.ClientIDs, i.Publish, i.Read, i.Command = slices.Clone(i.ClientIDs), slices.Clone(i.Publish), slices.Clone(i.Read), slices.Clone(i.Command)
	i.Sources, i.Certificates = slices.Clone(i.Sources), slices.Clone(i.Certificates)
	if i.Revoked != nil {
		r := *i.Revoked
		i.Revoked = &r
	}
	return i
}
