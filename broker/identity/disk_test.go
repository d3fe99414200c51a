package identity_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/identity/secret"
)

// open opens a registry in dir.
func open(t testing.TB, dir string, keep secret.Store) *identity.Registry {
	t.Helper()
	r, err := identity.Open(identity.Options{Dir: dir, Secrets: keep})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// TestRegistryIsKept changes everything and opens it again.
func TestRegistryIsKept(t *testing.T) {
	dir, keep := filepath.Join(t.TempDir(), "identity"), secret.Memory()
	r := open(t, dir, keep)
	steps := []error{
		r.Put(ferry("wight-sun")), r.SetPassword("wight-sun", right), r.Ban(identity.Ban{Of: identity.BanClientID, Value: "noisy"}),
		r.Ignore("a key"), r.SetPolicy(identity.DefaultPolicy()), r.Put(ferry("gone")), r.Revoke("gone", "sold"),
	}
	if err := errors.Join(steps...); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Invite(identity.Invitation{For: ferry("third")}); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%+v %+v %+v %+v %+v %s", r.List(), r.Bans(), r.Ignored(), r.Policy(), r.Invitations(), r.Authority().Fingerprint())
	if _, err := identity.Open(identity.Options{Dir: dir, Secrets: keep}); !errors.Is(err, identity.ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	if err := r.Put(ferry("late")); err == nil {
		t.Error("a closed registry was changed")
	}
	r = open(t, dir, keep)
	if got := fmt.Sprintf("%+v %+v %+v %+v %+v %s", r.List(), r.Bans(), r.Ignored(), r.Policy(), r.Invitations(), r.Authority().Fingerprint()); stripTimes(got) != stripTimes(want) {
		t.Errorf("read\n%s\nwrote\n%s", got, want)
	}
}

// stripTimes takes the monotonic readings and zones out, and pointers.
func stripTimes(s string) string {
	var words []string
	for word := range strings.FieldsSeq(s) {
		if !strings.HasPrefix(word, "m=") && !strings.Contains(word, "0x") && !strings.Contains(word, "UTC") && !strings.Contains(word, "+0000") {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// TestModes looks at who may read what is on disk (row 31).
func TestModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "identity")
	keep, err := secret.Open(t.Context(), secret.Options{Dir: dir, NoKeychain: true})
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, dir, keep)
	if err := r.Put(ferry("wight-sun")); err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		i, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if i.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, i.Mode())
		}
		return nil
	})
	if err != nil || files < 4 {
		t.Errorf("%d files: %v", files, err)
	}
}

