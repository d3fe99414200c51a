package secret

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"
)

// keychainTime is how long the system's keychain may take: it can ask the person
// to unlock it, or not be there and never answer.
const keychainTime = 20 * time.Second

// keychain is the system's: Secret Service, Keychain Access or Credential
// Manager.
type keychain struct{ service string }

// probeName is the secret that is written to find out whether the keychain works.
const probeName = "probe"

// openKeychain returns the system's keychain if it works.
func openKeychain(ctx context.Context, service string) (Store, error) {
	k := keychain{service}
	ctx, cancel := context.WithTimeout(ctx, keychainTime)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- k.probe() }()
	select {
	case err := <-done:
		if err != nil {
			return nil, fmt.Errorf("use the system's keychain: %w", err)
		}
		return k, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("use the system's keychain: it does not answer: %w", ctx.Err())
	}
}

// probe writes, reads and removes a secret.
func (k keychain) probe() error {
	want := NewValue([]byte("does it work?"))
	if err := k.Put(probeName, want); err != nil {
		return err
	}
	got, err := k.Get(probeName)
	if err != nil {
		return err
	}
	if !got.Equal(want) {
		return errors.New("it returns something else than it was given")
	}
	return k.Delete(probeName)
}

func (k keychain) Get(name string) (Value, error) {
	text, err := keyring.Get(k.service, name)
	if errors.Is(err, keyring.ErrNotFound) {
		err = ErrNotFound
	}
	if err != nil {
		return Value{}, fmt.Errorf("read the secret %s from the keychain: %w", name, err)
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return Value{}, fmt.Errorf("read the secret %s from the keychain: it is not as it was written", name)
	}
	return Value{b}, nil
}

func (k keychain) Put(name string, v Value) error {
	if err := checkPut(name, v); err != nil {
		return err
	}
	if err := keyring.Set(k.service, name, base64.StdEncoding.EncodeToString(v.b)); err != nil {
		return fmt.Errorf("keep the secret %s in the keychain: %w", name, err)
	}
	return nil
}

func (k keychain) Delete(name string) error {
	if err := keyring.Delete(k.service, name); err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("remove the secret %s from the keychain: %w", name, err)
	}
	return nil
}

func (k keychain) Place() string    { return "the system's keychain" }
func (k keychain) Weakness() string { return "" }
