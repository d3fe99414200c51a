package broker

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

func attach(t testing.TB, b *Broker, o LocalOptions) *Local {
	t.Helper()
	l, err := b.Attach(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestLocalSeesPublisherAndQoS(t *testing.T) {
	b, addr := serve(t, Options{})
	var k collector
	l := attach(t, b, LocalOptions{ClientID: "window", OnMessages: k.add})
	if err := l.Subscribe("#", 2); err != nil {
		t.Fatal(err)
	}
	c := connect(t, addr, "ferry", packet.V5)
	for qos := range byte(3) {
		c.publish("a/b", fmt.Sprint(qos), qos, uint16(qos), func(p *packet.Publish) {
			p.Props.SetText(packet.ContentType, []byte("text/plain"))
			p.Props.AddUser([]byte("k"), []byte("v"))
		})
	}
	for i, m := range k.wait(t, 3) {
		if m.Topic != "a/b" || string(m.Payload) != fmt.Sprint(i) || m.QoS != byte(i) || m.Retained {
			t.Errorf("message %d: %+v", i, m)
		}
		if m.Publisher.ClientID != "ferry" || m.Publisher.Addr == "" || m.At.IsZero() {
			t.Errorf("publisher %+v at %v", m.Publisher, m.At)
		}
		if m.Properties == nil || m.Properties.ContentType != "text/plain" || m.Properties.User[0].Value != "v" {
			t.Errorf("properties %+v", m.Properties)
		}
	}
}

func TestLocalPublishTellsWhoGotIt(t *testing.T) {
	b, addr := serve(t, Options{})
	l := attach(t, b, LocalOptions{ClientID: "window"})
	ctx := context.Background()
	r, err := l.Publish(ctx, "command/horn", []byte("x"), 1, false, nil)
	if err != nil || r.Matched != 0 {
		t.Fatalf("nobody there: %+v %v", r, err)
	}
	c := connect(t, addr, "ferry", packet.V311)
	c.subscribe("command/+", 1)
	r, err = l.Publish(ctx, "command/horn", []byte("x"), 1, false, &model.Properties{ContentType: "a"})
	if err != nil || r.Matched != 1 {
		t.Fatalf("one there: %+v %v", r, err)
	}
	if p := c.expectMessage("command/horn", "x"); p.QoS != 1 {
		t.Errorf("QoS %d", p.QoS)
	}
	for _, topic := range []string{"", "a/#", "$SYS/x", "a\x00b"} {
		if _, err := l.Publish(ctx, topic, nil, 0, false, nil); err == nil {
			t.Errorf("published to %q", topic)
		}
	}
}

func TestLocalRetainedReplay(t *testing.T) {
	b, addr := serve(t, Options{})
	c := connect(t, addr, "ferry", packet.V311)
	c.publish("state", "up", 1, 1, retained)
	c.expectAck(packet.PUBACK, 1, 0)
	var k collector
	l := attach(t, b, LocalOptions{ClientID: "window", OnMessages: k.add})
	if err := l.Subscribe("state", 0); err != nil {
		t.Fatal(err)
	}
	m := k.wait(t, 1)[0]
	if !m.Retained || !m.Replayed || string(m.Payload) != "up" || m.Publisher.ClientID != "ferry" {
		t.Errorf("%+v", m)
	}
	c.publish("state", "down", 1, 2, retained)
	if m := k.wait(t, 2)[1]; !m.Retained || m.Replayed || string(m.Payload) != "down" {
		t.Errorf("live message of a retained topic: %+v", m)
	}
}

func TestLocalQueueIsBoundedAndCounted(t *testing.T) {
	b, addr := serve(t, Options{})
	release := make(chan struct{})
	got := 0
	l := attach(t, b, LocalOptions{ClientID: "window", QueueBytes: 64 << 10, OnMessages: func(ms []model.Message) {
		<-release
		got += len(ms)
	}})
	if err := l.Subscribe("#", 0); err != nil {
		t.Fatal(err)
	}
	const n = 5000
	c := connect(t, addr, "flood", packet.V311)
	for range n {
		c.publish("a", "0123456789", 0, 0)
	}
	c.quiet() // all is handled
	close(release)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if uint64(got)+l.Dropped() != n || l.Dropped() == 0 {
		t.Errorf("%d delivered and %d dropped of %d", got, l.Dropped(), n)
	}
}

func TestAttachRefuses(t *testing.T) {
	b, _ := serve(t, Options{})
	attach(t, b, LocalOptions{ClientID: "window"})
	for _, id := range []string{"window", "", "a/b", "+", "#"} {
		if _, err := b.Attach(LocalOptions{ClientID: id}); err == nil {
			t.Errorf("attached as %q", id)
		}
	}
	_ = b.Close()
	if _, err := b.Attach(LocalOptions{ClientID: "late"}); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	_ = b.Close()
}
