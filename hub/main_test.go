package hub

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/model"
)

// TestMain checks that a hub that was closed leaves nothing running.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = 15 * time.Second

// eventually polls until ok.
func eventually(t testing.TB, what string, limit time.Duration, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within %v", what, limit)
		}
	}
}

// start runs a hub on a port and a data folder of its own, and closes it with
// the test.
func start(t testing.TB, change func(*Config)) *Hub {
	t.Helper()
	c := Config{DemoSet: true, DemoSpeed: 10, DataDir: t.TempDir(), Listen: "127.0.0.1:0", NoKeychain: true}
	if change != nil {
		change(&c)
	}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("close the hub: %v", err)
		}
	})
	eventually(t, "link to the broker", patience, func() bool { return h.Link.Status().State == model.LinkUp })
	return h
}
