package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// TestCheckpoint writes until the log of a history is beyond the bound at which it
// begins anew, goes on, and rests: the log stays near its bound, and is emptied at
// rest.
func TestCheckpoint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := open(t, path, sqlite.Options{SealMessages: 1 << 30, SealSamples: 1 << 30})
	defer func() { _ = s.Close() }()
	size := func() int64 {
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	n := 0
	write := func(mebibytes int) {
		for range mebibytes {
			n++
			payload := make([]byte, 1<<20)
			payload[0] = byte(n)
			b := &history.Batch{Messages: []history.Message{{Message: model.Message{
				Topic: "a", Payload: payload, At: historytest.Start().Add(time.Duration(n) * time.Second),
			}}}}
			if err := s.Write(context.Background(), b); err != nil {
				t.Fatal(err)
			}
		}
	}
	const bound = sqlite.MaxLogPages * 4 >> 10 // MiB
	write(bound + 2)
	if err := s.Checkpoint(context.Background()); err != nil {
		t.Fatal(err)
	}
	write(bound / 2)
	if got := size() >> 20; got > bound+4 {
		t.Errorf("the log did not begin anew: %d MiB", got)
	}
	deadline := time.Now().Add(time.Minute)
	for size() > 0 {
		if time.Now().After(deadline) {
			t.Fatalf("the log is not emptied at rest: %d bytes", size())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestCheckpointBesideQuestion makes a log that is to begin anew while a question is
// not answered to its end: neither the checkpoint nor a batch waits for it.
func TestCheckpointBesideQuestion(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "history.db"), sqlite.Options{SealBytes: 1 << 30})
	defer func() { _ = s.Close() }()
	if err := errors.Join(s.Write(t.Context(), numbered(0)), s.Seal(t.Context())); err != nil {
		t.Fatal(err)
	}
	asked, answer, answered := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		first := true
		answered <- s.Each(t.Context(), "#", historytest.Start(), historytest.Start().Add(time.Hour), func(history.Message) bool {
			if first {
				first = false
				close(asked)
				<-answer
			}
			return true
		})
	}()
	<-asked
	big := make([]byte, (sqlite.MaxLogPages+1000)*4096)
	m := historytest.Message("big", string(big), historytest.Start().Add(time.Minute), nil)
	if err := s.Write(t.Context(), &history.Batch{Messages: []history.Message{m}}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- errors.Join(s.Checkpoint(t.Context()), s.Write(t.Context(), numbered(1))) }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(8 * time.Second):
		t.Error("it waits for the question")
	}
	close(answer)
	if err := <-answered; err != nil {
		t.Error(err)
	}
}
