package durable

import (
	"fmt"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/pilothouse/pilothouse/broker"
)

// A file that cannot grow is an error each time; nothing that was on disk is lost,
// and when there is room again, commits work.
func TestFileCannotGrow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "broker.db")
	s := open(t, path)
	want := fill(t, s, 100)
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	tight := syscall.Rlimit{Cur: 1 << 20, Max: before.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &tight); err != nil {
		t.Fatal(err)
	}
	full := 0
	value := string(make([]byte, 100_000))
	for i := range 30 {
		key := fmt.Sprintf("more-%03d", i)
		if err := s.Commit([]broker.Change{put(key, value)}); err != nil {
			full++
			continue
		}
		want[key] = value
	}
	deleted := s.Commit([]broker.Change{{Key: []byte("more-000"), Delete: true}})
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if deleted == nil {
		delete(want, "more-000")
	}
	if full == 0 {
		t.Error("the file could grow: the test proves nothing")
	}
	equal(t, load(t, s), want)
	for i := range 30 {
		key := fmt.Sprintf("late-%03d", i)
		if err := s.Commit([]broker.Change{put(key, value)}); err != nil {
			t.Fatal(err)
		}
		want[key] = value
	}
	_ = s.Close()
	s = open(t, path)
	if s.Recovered() != nil {
		t.Errorf("%+v", s.Recovered())
	}
	equal(t, load(t, s), want)
}
