package secret_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/broker/identity/secret"
)

// inBus tells the test that it runs within a D-Bus session of its own.
const inBus = "PILOTHOUSE_TEST_IN_BUS"

// TestSecretService keeps secrets in a real Secret Service: GNOME's keyring on a
// D-Bus session of the test's own, in a home of its own.
func TestSecretService(t *testing.T) {
	if os.Getenv(inBus) == "" {
		runInBus(t)
		return
	}
	dir := t.TempDir()
	open := func() secret.Store {
		s, err := secret.Open(t.Context(), secret.Options{Service: "pilothouse-test", Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if s.Place() != "the system's keychain" || s.Weakness() != "" {
			t.Fatalf("kept in %s", s.Place())
		}
		return s
	}
	try(t, open(), open)
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("there are files beside the keychain: %v %v", files, err)
	}
	t.Log("kept in a real Secret Service")
}

// runInBus runs the test again in a session with a keyring.
func runInBus(t *testing.T) {
	t.Helper()
	for _, name := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is not installed", name)
			}
			t.Skipf("%s is not installed", name)
		}
	}
	home := t.TempDir()
	cmd := exec.Command("dbus-run-session", "--", "sh", "-c",
		`printf 'a login password\n' | gnome-keyring-daemon --daemonize --unlock --components=secrets >/dev/null && exec "$0" -test.run '^TestSecretService$' -test.v`, os.Args[0])
	cmd.Env = append(os.Environ(), inBus+"=1", "HOME="+home, "XDG_RUNTIME_DIR="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "kept in a real Secret Service") {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestNoKeychain falls back to the file when there is none.
func TestNoKeychain(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
	s, err := secret.Open(t.Context(), secret.Options{Service: "pilothouse-test", Dir: t.TempDir(), Passphrase: phrase("correct horse")})
	if err != nil || !strings.Contains(s.Place(), "encrypted file") {
		t.Fatalf("%v %v", s, err)
	}
}
