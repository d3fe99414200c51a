package historytest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/payload"
)

// NewStore makes a live store with a clock, as a program would.
func NewStore(now func() time.Time) *model.Store {
	return model.NewStore(model.Options{Scanner: &payload.Scanner{}, Now: now})
}

// testModel records what devices say and shows a past moment of it: the tree,
// the devices and their liveness are as they were.
func testModel(t *testing.T, s history.Store, settle func(history.Store) history.Store) {
	t.Helper()
	ctx, start := context.Background(), Start()
	var b history.Batch
	b.ID = "1"
	for i := range 600 { // ten minutes; the second device dies after five
		at := start.Add(time.Duration(i) * time.Second)
		b.Messages = append(b.Messages, Message("yard/one/temperature", fmt.Sprint(i), at, nil))
		if i < 300 {
			b.Messages = append(b.Messages, Message("yard/two/temperature", fmt.Sprint(i), at, nil))
		}
		if i == 500 {
			b.Messages = append(b.Messages, Message("yard/three/temperature", "1", at, nil))
		}
	}
	write(t, s, b)
	s = settle(s)
	defer closed(t, s)
	p, err := history.NewPlayer(history.PlayerOptions{Reader: s, NewStore: NewStore})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	live := func(device string) model.Liveness {
		info, _ := p.Store().Device(device, 0)
		return info.Liveness
	}
	for _, c := range []struct {
		after    time.Duration
		one, two model.Liveness
		topics   int
		latest   string
	}{
		{200 * time.Second, model.Alive, model.Alive, 2, "200"},
		{400 * time.Second, model.Alive, model.Silent, 2, "400"},
		{550 * time.Second, model.Alive, model.Silent, 3, "550"},
		{100 * time.Second, model.Alive, model.Alive, 2, "100"}, // and back
	} {
		if err := p.Seek(ctx, start.Add(c.after)); err != nil {
			t.Fatal(err)
		}
		info, _ := p.Store().Topic("yard/one/temperature")
		history, _ := p.Store().History("yard/one/temperature", 1)
		if live("yard/one") != c.one || live("yard/two") != c.two || p.Store().Stats().Topics != c.topics || string(history[0].Payload) != c.latest {
			t.Errorf("after %v: %v, %v, %d topics, %+v", c.after, live("yard/one"), live("yard/two"), p.Store().Stats().Topics, info)
		}
	}
	if err := p.Step(ctx, 250*time.Second); err != nil {
		t.Fatal(err)
	}
	if got := p.Now().Sub(start); got != 350*time.Second || live("yard/two") != model.Silent {
		t.Errorf("a step led to %v, where the second device is %v", got, live("yard/two"))
	}
	playToEnd(t, p)
	history, _ := p.Store().History("yard/one/temperature", 1)
	if string(history[0].Payload) != "599" {
		t.Errorf("at the end the latest is %s", history[0].Payload)
	}
}

// playToEnd plays at full speed and waits for the end.
func playToEnd(t testing.TB, p *history.Player) {
	t.Helper()
	p.Play(history.MaxSpeed)
	deadline := time.Now().Add(time.Minute)
	for !p.Ended() {
		if err := p.Err(); err != nil || time.Now().After(deadline) {
			t.Fatalf("playing does not end: it is %v, %v", p.Now(), err)
		}
		time.Sleep(time.Millisecond)
	}
}
