package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// TestFullDisk records on a disk of 4 MiB until it is full, makes room, and goes
// on: a full disk is a state, nothing that was kept is lost, and what was not is
// a gap.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("a small tmpfs cannot be mounted here (%v): the full disk is not tried", err)
	}
	defer func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	}()
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, filepath.Join(disk, "history.db"), sqlite.Options{SealMessages: 1 << 30, SealSamples: 1 << 30})
	states := make(chan history.Status, 100)
	r, err := history.NewRecorder(history.Options{
		Store: s, QueueMessages: 500, Interval: time.Millisecond, Retry: 5 * time.Millisecond, OnState: func(st history.Status) { states <- st },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, sent := context.Background(), 0
	record := func(want history.State) history.Status {
		payload := make([]byte, 500)
		deadline := time.Now().Add(time.Minute)
		for time.Now().Before(deadline) {
			select {
			case st := <-states:
				if st.State == want {
					return st
				}
			case <-time.After(time.Millisecond):
				payload[sent%500]++
				r.Record([]model.Message{{Topic: "a", Payload: payload, At: historytest.Start().Add(time.Duration(sent) * time.Second)}})
				sent++
			}
			for range 50 {
				payload[sent%500]++
				r.Record([]model.Message{{Topic: "a", Payload: payload, At: historytest.Start().Add(time.Duration(sent) * time.Second)}})
				sent++
			}
		}
		t.Fatalf("the recorder did not get to %v: %+v", want, r.Status())
		return history.Status{}
	}
	full := record(history.Full)
	if !errors.Is(full.Err, history.ErrFull) {
		t.Errorf("full: %v", full.Err)
	}
	for r.Status().Lost == 0 {
		r.Record([]model.Message{{Topic: "a", Payload: []byte("lost"), At: historytest.Start().Add(time.Duration(sent) * time.Second)}})
		sent++
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	record(history.Recording)
	if err := r.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	st := r.Status()
	messages, _, err := readAll(s)
	if err != nil || uint64(messages) != st.Messages || uint64(sent) != st.Messages+st.Lost {
		t.Errorf("%d messages of %d are there, %+v, %v", messages, sent, st, err)
	}
	gaps := historytest.Must[[]history.Gap](t)(s.Gaps(ctx, historytest.Start(), historytest.Start().Add(1000*time.Hour)))
	lost := uint64(0)
	for _, g := range gaps {
		lost += g.Lost
	}
	if lost != st.Lost || lost == 0 {
		t.Errorf("gaps tell of %d lost, want %d", lost, st.Lost)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
