package secret

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// format is the version of the sealed file.
const format = 1

// The cost of argon2id for a passphrase, about a quarter of a second. What a
// file asks for is bounded by the most.
const (
	kdfPasses, maxKdfPasses = 3, 16
	kdfMemory, maxKdfMemory = 64 << 10, 1 << 20 // KiB
	kdfLanes                = 2
	saltBytes               = 16
)

// maxFileBytes is the largest sealed file that is read.
const maxFileBytes = 1 << 20

// sealed is the file. Without a salt it is sealed with the key file.
type sealed struct {
	Format int    `json:"format"`
	Salt   []byte `json:"salt,omitempty"`
	Passes uint32 `json:"passes,omitempty"`
	Memory uint32 `json:"memory_kib,omitempty"`
	Nonce  []byte `json:"nonce"`
	Box    []byte `json:"box"`
}

// file is a store in one sealed file.
type file struct {
	path string
	head sealed // how the key was made
	key  []byte
	weak bool

	mu  sync.Mutex
	all map[string][]byte
}

// openFile opens the sealed file, or begins one.
func openFile(ctx context.Context, path string, ask func(context.Context) (Value, error)) (*file, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for secrets: %w", err)
	}
	f := &file{path: path, all: make(map[string][]byte)}
	old, err := readSealed(path)
	if err != nil {
		return nil, err
	}
	if err := f.makeKey(ctx, old, ask); err != nil {
		return nil, err
	}
	if old == nil {
		return f, nil
	}
	return f, f.unseal(old)
}

// readSealed reads the file; nil for none.
func readSealed(path string) (*sealed, error) {
	b, err := readBounded(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the sealed secrets: %w", err)
	}
	var s sealed
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("read the sealed secrets: %s is damaged: bring back a copy of it, or move it away and enrol everything afresh: %w", path, err)
	}
	switch {
	case s.Format > format:
		return nil, fmt.Errorf("read the sealed secrets: %s has format %d, and this version reads up to %d: use a newer version", path, s.Format, format)
	case s.Format < 1, len(s.Nonce) != chacha20poly1305.NonceSizeX,
		len(s.Salt) > 0 && (len(s.Salt) != saltBytes || s.Passes < 1 || s.Passes > maxKdfPasses || s.Memory < 8 || s.Memory > maxKdfMemory):
		return nil, fmt.Errorf("read the sealed secrets: %s is damaged: bring back a copy of it, or move it away and enrol everything afresh", path)
	}
	return &s, nil
}

// readBounded reads a file that should be small.
func readBounded(path string) ([]byte, error) {
	i, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if i.Size() > maxFileBytes {
		return nil, fmt.Errorf("%s has %d bytes, and should have at most %d", path, i.Size(), maxFileBytes)
	}
	return os.ReadFile(path)
}

// makeKey makes the key as the file says, or for a new file from a passphrase if
// there is one.
func (f *file) makeKey(ctx context.Context, old *sealed, ask func(context.Context) (Value, error)) error {
	var phrase Value
	if ask != nil && (old == nil || len(old.Salt) > 0) {
		var err error
		if phrase, err = ask(ctx); err != nil {
			return fmt.Errorf("ask for the passphrase of %s: %w", f.path, err)
		}
	}
	switch {
	case old != nil:
		f.head = sealed{Format: format, Salt: old.Salt, Passes: old.Passes, Memory: old.Memory}
	case phrase.Empty():
		f.head = sealed{Format: format}
	default:
		f.head = sealed{Format: format, Salt: make([]byte, saltBytes), Passes: kdfPasses, Memory: kdfMemory}
		_, _ = rand.Read(f.head.Salt)
	}
	if len(f.head.Salt) == 0 {
		f.weak = true
		return f.keyFile(old == nil)
	}
	if phrase.Empty() {
		return fmt.Errorf("open %s: it needs its passphrase, and none was given", f.path)
	}
	f.key = argon2.IDKey(phrase.b, f.head.Salt, f.head.Passes, f.head.Memory, kdfLanes, chacha20poly1305.KeySize)
	return nil
}

// keyFile reads the key file, or makes one.
func (f *file) keyFile(mayMake bool) error {
	path := f.path + keySuffix
	b, err := readBounded(path)
	switch {
	case err == nil && len(b) == chacha20poly1305.KeySize:
		f.key = b
		return nil
	case err == nil:
		return fmt.Errorf("read the key file %s: it is damaged: bring back a copy of it", path)
	case !errors.Is(err, os.ErrNotExist) || !mayMake:
		return fmt.Errorf("read the key file: bring back a copy of it: %w", err)
	}
	f.key = make([]byte, chacha20poly1305.KeySize)
	_, _ = rand.Read(f.key)
	return WriteAtomic(path, f.key)
}

// unseal reads the secrets.
func (f *file) unseal(s *sealed) error {
	aead, err := chacha20poly1305.NewX(f.key)
	if err != nil {
		return fmt.Errorf("open %s: %w", f.path, err)
	}
	plain, err := aead.Open(nil, s.Nonce, s.Box, f.head.bound())
	if err != nil {
		return fmt.Errorf("open %s: %w", f.path, ErrWrongPassphrase)
	}
	if err := json.Unmarshal(plain, &f.all); err != nil {
		return fmt.Errorf("open %s: %w", f.path, ErrWrongPassphrase)
	}
	return nil
}

// bound is what the seal also vouches for.
func (s sealed) bound() []byte {
	return fmt.Appendf(nil, "pilothouse secrets %d %x %d %d", s.Format, s.Salt, s.Passes, s.Memory)
}

// saveLocked seals all into the file.
func (f *file) saveLocked(all map[string][]byte) error {
	plain, err := json.Marshal(all)
	if err != nil {
		return err
	}
	aead, err := chacha20poly1305.NewX(f.key)
	if err != nil {
		return err
	}
	s := f.head
	s.Nonce = make([]byte, chacha20poly1305.NonceSizeX)
	_, _ = rand.Read(s.Nonce)
	s.Box = aead.Seal(nil, s.Nonce, plain, s.bound())
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := WriteAtomic(f.path, b); err != nil {
		return err
	}
	f.all = all
	return nil
}

// changed is a copy of all with one secret set, or removed by nil.
func (f *file) changedLocked(name string, b []byte) map[string][]byte {
	all := make(map[string][]byte, len(f.all)+1)
	for n, v := range f.all {
		if n != name {
			all[n] = v
		}
	}
	if b != nil {
		all[name] = b
	}
	return all
}

func (f *file) Get(name string) (Value, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, ok := f.all[name]
	if !ok {
		return Value{}, fmt.Errorf("read the secret %s from %s: %w", name, f.path, ErrNotFound)
	}
	return Value{b}, nil
}

func (f *file) Put(name string, v Value) error {
	if err := checkPut(name, v); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.saveLocked(f.changedLocked(name, v.b)); err != nil {
		return fmt.Errorf("keep the secret %s in %s: %w", name, f.path, err)
	}
	return nil
}

func (f *file) Delete(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.all[name]; !ok {
		return nil
	}
	if err := f.saveLocked(f.changedLocked(name, nil)); err != nil {
		return fmt.Errorf("remove the secret %s from %s: %w", name, f.path, err)
	}
	return nil
}

func (f *file) Place() string { return "the encrypted file " + f.path }

func (f *file) Weakness() string {
	if f.weak {
		return "the key of " + f.path + " lies beside it: whoever can read that folder has the authority's key; use the system's keychain, or set a passphrase"
	}
	return ""
}
