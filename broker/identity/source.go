package identity

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// errPinned tells that another address was first.
var errPinned = errors.New("it has a source already")

// pinFirst keeps the address of a first login as the only one.
func (r *Registry) pinFirst(name string, a netip.Addr) error {
	err := r.change("pin the source of "+quoted(name), func(d *document) error {
		rec, ok := d.Identities[fold(name)]
		if !ok {
			return ErrUnknown
		}
		if len(rec.Sources) > 0 && !rec.admits(a) {
			return errPinned
		}
		rec.Sources = []netip.Prefix{netip.PrefixFrom(a, a.BitLen())}
		d.Identities[fold(name)] = rec
		return nil
	})
	if errors.Is(err, errPinned) {
		return refuse(watch.NewSource, model.Sayf("%s comes from a new address: allow it if it is the device", name))
	}
	return err
}

// AllowSource lets an identity come from an address or a network, too.
func (r *Registry) AllowSource(name string, source netip.Prefix) error {
	return r.change("allow a source of "+quoted(name), func(d *document) error {
		rec, ok := d.Identities[fold(name)]
		switch {
		case !ok:
			return ErrUnknown
		case !source.IsValid():
			return errors.New("a source is an address or a network such as 192.0.2.0/24")
		case slices.Contains(rec.Sources, source.Masked()):
			return nil
		case len(rec.Sources) >= maxSources:
			return fmt.Errorf("it has %d sources already", maxSources)
		}
		rec.Sources = append(slices.Clone(rec.Sources), source.Masked())
		d.Identities[fold(name)] = rec
		return nil
	})
}
