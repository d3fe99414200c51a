package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Options say where secrets are kept.
type Options struct {
	// Service is the name under which the keychain files the secrets.
	Service string
	// Dir is the folder of the encrypted file. It is made with mode 0700.
	Dir string
	// NoKeychain leaves the system's keychain alone.
	NoKeychain bool
	// Passphrase returns the passphrase of the encrypted file; it may ask a
	// person. It is called once, and only when the file is used. Nil, or an
	// empty passphrase, means a key file. PassphraseFrom reads the environment.
	Passphrase func(context.Context) (Value, error)
}

// PassphraseFrom returns the passphrase from an environment variable.
func PassphraseFrom(variable string) func(context.Context) (Value, error) {
	return func(context.Context) (Value, error) { return NewValue([]byte(os.Getenv(variable))), nil }
}

// fileName is that of the encrypted file; the key file adds keySuffix.
const (
	fileName  = "secrets.sealed"
	keySuffix = ".key"
)

// Open returns the store to use. A folder that already has an encrypted file
// goes on with that, so that a keychain that comes and goes does not part
// secrets; otherwise it is the system's keychain where that works, and an
// encrypted file where not.
func Open(ctx context.Context, o Options) (Store, error) {
	path := filepath.Join(o.Dir, fileName)
	_, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) && !o.NoKeychain {
		if k, kerr := openKeychain(ctx, o.Service); kerr == nil {
			return k, nil
		}
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("look for kept secrets: %w", err)
	}
	return openFile(ctx, path, o.Passphrase)
}
