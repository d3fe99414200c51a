package listen_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/pilothouse/pilothouse/broker/listen"
)

func TestUnixFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "mqtt.sock")
	ln, err := listen.Unix(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != os.ModeSocket|0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	if _, err := listen.Unix(path); err == nil {
		t.Error("a socket in use was taken")
	}
	nc, err := net.Dial("unix", path)
	if err != nil {
		t.Fatalf("the socket does not serve any more: %v", err)
	}
	defer func() { _ = nc.Close() }()
	for range 2 {
		if err := ln.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestUnixStaleFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mqtt.sock")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	_ = dead.Close()
	ln, err := listen.Unix(path)
	if err != nil {
		t.Fatal(err)
	}
	// A file that took the socket's place stays.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	if _, err := listen.Unix(path); err == nil {
		t.Error("a file that is not a socket was replaced")
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "mine" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestMemoryEnds(t *testing.T) {
	ln := listen.Memory()
	waiting, err := ln.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = waiting.Close() }()
	for range 127 {
		nc, err := ln.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = nc.Close() }()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ln.Dial(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("one too many: %v", err)
	}
	for range 2 {
		if err := ln.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := waiting.Read(make([]byte, 1)); err == nil {
		t.Error("a connection that nobody accepted stays open")
	}
	if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if _, err := ln.Dial(t.Context()); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}
