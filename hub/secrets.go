package hub

import (
	"fmt"
	"sync"

	"github.com/pilothouse/pilothouse/broker/identity/secret"
)

// secrets is the store of secrets, opened once by whoever needs it first: two
// stores on one file would overwrite each other.
type secrets struct {
	mu    sync.Mutex
	store secret.Store
}

// openSecrets is the store of secrets. It may wait for the system's keychain.
func (h *Hub) openSecrets() (secret.Store, error) {
	h.secrets.mu.Lock()
	defer h.secrets.mu.Unlock()
	if h.secrets.store != nil {
		return h.secrets.store, nil
	}
	s, err := secret.Open(h.ctx, secret.Options{Service: "Pilothouse", Dir: h.Dir.Path("identity"), NoKeychain: h.cfg.NoKeychain,
		Passphrase: secret.PassphraseFrom(PassphraseVariable)})
	if err != nil {
		return nil, fmt.Errorf("open the store of secrets: %w", err)
	}
	h.secrets.store = s
	return s, nil
}
