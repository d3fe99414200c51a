//go:build !hub

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/uitest"
)

// TestMain checks that a program that was closed leaves nothing running. What
// runs before the first test is the desktop driver's, since the program was
// loaded.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

// patience is how long a test waits for what must happen.
const patience = time.Minute

// eventually polls until ok.
func eventually(t testing.TB, what string, limit time.Duration, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within %v", what, limit)
		}
	}
}

// start runs a whole program but for its window's showing, on a port and a data
// folder of its own, and closes it with the test.
func start(t *testing.T, change func(*Config)) (*Program, *uitest.App) {
	t.Helper()
	c := Config{Config: hub.Config{DemoSet: true, DemoSpeed: 10, DataDir: t.TempDir(), Listen: "127.0.0.1:0", NoKeychain: true}}
	if change != nil {
		change(&c)
	}
	a := uitest.New(t)
	p, err := New(c, a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("close the program: %v", err)
		}
	})
	eventually(t, "link to the broker", patience, func() bool { return p.Link.Status().State == model.LinkUp })
	return p, a
}

// tool is the path of one of mosquitto's programs; without it the test is
// skipped, though not where all tests must run.
func tool(t *testing.T, name string) string {
	t.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed, and this test must not be skipped here", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// publish sends a message with mosquitto_pub, a process of its own.
func publish(t *testing.T, address, topic, payload string) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool(t, "mosquitto_pub"), "-h", host, "-p", port, "-t", topic, "-m", payload, "-q", "1").CombinedOutput()
	if err != nil {
		t.Fatalf("mosquitto_pub: %v: %s", err, out)
	}
}

// startMosquitto runs mosquitto on a free port of this machine's own and returns
// its address.
func startMosquitto(t *testing.T) string {
	t.Helper()
	path := tool(t, "mosquitto")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	config := filepath.Join(t.TempDir(), "mosquitto.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, "listener %s 127.0.0.1\nallow_anonymous true\n", port), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-c", config)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()         // says only that it was killed
	})
	eventually(t, "mosquitto", patience, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			err = c.Close()
		}
		return err == nil
	})
	return address
}

// device is what the program knows of a device.
func device(p *Program, root string) (model.DeviceInfo, bool) { return p.Store.Device(root, 8) }

// address is where devices connect, host:port.
func address(p *Program) string { return strings.TrimPrefix(p.Address, "mqtt://") }
