//go:build !hub

package main

import (
	"bytes"
	"context"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// lines gathers what a program running at the same time writes.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestHubServes runs the hub without a window, has a device speak to it and be
// refused by it, and ends it.
func TestHubServes(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, log lines
	ended := make(chan int)
	go func() {
		ended <- serveHub(ctx, []string{"--listen", "127.0.0.1:0", "--data-dir", t.TempDir(), "--no-keychain"}, &out, &log)
	}()
	var address string
	eventually(t, "address", patience, func() bool {
		if m := regexp.MustCompile(`mqtt://(\S+)`).FindStringSubmatch(log.String()); m != nil {
			address = m[1]
		}
		return address != ""
	})
	publish(t, address, "kitchen/thermometer", "21.5")
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("GET / HTTP/1.1\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "line about the stranger", patience, func() bool { return strings.Contains(log.String(), "CONNECT") })
	cancel()
	if status := <-ended; status != 0 {
		t.Errorf("it ended with %d: %s", status, log.String())
	}
	if strings.Contains(log.String(), "kitchen") {
		t.Error("a session that came and went is in the log")
	}
}

func TestHubRefusesWhatItCannotDo(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"--listen", "1883"}, 2, "HOST:PORT"},
		{[]string{"--page", "map"}, 2, "page"},
		{[]string{"--listen", "203.0.113.1:1"}, 2, "--insecure-allow-plain"},
		{[]string{"--listen", "203.0.113.1:1", "--insecure-allow-plain", "--data-dir", t.TempDir(), "--no-keychain"}, 1, "--listen"},
		{[]string{"--help"}, 0, "Usage: pilothouse hub"},
	} {
		var out, log lines
		if got := serveHub(t.Context(), c.args, &out, &log); got != c.status || !strings.Contains(log.String(), c.says) {
			t.Errorf("%v: %d and %q, want %d and %q", c.args, got, log.String(), c.status, c.says)
		}
	}
}
