package secret_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/broker/identity/secret"
)

const planted = "planted-secret-4711"

// TestValueDoesNotShowItself prints and encodes a value in every way.
func TestValueDoesNotShowItself(t *testing.T) {
	v := secret.NewValue([]byte(planted))
	type holder struct {
		V secret.Value
		P *secret.Value
	}
	var said bytes.Buffer
	for _, x := range []any{v, &v, holder{v, &v}, []secret.Value{v}, map[string]secret.Value{"a": v}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
			fmt.Fprintf(&said, verb+"\n", x)
		}
		if err := json.NewEncoder(&said).Encode(x); err != nil {
			t.Fatal(err)
		}
		slog.New(slog.NewJSONHandler(&said, nil)).Info("a", "x", x)
		slog.New(slog.NewTextHandler(&said, nil)).Info("a", "x", x)
	}
	if err := gob.NewEncoder(&said).Encode(v); err != nil {
		t.Fatal(err)
	}
	_ = func() (err error) {
		defer func() { fmt.Fprint(&said, recover()) }()
		panic(v)
	}()
	hex := fmt.Sprintf("%x", planted)
	for _, s := range []string{planted, hex, strings.ToUpper(hex), strings.Trim(fmt.Sprint([]byte(planted)), "[]")} {
		if strings.Contains(said.String(), s) {
			t.Errorf("it says %s:\n%s", s, said.String())
		}
	}
	if !v.Equal(secret.NewValue([]byte(planted))) || v.Equal(secret.Value{}) || string(v.Reveal()) != planted {
		t.Error("the value itself is wrong")
	}
}

func phrase(s string) func(context.Context) (secret.Value, error) {
	return func(context.Context) (secret.Value, error) { return secret.NewValue([]byte(s)), nil }
}

func open(t testing.TB, dir string, ask func(context.Context) (secret.Value, error)) secret.Store {
	t.Helper()
	s, err := secret.Open(t.Context(), secret.Options{Service: "pilothouse-test", Dir: dir, NoKeychain: true, Passphrase: ask})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// try exercises a store; reopen opens the same once more.
func try(t *testing.T, s secret.Store, reopen func() secret.Store) {
	t.Helper()
	v := secret.NewValue([]byte(planted))
	if _, err := s.Get("one"); !errors.Is(err, secret.ErrNotFound) {
		t.Errorf("nothing there: %v", err)
	}
	if err := errors.Join(s.Put("one", v), s.Put("two", secret.NewValue([]byte{0, 255})), s.Put("two", secret.NewValue([]byte{1}))); err != nil {
		t.Fatal(err)
	}
	s = reopen()
	for name, want := range map[string]secret.Value{"one": v, "two": secret.NewValue([]byte{1})} {
		if got, err := s.Get(name); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := errors.Join(s.Delete("one"), s.Delete("one")); err != nil {
		t.Fatal(err)
	}
	if _, err := reopen().Get("one"); !errors.Is(err, secret.ErrNotFound) {
		t.Errorf("deleted: %v", err)
	}
	for _, name := range []string{"", "a/b", "..\\x", strings.Repeat("a", 65)} {
		if err := s.Put(name, v); err == nil {
			t.Errorf("the name %q was taken", name)
		}
	}
	for _, b := range [][]byte{nil, make([]byte, secret.MaxBytes+1)} {
		if err := s.Put("x", secret.NewValue(b)); err == nil {
			t.Errorf("%d bytes were taken", len(b))
		}
	}
	if s.Place() == "" {
		t.Error("it does not say where it is")
	}
}

func TestStores(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		s := secret.Memory()
		try(t, s, func() secret.Store { return s })
	})
	t.Run("passphrase", func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir, phrase("correct horse"))
		if s.Weakness() != "" {
			t.Error(s.Weakness())
		}
		try(t, s, func() secret.Store { return open(t, dir, phrase("correct horse")) })
	})
	t.Run("key file", func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir, nil)
		if s.Weakness() == "" {
			t.Error("a key beside its lock is not said to be weak")
		}
		try(t, s, func() secret.Store { return open(t, dir, phrase("")) })
	})
	t.Run("environment", func(t *testing.T) {
		dir := t.TempDir()
		t.Setenv("PILOTHOUSE_TEST_PASSPHRASE", "correct horse")
		try(t, open(t, dir, secret.PassphraseFrom("PILOTHOUSE_TEST_PASSPHRASE")), func() secret.Store { return open(t, dir, phrase("correct horse")) })
	})
}

// TestSealedFile looks at what is on disk, and opens it wrongly.
func TestSealedFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	s := open(t, dir, phrase("correct horse"))
	if err := s.Put("one", secret.NewValue([]byte(planted))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "secrets.sealed")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte("planted")) || bytes.Contains(b, []byte("one")) || bytes.Contains(b, []byte("correct")) {
		t.Errorf("it can be read: %s", b)
	}
	for file, mode := range map[string]os.FileMode{dir: 0o700, path: 0o600} {
		if i, err := os.Stat(file); err != nil || i.Mode().Perm() != mode {
			t.Errorf("%s: %v %v", file, i.Mode(), err)
		}
	}
	fails := func(what string, ask func(context.Context) (secret.Value, error), want error) {
		t.Helper()
		_, err := secret.Open(t.Context(), secret.Options{Dir: dir, NoKeychain: true, Passphrase: ask})
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v", what, err)
		}
		if err != nil && strings.Contains(err.Error(), "battery") {
			t.Errorf("%s: the error says the passphrase", what)
		}
	}
	fails("another passphrase", phrase("battery staple"), secret.ErrWrongPassphrase)
	fails("none", nil, nil)
	given := errors.New("the person gave up")
	fails("given up", func(context.Context) (secret.Value, error) { return secret.Value{}, given }, given)
	for name, change := range map[string]func(map[string]any){
		"newer":       func(m map[string]any) { m["format"] = 2 },
		"no format":   func(m map[string]any) { m["format"] = 0 },
		"cheap":       func(m map[string]any) { m["passes"] = 1 },
		"dear":        func(m map[string]any) { m["memory_kib"] = 1 << 30 },
		"short nonce": func(m map[string]any) { m["nonce"] = "AAAA" },
		"no salt":     func(m map[string]any) { delete(m, "salt") },
		"changed":     func(m map[string]any) { m["box"] = "AAAA" + m["box"].(string)[4:] },
	} {
		var m map[string]any
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		change(m)
		changed, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		fails(name, phrase("correct horse"), nil)
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, changed) {
			t.Errorf("%s: the file was changed: %v", name, err)
		}
	}
	if err := os.WriteFile(path, b[:len(b)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	fails("half", phrase("correct horse"), nil)
}

// TestLostKeyFile opens a sealed file without the key beside it.
func TestLostKeyFile(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir, nil).Put("one", secret.NewValue([]byte(planted))); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "secrets.sealed.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Open(t.Context(), secret.Options{Dir: dir, NoKeychain: true}); err == nil {
		t.Error("a new key was made for an old file")
	}
	if _, err := os.Stat(filepath.Join(dir, "secrets.sealed.key")); err == nil {
		t.Error("a key file was made")
	}
}
