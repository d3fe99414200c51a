package secret

import (
	"errors"
	"fmt"
	"regexp"
	"sync"
)

// Errors of stores, wrapped with the particulars.
var (
	// ErrNotFound tells that there is no secret of that name.
	ErrNotFound = errors.New("there is no such secret")
	// ErrWrongPassphrase tells that the file was sealed with another passphrase
	// or key, or was changed.
	ErrWrongPassphrase = errors.New("the passphrase or key does not open it, or it was changed")
	errBadName         = errors.New("a secret's name is 1 to 64 letters, digits and . _ -")
)

// MaxBytes is the largest secret a store takes. Some keychains take no more.
const MaxBytes = 2048

// Store keeps secrets under names of letters, digits and . _ -
type Store interface {
	// Get returns a secret, or ErrNotFound.
	Get(name string) (Value, error)
	// Put keeps a secret in place of an earlier one.
	Put(name string, v Value) error
	// Delete removes a secret. It is no error if there was none.
	Delete(name string) error
	// Place says where the secrets are, in words for the operator.
	Place() string
	// Weakness says in words why the secrets are not well kept; empty when they
	// are.
	Weakness() string
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

func checkName(name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("%w, not %q", errBadName, name)
	}
	return nil
}

func checkPut(name string, v Value) error {
	if err := checkName(name); err != nil {
		return err
	}
	if n := len(v.b); n == 0 || n > MaxBytes {
		return fmt.Errorf("keep the secret %s: it has %d bytes, and may have 1 to %d", name, n, MaxBytes)
	}
	return nil
}

// memory is a store that ends with the process.
type memory struct {
	mu  sync.Mutex
	all map[string]Value
}

// Memory is a store that ends with the process, for tests and for hubs that keep
// nothing.
func Memory() Store { return &memory{all: make(map[string]Value)} }

func (m *memory) Get(name string) (Value, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.all[name]
	if !ok {
		return Value{}, fmt.Errorf("read the secret %s: %w", name, ErrNotFound)
	}
	return v, nil
}

func (m *memory) Put(name string, v Value) error {
	if err := checkPut(name, v); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all[name] = v
	return nil
}

func (m *memory) Delete(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, name)
	return nil
}

func (m *memory) Place() string    { return "memory" }
func (m *memory) Weakness() string { return "" }
