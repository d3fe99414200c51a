package attacks

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/identity/secret"
	"github.com/pilothouse/pilothouse/demo/impostor"
)

// searchSecrets uses passwords and keys in all the ways that there are, and then
// looks for them where they must not be: in the folder of the hub, its logs, its
// events and its crash. Without the defence a password is put among the logs: the
// search has to find it.
func searchSecrets(ctx context.Context, w *world) (out impostor.Outcome, err error) {
	_, key, err := w.registry.IssueKey(thiefName, time.Hour)
	if err != nil {
		return out, err
	}
	for _, wrong := range []impostor.Credentials{
		{ClientID: thiefName, Username: thiefName, Password: thiefPassword},
		{ClientID: thiefName, Username: thiefName, Password: thiefPassword + "x"},
		{ClientID: thiefName, Username: victimName, Password: thiefPassword}, // the right one of somebody else
		{ClientID: "someone", Username: "nobody", Password: readerPassword},
		{ClientID: thiefName, Username: thiefPassword, Password: thiefName}, // the wrong way round
		{ClientID: readerPassword, Username: readerPassword, Password: readerPassword},
		{ClientID: readerPassword, Username: thiefName, Password: thiefPassword},
	} {
		if r, _, err := w.login(wrong, true); err == nil {
			_ = r.nc.Close()
		}
	}
	if err := w.spill(ctx); err != nil {
		return out, err
	}
	slog.New(slog.NewTextHandler(&w.logs, nil)).Info("as logged", "thief", w.target.Thief, "target", w.target.Victim)
	fmt.Fprintf(&w.logs, "%v %+v %#v", w.target.Thief, w.target.Thief, w.registry.List())
	crash := crashed(ctx, w.t)
	if w.setup.gullible {
		fmt.Fprintf(&w.logs, "password=%s", thiefPassword)
	}
	places, err := filesOf(w.dir)
	if err != nil {
		return out, err
	}
	places["the log"], places["the events"], places["the crash"] = []byte(w.logs.String()), []byte(w.log.String()), crash
	for place, text := range places {
		if what := leaked(text, key); what != "" {
			return impostor.Outcome{Succeeded: true, Evidence: what + " was found in " + place}, nil
		}
	}
	out.Evidence = fmt.Sprintf("nothing in %d places, %d bytes of crash output among them", len(places), len(crash))
	return out, nil
}

// spill has the thief go away while more is said to it than its queue takes, so
// that the rest is on disk.
func (w *world) spill(ctx context.Context) error {
	r, err := w.let(w.target.Thief, false)
	if err != nil {
		return err
	}
	if code, err := r.subscribe(thiefRoot + "/#"); err != nil || code.Failed() {
		return errors.Join(err, fmt.Errorf("subscribe: %v", code))
	}
	_ = r.nc.Close()
	for deadline := time.Now().Add(patience); w.broker.Stats().SpooledBytes == 0; {
		if time.Now().After(deadline) {
			return errors.New("nothing was spooled, so that this would prove little")
		}
		if err := w.audience.publish(ctx, thiefRoot+"/command/wait", []byte("until it is back")); err != nil {
			return err
		}
	}
	return nil
}

// filesOf reads all files of a folder. Others may not read any of them, but for
// those with some beginnings, which hold no secrets and which the folder hides.
func filesOf(dir string, hidden ...string) (map[string][]byte, error) {
	files := make(map[string][]byte)
	return files, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if loose := info.Mode().Perm() & 0o077; loose != 0 && name != dir && !slices.ContainsFunc(hidden, func(s string) bool { return strings.HasPrefix(d.Name(), s) }) {
			return fmt.Errorf("%s has mode %v: others may read it", d.Name(), info.Mode())
		}
		if info.Mode().IsRegular() {
			files[d.Name()], err = os.ReadFile(name)
		}
		return err
	})
}

// leaked names the planted secret that is in a text.
func leaked(text, keyPEM []byte) string {
	block, _ := pem.Decode(keyPEM)
	// Long enough a part of a key to be that key, whatever is around it.
	part := block.Bytes[len(block.Bytes)/3 : len(block.Bytes)/3+24]
	for name, s := range map[string][]byte{"the key": part, "the key in PEM": bytes.Split(keyPEM, []byte("\n"))[1][20:52],
		"the key in hex": []byte(hex.EncodeToString(part))} {
		if bytes.Contains(text, s) {
			return name
		}
	}
	return leakedWord(text, victimPassword, thiefPassword, readerPassword)
}

// leakedWord names the one of some secrets that is in a text, as it is or in
// base64.
func leakedWord(text []byte, secrets ...string) string {
	for _, s := range secrets {
		if bytes.Contains(text, []byte(s)) {
			return "the secret " + s
		}
		if bytes.Contains(text, []byte(base64.StdEncoding.EncodeToString([]byte(s)))) {
			return "the secret " + s + " in base64"
		}
	}
	return ""
}

// crashVariable has the test binary crash in TestCrash.
const crashVariable = "ATTACKS_CRASH"

// crashed runs a process that crashes with a registry in use, and returns all that
// it says.
func crashed(ctx context.Context, t *testing.T) []byte {
	t.Helper()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestCrash$")
	cmd.Env = append(os.Environ(), crashVariable+"="+t.TempDir(), "GOTRACEBACK=all")
	b, err := cmd.CombinedOutput()
	if err == nil || !bytes.Contains(b, []byte("planned crash")) {
		t.Fatalf("it did not crash as planned: %v\n%s", err, b)
	}
	return b
}

// TestCrash crashes with a password on its way through the registry, when it is
// told to by crashed.
func TestCrash(t *testing.T) {
	dir := os.Getenv(crashVariable)
	if dir == "" {
		return
	}
	keep := secret.Memory()
	r, err := identity.Open(identity.Options{Dir: dir, Secrets: keep})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Put(identity.Identity{Name: thiefName, Root: thiefRoot}); err != nil {
		t.Fatal(err)
	}
	if err := r.SetPassword(thiefName, thiefPassword); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		panic(fmt.Sprintf("planned crash with %v, %+v and %v", keep, r.List(), secret.NewValue([]byte(thiefPassword))))
	}()
	<-done
}
