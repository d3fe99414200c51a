package demo

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// patience is how long a test waits for what is sure to come.
const patience = 20 * time.Second

// startMosquitto runs a real broker on a free loopback port until the test
// ends, and returns its address.
func startMosquitto(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("mosquitto")
	if err != nil {
		path = "/usr/sbin/mosquitto"
		if _, err := os.Stat(path); err != nil {
			t.Skip("needs a real broker: install the package mosquitto")
		}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	_ = free.Close()
	_, port, _ := net.SplitHostPort(addr)
	conf := filepath.Join(t.TempDir(), "mosquitto.conf")
	text := fmt.Sprintf("listener %s 127.0.0.1\nallow_anonymous true\npersistence false\n", port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-c", conf)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(patience); ; {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			_ = c.Close()
			return "mqtt://" + addr
		}
		if time.Now().After(deadline) {
			t.Fatalf("mosquitto does not listen on %s: %v", addr, err)
		}
		time.Sleep(10 * time.Millisecond) // polling, with a deadline
	}
}

// listener is a client that keeps all it hears.
type listener struct {
	client mqtt.Client
	mu     sync.Mutex
	heard  []heard
	news   chan struct{} // has one element after something was heard
}

type heard struct {
	topic    string
	payload  string
	retained bool
}

func listen(t *testing.T, broker, filter string) *listener {
	t.Helper()
	l := &listener{news: make(chan struct{}, 1)}
	l.client = connect(t, broker, "listener-"+strings.NewReplacer("/", "-", "#", "all").Replace(filter))
	token := l.client.Subscribe(filter, 1, func(_ mqtt.Client, m mqtt.Message) {
		l.mu.Lock()
		l.heard = append(l.heard, heard{m.Topic(), string(m.Payload()), m.Retained()})
		l.mu.Unlock()
		select {
		case l.news <- struct{}{}:
		default:
		}
	})
	if !token.WaitTimeout(patience) || token.Error() != nil {
		t.Fatalf("subscribe to %s: %v", filter, token.Error())
	}
	return l
}

func connect(t *testing.T, broker, id string) mqtt.Client {
	t.Helper()
	o := mqtt.NewClientOptions().AddBroker(broker).SetClientID(id).SetAutoReconnect(false)
	c := mqtt.NewClient(o)
	if token := c.Connect(); !token.WaitTimeout(patience) || token.Error() != nil {
		t.Fatalf("connect to %s: %v", broker, token.Error())
	}
	t.Cleanup(func() { c.Disconnect(100) })
	return c
}

// mark is how much was heard so far.
func (l *listener) mark() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.heard)
}

// all is everything heard so far.
func (l *listener) all() []heard {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.heard)
}

// await returns the first message after mark that want accepts.
func (l *listener) await(t *testing.T, mark int, what string, want func(heard) bool) heard {
	t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		l.mu.Lock()
		news := l.heard[mark:]
		l.mu.Unlock()
		for _, h := range news {
			if want(h) {
				return h
			}
		}
		mark += len(news)
		select {
		case <-l.news:
		case <-timeout.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func onTopic(topic string) func(heard) bool {
	return func(h heard) bool { return h.topic == topic }
}

func saying(topic, payload string) func(heard) bool {
	return func(h heard) bool { return h.topic == topic && h.payload == payload }
}
