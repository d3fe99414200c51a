package history_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// counting is a store that counts what it is given.
type counting struct {
	history.Store
	mu          sync.Mutex
	messages    int
	maintained  int
	maintainDue bool
	each        time.Duration // that a message takes
}

func (s *counting) Write(_ context.Context, b *history.Batch) error {
	time.Sleep(time.Duration(len(b.Messages)) * s.each)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages += len(b.Messages)
	return nil
}

func (s *counting) Maintain(context.Context, time.Time, history.Retention) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.maintained++
	s.maintainDue = false
	return nil
}

func (s *counting) Due() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.maintainDue
}

func (s *counting) count() (messages, maintained int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.messages, s.maintained
}

// TestPace gives a Recorder more than its pace for a second: while processors are
// short it writes so much and not more. What comes at less than the pace is written
// as fast as it goes, also what waited before.
func TestPace(t *testing.T) {
	for name, c := range map[string]struct {
		contended     bool
		rate, backlog int
		least, most   int // that are written
	}{
		"contended": {true, 4000, 0, 900, 1500}, "room": {false, 4000, 0, 1700, 2100}, "behind": {true, 800, 3000, 1700, 2100},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &counting{each: 500 * time.Microsecond} // it does not keep up
				r, err := history.NewRecorder(history.Options{Store: s, BatchMessages: 100, Pace: 1000, Upkeep: time.Hour, Contended: func() bool { return c.contended }})
				if err != nil {
					t.Fatal(err)
				}
				record := func(n int) {
					for range n {
						r.Record([]model.Message{{Topic: "a", Payload: make([]byte, 8000), At: time.Now()}}) // few fit a page
					}
				}
				record(c.backlog)
				for range 100 {
					time.Sleep(10 * time.Millisecond)
					record(c.rate / 100)
				}
				synctest.Wait()
				if got, _ := s.count(); got < c.least || got > c.most {
					t.Errorf("%d messages were written in a second", got)
				}
				if err := r.Close(); err != nil { // does not wait for the pace
					t.Error(err)
				}
				if got, _ := s.count(); got != c.rate+c.backlog || r.Status().Lost != 0 {
					t.Errorf("at the end %d messages are written: %+v", got, r.Status())
				}
			})
		})
	}
}

// TestHurried holds that upkeep does not wait for its time when the store says that
// it is due.
func TestHurried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &counting{}
		r, err := history.NewRecorder(history.Options{Store: s, Upkeep: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		said := func(due bool) int {
			s.mu.Lock()
			s.maintainDue = due
			s.mu.Unlock()
			r.Record([]model.Message{{Topic: "a", At: time.Now()}})
			time.Sleep(time.Second)
			synctest.Wait()
			_, n := s.count()
			return n
		}
		if before, after := said(false), said(true); before != 0 || after != 1 {
			t.Errorf("upkeep was done %d times before it was due, and %d then", before, after)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestContention keeps all processors busy: the runtime tells that they are short.
func TestContention(t *testing.T) {
	look := history.NewContention()
	look()
	stop := make(chan struct{})
	var group sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for x := 1; ; x = x*7 + 1 {
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	deadline := time.Now().Add(30 * time.Second)
	for !look() {
		if time.Now().After(deadline) {
			t.Error("nobody says that the processors are short")
			break
		}
		time.Sleep(time.Millisecond)
	}
	close(stop)
	group.Wait()
}
