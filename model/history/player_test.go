package history_test

import (
	"context"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
)

// TestGlance shows what each topic said last at a moment, at once; a Seek that is
// broken off leaves that, and one that is not adds what led to it.
func TestGlance(t *testing.T) {
	s := open(t)
	b := &history.Batch{}
	for i := range 100 {
		b.Messages = append(b.Messages, history.Message{Message: message(i * 1000)}) // one a second
	}
	b.Messages = append(b.Messages, history.Message{Message: model.Message{Topic: "other", Payload: []byte("1"), At: message(80_000).At}})
	if err := s.Write(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	p := historytest.Must[*history.Player](t)(history.NewPlayer(history.PlayerOptions{Reader: s, NewStore: historytest.NewStore}))
	defer p.Close()
	at := message(60_000).At.Add(500 * time.Millisecond)
	shows := func(history int) {
		t.Helper()
		info, ok := p.Store().Topic("a/b")
		if !ok || string(info.Payload) != `{"n":60000}` || !p.Now().Equal(at) || !p.Store().Now().Equal(at) {
			t.Fatalf("at %v it shows %q", p.Now(), info.Payload)
		}
		if _, n := p.Store().History("a/b", 1000); n != history {
			t.Errorf("%d messages led to it, want %d", n, history)
		}
		if _, ok := p.Store().Topic("other"); ok {
			t.Error("what came later is shown")
		}
	}
	if err := p.Glance(context.Background(), at); err != nil {
		t.Fatal(err)
	}
	shows(1)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.Seek(ctx, message(10_000).At); err == nil {
		t.Error("a Seek that was broken off says nothing")
	}
	shows(1)
	if err := p.Seek(context.Background(), at); err != nil {
		t.Fatal(err)
	}
	shows(61)
	if err := p.Glance(context.Background(), at); err != nil {
		t.Fatal(err)
	}
	if err := p.Step(context.Background(), 30*time.Second); err != nil {
		t.Fatal(err)
	}
	if info, _ := p.Store().Topic("a/b"); string(info.Payload) != `{"n":90000}` {
		t.Errorf("played on from a glance it shows %q", info.Payload)
	}
}
