//go:build linux

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// need skips a test without a program it needs, or fails it when CI is set.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	for _, folder := range []string{"/usr/sbin", "/usr/local/sbin"} { // where Debian keeps the broker
		if path, err := exec.LookPath(filepath.Join(folder, name)); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s not installed: run scripts/setup test", name)
	}
	t.Skipf("%s not installed: run scripts/setup test", name)
	return ""
}

// publish sends a message with the tool that people have.
func publish(t *testing.T, address string, args ...string) {
	t.Helper()
	host, port := split(t, address)
	ctx, cancel := context.WithTimeout(context.Background(), desktop.Deadline)
	defer cancel()
	args = append([]string{"-h", host, "-p", port, "-q", "1"}, args...)
	if out, err := exec.CommandContext(ctx, need(t, "mosquitto_pub"), args...).CombinedOutput(); err != nil {
		t.Fatalf("mosquitto_pub %v: %v: %s", args, err, out)
	}
}

// heard is what a subscriber has written so far.
type heard struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(p)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// mosquitto is a broker of another make.
type mosquitto struct {
	t       *testing.T
	address string
	stop    func()
}

func newMosquitto(t *testing.T) *mosquitto {
	t.Helper()
	m := &mosquitto{t: t, address: freeAddress(t)}
	m.start()
	return m
}

// start starts it, again on the same port, and waits until it listens.
func (m *mosquitto) start() {
	m.t.Helper()
	host, port := split(m.t, m.address)
	config := filepath.Join(m.t.TempDir(), "mosquitto.conf")
	text := fmt.Sprintf("listener %s %s\nallow_anonymous true\n", port, host)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
	said := &heard{}
	m.stop = run(m.t, exec.Command(need(m.t, "mosquitto"), "-c", config), said)
	ctx, cancel := context.WithTimeout(context.Background(), desktop.Deadline)
	defer cancel()
	err := desktop.Until(ctx, "mosquitto to listen", func() (bool, error) {
		c, err := net.DialTimeout("tcp", m.address, time.Second)
		if err != nil {
			return false, nil //nolint:nilerr // it does not listen yet
		}
		return true, c.Close()
	})
	if err != nil {
		m.t.Fatalf("%v; it said:\n%s", err, said)
	}
}

// run runs a command until stop is called or the test ends.
func run(t *testing.T, command *exec.Cmd, out *heard) (stop func()) {
	t.Helper()
	command.Stdout, command.Stderr = out, out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // how a command ends that was killed tells nothing
	})
	t.Cleanup(stop)
	return stop
}

func split(t *testing.T, address string) (host, port string) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}
