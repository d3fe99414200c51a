package hub

import (
	"net"
	"strconv"
	"strings"
	"testing"
)

// hold opens the address until the test ends.
func hold(t *testing.T, address string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func portOf(t *testing.T, l net.Listener) int {
	t.Helper()
	return l.Addr().(*net.TCPAddr).Port
}

func TestListenNear(t *testing.T) {
	free, moved, err := listenNear(t.Context(), "127.0.0.1:0")
	if err != nil || moved != nil {
		t.Fatalf("any port: %v, %v", moved, err)
	}
	defer free.Close()
	taken := portOf(t, free)
	next, moved, err := listenNear(t.Context(), free.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if got := portOf(t, next); got <= taken || got > taken+nearPorts {
		t.Errorf("port %d instead of %d", got, taken)
	}
	if moved == nil || !strings.Contains(moved.Error(), strconv.Itoa(taken)) || !strings.Contains(moved.Error(), strconv.Itoa(portOf(t, next))) {
		t.Errorf("what there is to say of the ports %d and %d is %v", taken, portOf(t, next), moved)
	}
}

func TestListenNearRefuses(t *testing.T) {
	for address, says := range map[string]string{
		"127.0.0.1:mqtt":    "0 to 65535",
		"127.0.0.1:70000":   "0 to 65535",
		"127.0.0.1:-1":      "0 to 65535",
		"203.0.113.1:0":     "--listen", // TEST-NET-3: no machine has it
		"no host:1883":      "--listen",
		"127.0.0.1":         "missing port",
		"ff02::1:3:1883:80": "too many colons",
	} {
		l, _, err := listenNear(t.Context(), address)
		if err == nil {
			_ = l.Close()
			t.Errorf("%s was opened", address)
		} else if !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %q does not say %q", address, err, says)
		}
	}
}

// TestListenNearAllTaken occupies a port and all that would be tried after it.
func TestListenNearAllTaken(t *testing.T) {
	first := runOfPorts(t)
	l, _, err := listenNear(t.Context(), "127.0.0.1:"+strconv.Itoa(first))
	if err == nil {
		_ = l.Close()
		t.Fatal("a port was found among taken ones")
	}
	for _, part := range []string{strconv.Itoa(first), strconv.Itoa(nearPorts), "--listen"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

// runOfPorts takes a port and the nearPorts after it, and returns the first.
func runOfPorts(t *testing.T) int {
	t.Helper()
	for base := 20000; base < 60000; base += nearPorts + 1 {
		var held []net.Listener
		for port := base; port <= base+nearPorts; port++ {
			l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
			if err != nil {
				break
			}
			held = append(held, l)
		}
		t.Cleanup(func() {
			for _, l := range held {
				_ = l.Close()
			}
		})
		if len(held) == nearPorts+1 {
			return base
		}
	}
	t.Skip("this machine has no free run of ports")
	return 0
}

// TestPortTakenIsSaid starts a hub on a port that another program has.
func TestPortTakenIsSaid(t *testing.T) {
	other := hold(t, "127.0.0.1:0")
	h := start(t, func(c *Config) { c.Listen = other.Addr().String() })
	if portOf(t, h.listen) == portOf(t, other) {
		t.Error("two programs have one port")
	}
	if url := h.Link.Status().URL; url != "mqtt://"+h.listen.Addr().String() || h.Moved == nil {
		t.Errorf("devices are sent to %s, and the program listens at %s; it says %v", url, h.listen.Addr(), h.Moved)
	}
}
