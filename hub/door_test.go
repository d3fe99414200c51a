package hub

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// door opens a door and keeps what comes through it.
func door(t *testing.T, folder string, fault error) (*Door, chan Request) {
	t.Helper()
	dir, err := OpenDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan Request, 8)
	d, err := OpenDoor(dir, func(r Request) error { got <- r; return fault })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(d.Close(), d.Close(), dir.Close()); err != nil {
			t.Error(err)
		}
	})
	return d, got
}

func TestDoorTakesRequests(t *testing.T) {
	for name, folder := range map[string]string{
		"socket":   t.TempDir(),
		"loopback": filepath.Join(t.TempDir(), strings.Repeat("a-folder-whose-path-is-too-long-for-a-socket/", 3)),
	} {
		t.Run(name, func(t *testing.T) {
			d, got := door(t, folder, nil)
			if network := d.listener.Addr().Network(); (network == "unix") != (name == "socket") {
				t.Errorf("the door is at %s", network)
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			want := Request{File: "/a/b.pilothouse", Link: "mqtt://h"}
			if err := Knock(ctx, folder, want); err != nil {
				t.Fatal(err)
			}
			if r := <-got; r != want {
				t.Errorf("came %+v, want %+v", r, want)
			}
			i, err := os.Stat(filepath.Join(folder, signName))
			if err != nil || i.Mode().Perm() != 0o600 {
				t.Errorf("the sign is %v, %v", i, err)
			}
			if _, err := OpenDir(folder); !errors.Is(err, ErrInUse) {
				t.Errorf("the folder is free: %v", err)
			}
		})
	}
}

func TestDoorTellsWhatCannotBeDone(t *testing.T) {
	folder := t.TempDir()
	door(t, folder, errors.New("it is broken"))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := Knock(ctx, folder, Request{}); err == nil || err.Error() != "it is broken" {
		t.Errorf("said %v", err)
	}
}

// TestDoorKeepsStrangersOut comes without the secret, with too much, and with
// silence.
func TestDoorKeepsStrangersOut(t *testing.T) {
	d, got := door(t, t.TempDir(), nil)
	for name, line := range map[string]string{
		"no secret": "{}\n", "a wrong secret": `{"secret":"` + strings.Repeat("0", 32) + `","request":{"link":"mqtt://h"}}` + "\n",
		"no JSON": "hello\n", "too much": strings.Repeat("x", maxVisit+1),
	} {
		c, err := net.Dial(d.listener.Addr().Network(), d.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(patience))
		_, _ = c.Write([]byte(line)) // it may be closed before all is written
		b := make([]byte, 64)
		if n, err := c.Read(b); n > 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: answered %q, %v", name, b[:n], err)
		}
		_ = c.Close()
	}
	select {
	case r := <-got:
		t.Errorf("a stranger's request was done: %+v", r)
	default:
	}
}

// TestKnockAtNobodys gives up in time, and waits for a program that is starting.
func TestKnockAtNobodys(t *testing.T) {
	folder := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := Knock(ctx, folder, Request{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("said %v", err)
	}
	bad, err := json.Marshal(sign{"udp", "127.0.0.1:1", "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, signName), bad, 0o600); err != nil {
		t.Fatal(err)
	}
	long, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- Knock(long, folder, Request{Link: "mqtt://h"}) }()
	_, got := door(t, folder, nil)
	if r := <-got; r.Link != "mqtt://h" {
		t.Errorf("came %+v", r)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
