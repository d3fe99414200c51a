package mqttlink

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// waitLimit is how long a test waits for something that will happen.
const waitLimit = 15 * time.Second

// mosquitto is a real broker in a process of its own.
type mosquitto struct {
	t      *testing.T
	config string
	port   string
	cmd    *exec.Cmd
	log    string
}

// startMosquitto starts a broker on a free port, with the given lines of
// configuration for its listener.
func startMosquitto(t *testing.T, lines ...string) *mosquitto {
	t.Helper()
	if _, err := exec.LookPath(mosquittoPath()); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("mosquitto is not installed, and CI must not skip this test")
		}
		t.Skip("mosquitto is not installed")
	}
	dir := t.TempDir()
	m := &mosquitto{t: t, config: filepath.Join(dir, "mosquitto.conf"), port: freePort(t), log: filepath.Join(dir, "log")}
	text := "user root\nlog_type all\nlistener " + m.port + " 127.0.0.1\n"
	if len(lines) == 0 {
		lines = []string{"allow_anonymous true"}
	}
	for _, l := range lines {
		text += l + "\n"
	}
	if err := os.WriteFile(m.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m.start()
	t.Cleanup(m.kill)
	return m
}

func mosquittoPath() string {
	if path, err := exec.LookPath("mosquitto"); err == nil {
		return path
	}
	return "/usr/sbin/mosquitto"
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func (m *mosquitto) start() {
	m.t.Helper()
	log, err := os.OpenFile(m.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		m.t.Fatal(err)
	}
	defer log.Close()
	m.cmd = exec.Command(mosquittoPath(), "-c", m.config, "-v")
	m.cmd.Stdout, m.cmd.Stderr = log, log
	if err := m.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	eventually(m.t, "mosquitto listens", func() bool {
		conn, err := net.Dial("tcp", m.address())
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

func (m *mosquitto) kill() {
	if m.cmd != nil {
		_ = m.cmd.Process.Kill()
		_ = m.cmd.Wait()
		m.cmd = nil
	}
	if m.t.Failed() {
		if b, err := os.ReadFile(m.log); err == nil {
			m.t.Logf("mosquitto says:\n%s", b)
		}
	}
}

func (m *mosquitto) address() string { return "127.0.0.1:" + m.port }

// passwords writes a password file for mosquitto.
func passwords(t *testing.T, user, password string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "passwords")
	if out, err := exec.Command("mosquitto_passwd", "-b", "-c", name, user, password).CombinedOutput(); err != nil {
		t.Skipf("mosquitto_passwd: %v: %s", err, out)
	}
	return name
}

// eventually waits until done, or fails the test.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(waitLimit); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// inbox keeps what a sink is given.
type inbox struct {
	mu       sync.Mutex
	messages []model.Message
}

func (b *inbox) sink(batch []model.Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range batch {
		m.Payload = append([]byte(nil), m.Payload...)
		b.messages = append(b.messages, m)
	}
}

func (b *inbox) find(topic string) (found []model.Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.messages {
		if m.Topic == topic {
			found = append(found, m)
		}
	}
	return found
}

// startRemote runs a link with short waits until the test ends.
func startRemote(t *testing.T, p Profile, sink Sink, options ...Option) *Remote {
	t.Helper()
	options = append([]Option{WithBackoff(10*time.Millisecond, 200*time.Millisecond)}, options...)
	r, err := NewRemote(p, sink, options...)
	if err != nil {
		t.Fatal(err)
	}
	run(t, r)
	return r
}

func run(t *testing.T, l Link) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(waitLimit):
			t.Error("Run does not end")
		}
	})
}

func waitUp(t *testing.T, l Link) {
	t.Helper()
	eventually(t, "link is up", func() bool { return l.Status().State == model.LinkUp })
}

// waitError waits until an attempt has failed, and returns why.
func waitError(t *testing.T, l Link) error {
	t.Helper()
	eventually(t, "an attempt fails", func() bool { return l.Status().Err != nil })
	return l.Status().Err
}

func publish(t *testing.T, l Link, topic, payload string, qos byte, retain bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	if _, err := l.Publish(ctx, Outgoing{Topic: topic, Payload: []byte(payload), QoS: qos, Retain: retain}); err != nil {
		t.Fatal(fmt.Errorf("publishing to %s: %w", topic, err))
	}
}