// TestDamagedAndNewerAreNotTouched opens registries that cannot be read.
func TestDamagedAndNewerAreNotTouched(t *testing.T) {
	dir, keep := t.TempDir(), secret.Memory()
	r := open(t, dir, keep)
	if err := r.Put(ferry("wight-sun")); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "registry.json")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"empty":            {},
		"half":             good[:len(good)/2],
		"not JSON":         []byte("\x00\x01\x02"),
		"an empty object":  []byte("{}"),
		"no authority":     bytes.Replace(good, []byte(`"der"`), []byte(`"red"`), 1),
		"a wildcard":       bytes.ReplaceAll(good, []byte("solent/ferries/wight-sun"), []byte("solent/+")),
		"another's name":   bytes.Replace(good, []byte(`"wight-sun": {`), []byte(`"third": {`), 1),
		"newer":            bytes.Replace(good, []byte(`"format": 1`), []byte(`"format": 2`), 1),
		"a placeholder":    bytes.Replace(good, []byte("{root}/#"), []byte("{rot}/#"), 1),
		"a password hash?": bytes.Replace(good, []byte(`"role": "device",`), []byte(`"role": "device", "password": "plain",`), 1),
	} {
		if bytes.Equal(b, good) {
			t.Fatalf("%s: nothing was changed", name)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := identity.Open(identity.Options{Dir: dir, Secrets: keep})
		var damaged *identity.DamagedError
		var newer *identity.NewerFormatError
		if name == "newer" && !errors.As(err, &newer) || name != "newer" && !errors.As(err, &damaged) {
			t.Errorf("%s: %v", name, err)
		}
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, b) {
			t.Errorf("%s: the file was changed: %v", name, err)
		}
	}
	aside, err := identity.SetAside(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(aside); err != nil {
		t.Error(err)
	}
	if got := open(t, dir, keep).List(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestLostKey opens a registry whose authority's key is gone.
func TestLostKey(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir, secret.Memory())
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Open(identity.Options{Dir: dir, Secrets: secret.Memory()}); !errors.Is(err, secret.ErrNotFound) {
		t.Error(err)
	}
}

// TestDiskFull has the registry unable to write: nothing changes.
func TestDiskFull(t *testing.T) {
	if os.Getuid() == 0 {
		dir := t.TempDir()
		r := open(t, dir, secret.Memory())
		if err := os.RemoveAll(dir); err != nil { // root may write anywhere but where nothing is
			t.Fatal(err)
		}
		before := r.Generation()
		if err := r.Put(ferry("wight-sun")); err == nil {
			t.Error("kept nowhere")
		}
		if _, ok := r.Get("wight-sun"); ok || r.Generation() != before {
			t.Error("it is in force, but not on disk")
		}
		return
	}
	dir := t.TempDir()
	r := open(t, dir, secret.Memory())
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if err := r.Put(ferry("wight-sun")); err == nil {
		t.Error("kept nowhere")
	}
	if _, ok := r.Get("wight-sun"); ok {
		t.Error("it is in force, but not on disk")
	}
}

// TestSecretsAreNotSaid plants secrets and searches whatever can be printed or
// lies on disk (rows 31 and 32).
func TestSecretsAreNotSaid(t *testing.T) {
	const planted = "planted-password-4711"
	h := newHouse(t)
	h.put(ferry("wight-sun"))
	if err := h.r.SetPassword("wight-sun", planted); err != nil {
		t.Fatal(err)
	}
	token, err := h.r.Invite(identity.Invitation{For: ferry("third")})
	if err != nil {
		t.Fatal(err)
	}
	h.come(visit{id: "wight-sun", user: "wight-sun", password: planted})
	h.refused(visit{id: "wight-sun", user: "wight-sun", password: planted + "?"})
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	h.mu.Lock()
	for _, e := range h.seen {
		fmt.Fprintf(&said, "%v %+v %#v\n", e, e, e)
	}
	for _, e := range h.events {
		fmt.Fprintf(&said, "%+v\n", e)
	}
	h.mu.Unlock()
	for _, i := range h.r.List() {
		log.Info("identity", "it", i)
		fmt.Fprintf(&said, "%v %+v %#v\n", i, i, i)
		if err := json.NewEncoder(&said).Encode(i); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Fprintf(&said, "%+v\n", h.r.Invitations())
	disk, err := os.ReadFile(filepath.Join(h.dir, "registry.json"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := h.secrets.Get(keyName(t, disk))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&said, "%v %+v %#v %s %x\n", key, key, key, key, key)
	log.Info("key", "it", key)
	for what, s := range map[string]string{"a password": planted, "a token": token, "the key": string(key.Reveal()), "a hash": "$argon2id"} {
		if strings.Contains(said.String(), s) {
			t.Errorf("%s is said", what)
		}
		if what != "a hash" && bytes.Contains(disk, []byte(s)) {
			t.Errorf("%s is on disk", what)
		}
	}
	if bytes.Contains(disk, []byte("PRIVATE KEY")) || !bytes.Contains(disk, []byte("$argon2id")) {
		t.Error("the disk has a private key, or not the hash")
	}
}

func keyName(t *testing.T, disk []byte) string {
	t.Helper()
	var d struct{ Authority struct{ Secret string } }
	if err := json.Unmarshal(disk, &d); err != nil {
		t.Fatal(err)
	}
	return d.Authority.Secret
}

// TestInvitations uses tokens as they should not be.
func TestInvitations(t *testing.T) {
	h := newHouse(t)
	token, err := h.r.Invite(identity.Invitation{For: ferry("third")})
	if err != nil {
		t.Fatal(err)
	}
	if open := h.r.Invitations(); len(open) != 1 || open[0].For.Name != "third" || open[0].ID == "" || strings.Contains(token, open[0].ID) {
		t.Errorf("%+v", open)
	}
	for _, wrong := range []string{"", token + "x", strings.ToLower(token), token[:len(token)-1]} {
		if _, err := h.r.Redeem(wrong); !errors.Is(err, identity.ErrUnknownInvitation) || !errors.Is(err, identity.ErrInvitation) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if i, err := h.r.Redeem(token); err != nil || i.For.Root != "solent/ferries/third" {
		t.Errorf("%+v %v", i, err)
	}
	if _, err := h.r.Redeem(token); !errors.Is(err, identity.ErrUsedInvitation) {
		t.Errorf("used twice: %v", err)
	}
	late, err := h.r.Invite(identity.Invitation{})
	if err != nil {
		t.Fatal(err)
	}
	h.clock.advance(10*60*1e9 + 1)
	if _, err := h.r.Redeem(late); !errors.Is(err, identity.ErrExpiredInvitation) {
		t.Errorf("used after ten minutes: %v", err)
	}
	withdrawn, err := h.r.Invite(identity.Invitation{})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.r.Withdraw(h.r.Invitations()[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.r.Redeem(withdrawn); !errors.Is(err, identity.ErrUnknownInvitation) {
		t.Errorf("a withdrawn invitation: %v", err)
	}
	for _, c := range []struct {
		token string
		want  error
	}{{late, identity.ErrExpiredInvitation}, {token, identity.ErrUsedInvitation}} { // written down meanwhile
		if _, err := h.r.Redeem(c.token); !errors.Is(err, c.want) {
			t.Errorf("%v, not %v", err, c.want)
		}
	}
	h.clock.advance(25 * time.Hour)
	for _, old := range []string{late, token} {
		if _, err := h.r.Redeem(old); !errors.Is(err, identity.ErrUnknownInvitation) {
			t.Errorf("a day later: %v", err)
		}
	}
}
