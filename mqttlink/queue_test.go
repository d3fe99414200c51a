package mqttlink

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

func TestQueueKeepsOrderAndBytes(t *testing.T) {
	q := newQueue()
	q.maxMessages = 3000 // so that it is full now and then
	ctx, cancel := context.WithCancel(context.Background())
	var draining sync.WaitGroup
	n := 0
	draining.Go(func() {
		q.drain(ctx, func(batch []model.Message) {
			if len(batch) > batchMessages {
				t.Errorf("a batch of %d", len(batch))
			}
			for _, m := range batch {
				if want := fmt.Sprint(n, strings.Repeat("x", n%100)); string(m.Payload) != want {
					t.Errorf("message %d holds %q", n, m.Payload)
				}
				n++
			}
		})
	})
	scratch := make([]byte, 0, 256)
	const total = 50000
	for i := range total {
		scratch = append(fmt.Append(scratch[:0], i), strings.Repeat("x", i%100)...)
		if !q.pushPatiently(model.Message{Payload: scratch}, true) {
			t.Errorf("message %d is lost", i)
		}
	}
	cancel()
	draining.Wait()
	if n != total {
		t.Errorf("%d of %d messages", n, total)
	}
}

func TestStuckSinkIsWaitedForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		q.maxMessages = 1
		q.push(model.Message{}, true)
		start := time.Now()
		for range 3 {
			if q.pushPatiently(model.Message{}, true) {
				t.Error("there was no room")
			}
		}
		if took := time.Since(start); took != patience {
			t.Errorf("waited %v in all", took)
		}
		q.swap(nil, nil)
		if !q.pushPatiently(model.Message{}, true) {
			t.Error("refused although it moves again")
		}
		time.AfterFunc(patience/2, func() { q.swap(nil, nil) })
		if !q.pushPatiently(model.Message{}, true) {
			t.Error("not waited for")
		}
	})
}

func TestQueueIsBounded(t *testing.T) {
	q := newQueue()
	for range q.maxMessages {
		if !q.push(model.Message{}, true) {
			t.Fatal("refused below the bound")
		}
	}
	if q.push(model.Message{}, true) {
		t.Error("messages are not bounded")
	}
	q = newQueue()
	large := make([]byte, queueBytes/2)
	for range 2 {
		if !q.push(model.Message{Payload: large}, false) {
			t.Error("refused below the bound")
		}
	}
	if q.push(model.Message{Payload: large[:1]}, false) {
		t.Error("bytes are not bounded")
	}
	if messages, _ := q.swap(nil, nil); len(messages) != 2 || !q.push(model.Message{Payload: large}, false) {
		t.Error("an emptied queue takes nothing")
	}
}

// A sink that does not return must cost messages, not the connection.
func TestSlowSinkLosesAndCounts(t *testing.T) {
	m := startMosquitto(t)
	stuck, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	slow, err := NewRemote(Profile{URL: "mqtt://" + m.address()}, func([]model.Message) {
		once.Do(func() { close(stuck) })
		<-release
	})
	if err != nil {
		t.Fatal(err)
	}
	slow.queue.maxMessages = 10
	run(t, slow)
	waitUp(t, slow)
	publish(t, slow, "a", "first", 0, false)
	<-stuck
	for range 30 {
		publish(t, slow, "a", "more", 1, false)
	}
	eventually(t, "losses are counted", func() bool {
		s := slow.Status()
		return s.Received == 31 && len(s.Dropped) == 1 && s.Dropped[0].Reason == dropSlow && s.Dropped[0].Count == 20
	})
	if s := slow.Status(); s.State != model.LinkUp {
		t.Errorf("status %+v", s)
	}
	close(release)
}

func TestBackoff(t *testing.T) {
	b := newBackoff(500*time.Millisecond, 30*time.Second)
	b.draw = func(n int64) int64 { return n - 1 } // the longest waits
	for i, milliseconds := range []int{500, 1000, 2000, 4000, 8000, 16000, 30000, 30000} {
		if got := b.next(false); got != time.Duration(milliseconds)*time.Millisecond {
			t.Errorf("wait %d: %v", i, got)
		}
	}
	if got := b.next(true); got != 30*time.Second {
		t.Errorf("after a refusal: %v", got)
	}
	b.reset()
	if got := b.next(false); got != 500*time.Millisecond {
		t.Errorf("after reset: %v", got)
	}
	b.draw = func(int64) int64 { return 0 } // the shortest
	if got := b.next(false); got != 50*time.Millisecond {
		t.Errorf("shortest: %v", got)
	}
	if got := b.next(true); got != 15*time.Second {
		t.Errorf("shortest after a refusal: %v", got)
	}
}
