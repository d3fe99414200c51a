package bundle_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/brokertest"
	"github.com/pilothouse/pilothouse/broker/enrol/bundle"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/identity/secret"
	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	brokertest.Eventually(t, what, patience, ok)
}

// tool finds a program, and skips the test without it, except in CI.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	absent(t, name)
	return ""
}

func absent(t testing.TB, name string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("%s is not installed", name)
}

// hub is a broker with a registry of identities, which listens with TLS.
type hub struct {
	registry *identity.Registry
	port     int

	mu  sync.Mutex
	got []message
}

type message struct {
	topic, payload, publisher string
	tls                       bool
}

func newHub(t testing.TB) *hub {
	t.Helper()
	r, err := identity.Open(identity.Options{Dir: filepath.Join(t.TempDir(), "registry"), Secrets: secret.Memory()})
	if err != nil {
		t.Fatal(err)
	}
	h := &hub{registry: r}
	b := broker.New(broker.Options{Access: r})
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.port = plain.Addr().(*net.TCPAddr).Port
	config, verify := r.ServerTLS()
	ln, err := listen.TLS(plain, config, verify)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- b.Serve(context.Background(), ln) }()
	local, err := b.Attach(broker.LocalOptions{ClientID: "window", OnMessages: h.note})
	if err != nil {
		t.Fatal(err)
	}
	if err := local.Subscribe("#", 1); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, err := range []error{local.Close(), b.Close(), <-done, r.Close()} {
			if err != nil {
				t.Error(err)
			}
		}
	})
	return h
}

func (h *hub) note(all []model.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range all {
		h.got = append(h.got, message{m.Topic, string(m.Payload), m.Publisher.Name(), m.Publisher.TLS && m.Publisher.Vouched()})
	}
}

func (h *hub) received(want message) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range h.got {
		if m == want {
			return true
		}
	}
	return false
}

// device enrols an identity with a key made here.
func (h *hub) device(t testing.TB, i identity.Identity) bundle.Device {
	t.Helper()
	if err := h.registry.Put(i); err != nil {
		t.Fatal(err)
	}
	cert, key, err := h.registry.IssueKey(i.Name, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	id := i.Name
	if len(i.ClientIDs) > 0 {
		id = i.ClientIDs[0]
	}
	return bundle.Device{Name: i.Name, ClientID: id, Root: i.Root, Host: "127.0.0.1", Port: h.port,
		Key: key, Certificate: cert, Authority: h.registry.Authority().PEM()}
}

// unpack makes the bundle and puts it in a folder.
func unpack(t testing.TB, d bundle.Device) string {
	t.Helper()
	files, err := bundle.Make(d)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), d.Name)
	if err := bundle.SaveDir(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}
