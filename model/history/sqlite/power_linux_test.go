//go:build amd64 || arm64

package sqlite_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model/history"
)

// TestPowerFailure lets the power fail again and again while batches are written
// and sealed, on a disk that loses what was not synced.
func TestPowerFailure(t *testing.T) {
	l := newLossy(t)
	o := crashing()
	o.VFS = l.name
	s := open(t, filepath.Join(t.TempDir(), "history.db"), o)
	var kept atomic.Int64
	stop, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				ended <- nil
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
				ended <- err
				return
			}
		}
	}()
	r := rand.New(rand.NewPCG(1, 2))
	for i := range atLeast(t, "POWER_FAILURES", 4) {
		for seen := kept.Load(); kept.Load() < seen+int64(r.IntN(8)); {
			time.Sleep(time.Millisecond)
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
	}
	close(stop)
	if err := errors.Join(<-ended, s.Close()); err != nil {
		t.Error(err)
	}
	t.Logf("%d batches", kept.Load())
}

// TestLossyLoses shows that the disk of TestPowerFailure does lose what was not
// synced.
func TestLossyLoses(t *testing.T) {
	l := newLossy(t)
	d := &disk{whole: []byte("old"), pending: []change{{at: 0, data: []byte("new")}}}
	l.files["/x/file"] = d
	dir := t.TempDir()
	if err := l.fail(dir, rand.New(rand.NewPCG(1, 1)), 0, func() {}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "file")); err != nil || string(got) != "old" {
		t.Errorf("%q, %v", got, err)
	}
}
