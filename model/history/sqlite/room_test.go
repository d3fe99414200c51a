package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// TestDue holds that what is recent is to be sealed when there is enough of it, and
// of each topic.
func TestDue(t *testing.T) {
	for name, c := range map[string]struct {
		o    sqlite.Options
		want int
	}{
		"messages": {sqlite.Options{SealMessages: 2 * perBatch}, 2}, "samples": {sqlite.Options{SealSamples: 3 * perBatch}, 3},
		"bytes": {sqlite.Options{SealBytes: 1}, 1}, "few of each topic": {sqlite.Options{SealMessages: 10}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, filepath.Join(t.TempDir(), "history.db"), c.o)
			defer func() { _ = s.Close() }()
			if name == "few of each topic" {
				var b history.Batch
				for i := range 100 {
					b.Messages = append(b.Messages, historytest.Message(fmt.Sprint("of its own ", i%20), "", historytest.Start(), nil))
				}
				if err := s.Write(t.Context(), &b); err != nil || s.Due() {
					t.Errorf("due with five of each topic: %v, %v", s.Due(), err)
				}
			}
			for i := range c.want {
				if s.Due() {
					t.Errorf("due after %d batches", i)
				}
				if err := s.Write(t.Context(), numbered(i)); err != nil {
					t.Fatal(err)
				}
			}
			if !s.Due() {
				t.Error("not due")
			}
		})
	}
}

// TestRoom holds that a batch waits while what is recent is twice what memory is to
// hold and sealing goes on, and no longer.
func TestRoom(t *testing.T) {
	big := make([]byte, 1000)
	for name, o := range map[string]sqlite.Options{"bytes": {SealBytes: perBatch * len(big)}} {
		t.Run(name, func(t *testing.T) {
			s := open(t, filepath.Join(t.TempDir(), "history.db"), o)
			defer func() { _ = s.Close() }()
			n := 0
			write := func(ctx context.Context) error {
				b := numbered(n)
				for i := range b.Messages {
					big[0], big[1] = byte(n), byte(i)
					b.Messages[i].Payload = append([]byte(nil), big...)
				}
				err := s.Write(ctx, b)
				n++
				return err
			}
			ended := s.Announce()
			if s.Due() {
				t.Error("nothing is to be sealed yet")
			}
			for range 2 {
				if err := write(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if !s.Due() {
				t.Error("it is not due")
			}
			over, cancel := context.WithCancel(t.Context())
			cancel()
			if err := write(over); !errors.Is(err, context.Canceled) {
				t.Errorf("a batch did not wait for room: %v", err)
			}
			ended()
			if err := write(t.Context()); err != nil {
				t.Error(err)
			}
			if err := s.Seal(t.Context()); err != nil || s.Due() {
				t.Errorf("sealed: due %v, %v", s.Due(), err)
			}
		})
	}
}

// TestSealingHurriesDuringUpkeep records on while the roll-ups of many series are
// made: what is recent is sealed in between, and none of it is lost.
func TestSealingHurriesDuringUpkeep(t *testing.T) {
	const room = 64 << 10
	s := open(t, filepath.Join(t.TempDir(), "history.db"), sqlite.Options{SealBytes: room})
	defer func() { _ = s.Close() }()
	hours := []int64{historytest.Start().UnixMicro(), historytest.Start().Add(time.Minute).UnixMicro()}
	for i := range 1500 {
		if err := s.PutSamples(t.Context(), model.SeriesKey{Topic: fmt.Sprint("old/", i)}, hours, []float64{1, 2}); err != nil {
			t.Fatal(err)
		}
	}
	now := historytest.Start().Add(3 * time.Hour)
	steps, most := 0, 0
	s.OnUpkeep(func(recent int) {
		steps, most = steps+1, max(most, recent)
		b := &history.Batch{Messages: []history.Message{historytest.Message("new", strings.Repeat(strconv.Itoa(steps%10), room/2), now, nil)}}
		if err := s.Write(t.Context(), b); err != nil {
			t.Error(err)
		}
	})
	if err := s.Maintain(t.Context(), now, history.Retention{}); err != nil {
		t.Fatal(err)
	}
	if steps < 8 || most > 2*room {
		t.Errorf("in %d steps up to %d bytes were recent, want at most %d", steps, most, 2*room)
	}
	kept := 0
	if err := s.Each(t.Context(), "new", now, now.Add(time.Second), func(history.Message) bool { kept++; return true }); err != nil || kept != steps {
		t.Errorf("%d of %d messages are there, %v", kept, steps, err)
	}
}

// TestSealingGoesOn interrupts sealing again and again, opens the file anew in
// between, and goes on writing: everything stays there, once.
func TestSealingGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	n := 0
	for steps := range 12 {
		s := open(t, path, sqlite.Options{})
		if got := batches(t, s); got != n {
			t.Fatalf("after %d steps there are %d batches, want %d", steps, got, n)
		}
		for range 3 {
			if err := s.Write(t.Context(), numbered(n)); err != nil {
				t.Fatal(err)
			}
			n++
		}
		if err := s.SealSteps(t.Context(), steps); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if got := batches(t, s); got != n {
			t.Fatalf("while %d steps are done there are %d batches, want %d", steps, got, n)
		}
		u := historytest.Must[history.Usage](t)(s.Usage(t.Context()))
		if u.Messages != int64(n*perBatch) || u.Samples != int64(n*perBatch) || !u.Oldest.Equal(historytest.Start()) {
			t.Errorf("after %d steps usage is %+v", steps, u)
		}
		if from, to, ok, err := s.Span(t.Context()); err != nil || !ok || !from.Equal(historytest.Start()) || to.Before(historytest.Start().Add(time.Duration(n*perBatch-1)*time.Millisecond)) {
			t.Errorf("after %d steps the span is %v to %v, %v, %v", steps, from, to, ok, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestManyQuestions asks more than are answered at once, and leaves the answers
// unfinished: what is written does not wait for them.
func TestManyQuestions(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "history.db"), sqlite.Options{})
	defer func() { _ = s.Close() }()
	if err := s.Write(t.Context(), numbered(0)); err != nil {
		t.Fatal(err)
	}
	const more = sqlite.Readers + 1
	asking, answer := make(chan struct{}, more), make(chan struct{})
	var group sync.WaitGroup
	for range more {
		group.Go(func() {
			err := s.Each(t.Context(), "#", historytest.Start(), historytest.Start().Add(time.Hour), func(history.Message) bool {
				asking <- struct{}{}
				<-answer
				return false
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	for range sqlite.Readers {
		<-asking
	}
	written := make(chan error, 1)
	go func() { written <- s.Write(t.Context(), numbered(1)) }()
	select {
	case err := <-written:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("a batch waits for questions")
	}
	close(answer)
	group.Wait()
}

// TestUpkeepDoesNotSync holds that a batch is synced, also after a step of upkeep,
// which is not.
func TestUpkeepDoesNotSync(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "history.db"), sqlite.Options{})
	defer func() { _ = s.Close() }()
	for i := range 3 {
		if err := s.Write(t.Context(), numbered(i)); err != nil || s.Synchronous(t) != 2 {
			t.Errorf("after a batch synchronous is %d, %v", s.Synchronous(t), err)
		}
		if err := s.SealSteps(t.Context(), 1); !errors.Is(err, context.Canceled) || s.Synchronous(t) != 1 {
			t.Errorf("after a step synchronous is %d, %v", s.Synchronous(t), err)
		}
	}
}
