//go:build amd64 || arm64

package sqlite_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// failuresOfOne is how often the power fails while one file is written: all of it is
// read each time, and it grows.
const failuresOfOne = 20

// TestPowerFailure lets the power fail again and again while batches are written
// and sealed, on a disk that loses what was not synced.
func TestPowerFailure(t *testing.T) {
	for failures, file := atLeast(t, "POWER_FAILURES", 4), 0; failures > 0; failures, file = failures-failuresOfOne, file+1 {
		t.Run(strconv.Itoa(file), func(t *testing.T) { failPower(t, uint64(file), min(failures, failuresOfOne)) })
	}
}

// failPower lets the power fail so often while one file is written.
func failPower(t *testing.T, seed uint64, failures int) {
	t.Helper()
	l := newLossy(t)
	o := crashing()
	o.VFS = l.name
	s := open(t, filepath.Join(t.TempDir(), "history.db"), o)
	var kept atomic.Int64
	ended := writeOn(t, s, &kept)
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range failures {
		for enough := kept.Load() + int64(r.IntN(8)); kept.Load() < enough; time.Sleep(time.Millisecond) {
			select {
			case err := <-ended:
				t.Fatalf("the writing ended: %v", err)
			default:
			}
		}
		dir := t.TempDir()
		var want int64
		if err := l.fail(dir, r, float64(i%3)/2, func() { want = kept.Load() }); err != nil {
			t.Fatal(err)
		}
		after := open(t, filepath.Join(dir, "history.db"), crashing())
		if got := batches(t, after); int64(got) < want {
			t.Errorf("after power failure %d there are %d batches, %d were on disk", i, got, want)
		}
		if after.Recovered() != nil {
			t.Errorf("after power failure %d the file was damaged: %v", i, after.Recovered())
		}
		if err := after.Close(); err != nil {
			t.Error(err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	}
	runtime.GC() // the layer outlives it, as the store is still to be closed
}

// writeOn writes and seals batches until the test has ended, counts them, and then
// closes the store. An error ends it, too.
func writeOn(t *testing.T, s *sqlite.Store, kept *atomic.Int64) (ended <-chan error) {
	t.Helper()
	stop, failed, done := make(chan struct{}), make(chan error, 1), make(chan struct{})
	go func() {
		defer close(done)
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			err := s.Write(context.Background(), numbered(n))
			if err == nil {
				kept.Store(int64(n + 1))
				if n%5 == 0 {
					err = s.Maintain(context.Background(), time.Now(), history.Retention{})
				}
			}
			if err != nil {
				failed <- err
				return
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		<-done
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		select {
		case err := <-failed:
			t.Error(err)
		default:
		}
		t.Logf("%d batches", kept.Load())
	})
	return failed
}

// TestLossyLoses shows that the disk of TestPowerFailure does lose what was not
// synced.
func TestLossyLoses(t *testing.T) {
	l := newLossy(t)
	d := &disk{whole: []byte("old"), pending: []change{{at: 0, data: []byte("new")}}}
	l.files["/x/file"] = d
	if got := l.afterFailure(t, "file"); got != "old" {
		t.Errorf("%q", got)
	}
}

// TestLossyUnlinked shows that a file whose name is deleted while it is open stays
// what it is to who has it open, and that the name leads to another one.
func TestLossyUnlinked(t *testing.T) {
	l := newLossy(t)
	path := filepath.Join(t.TempDir(), "log")
	old := l.openFile(t, path)
	old.write("old")
	l.deleteFile(t, path)
	old.write("old, longer")
	fresh := l.openFile(t, path)
	fresh.write("new")
	fresh.sync()
	old.sync()
	if got := l.afterFailure(t, "log"); got != "new" {
		t.Errorf("the name leads to %q", got)
	}
	old.close()
	fresh.close()
}

// afterFailure is what is in a file when the power fails now and nothing is kept
// that was not synced.
func (l *lossy) afterFailure(t *testing.T, base string) string {
	t.Helper()
	dir := t.TempDir()
	if err := l.fail(dir, rand.New(rand.NewPCG(1, 1)), 0, func() {}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, base))
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}
