package hub

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/identity/secret"
	"github.com/pilothouse/pilothouse/model"
)

// PassphraseVariable is the environment variable that opens the encrypted file
// of the authority's key, where there is no keychain.
const PassphraseVariable = "PILOTHOUSE_PASSPHRASE"

// openRegistry opens who may speak, with the authority that vouches for them.
func (h *Hub) openRegistry() error {
	dir := h.Dir.Path("identity")
	if h.cfg.NewIdentities {
		if _, err := identity.SetAside(dir); err != nil {
			return fmt.Errorf("set the identities aside: %w", err)
		}
	}
	secrets, err := h.openSecrets()
	if err != nil {
		return err
	}
	h.Registry, err = identity.Open(identity.Options{
		Dir: dir, Secrets: secrets, Hosts: ownHosts(), OpenLoopback: true, OnEvent: h.onIdentityEvent,
		AllowPlain: h.cfg.AllowPlain, AllowAnonymous: h.cfg.AllowAnonymous,
	})
	var damaged *identity.DamagedError
	switch {
	case errors.As(err, &damaged):
		return fmt.Errorf("%w; it was left as it is: restore a copy, or start with --new-identities, which sets it aside and has every device enrol again", err)
	case errors.Is(err, secret.ErrWrongPassphrase):
		return fmt.Errorf("open the authority's key: %w; set %s", err, PassphraseVariable)
	case err != nil:
		return err
	}
	if why := secrets.Weakness(); why != "" && h.hasDevices() {
		note(h.Store, model.Event{At: time.Now(), Kind: model.EventTrouble}, model.Sayf("the key of the built-in authority is not well kept: %s", why))
	}
	return nil
}

// hasDevices tells whether anybody but the demo was enrolled.
func (h *Hub) hasDevices() bool {
	for _, i := range h.Registry.List() {
		if !strings.HasPrefix(i.Kind, demoMark) {
			return true
		}
	}
	return false
}

// ownHosts are the names and addresses under which this machine can be reached.
func ownHosts() []string {
	var hosts []string
	if name, err := os.Hostname(); err == nil {
		hosts = append(hosts, name, name+".local")
	}
	for _, ip := range ownAddresses() {
		hosts = append(hosts, ip.String())
	}
	return hosts
}

// ownAddresses are the addresses of this machine that others can reach.
func ownAddresses() []net.IP {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var found []net.IP
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			found = append(found, n.IP)
		}
	}
	return found
}

// deleteRetained publishes an empty retained message to each topic (MQTT 5.0
// section 3.3.1.3).
func (h *Hub) deleteRetained(ctx context.Context, topics []string) error {
	for _, topic := range topics {
		if _, err := h.Link.Send(ctx, model.Outgoing{Topic: topic, Retain: true}); err != nil {
			return fmt.Errorf("delete the retained message of %s: %w", topic, err)
		}
	}
	return nil
}
