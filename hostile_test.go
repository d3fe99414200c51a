//go:build !hub

package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/pilothouse/pilothouse/model"
)

// rawClient speaks MQTT 3.1.1 byte by byte, well or badly.
type rawClient struct {
	t    *testing.T
	id   string
	conn net.Conn
	r    *bufio.Reader
}

// packet puts the fixed header before a body (MQTT 3.1.1 section 2.2).
func packet(first byte, body ...[]byte) []byte {
	n := 0
	for _, b := range body {
		n += len(b)
	}
	out := append([]byte{first}, binary.AppendUvarint(nil, uint64(n))...) // the encoding is the same
	for _, b := range body {
		out = append(out, b...)
	}
	return out
}

func text(s string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...)
}

func publishPacket(topic string, payload []byte) []byte { return packet(0x30, text(topic), payload) }

func dialRaw(t *testing.T, p *Program, id string) *rawClient {
	t.Helper()
	conn, err := net.Dial("tcp", address(p))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	c := &rawClient{t: t, id: id, conn: conn, r: bufio.NewReader(conn)}
	c.send(packet(0x10, text("MQTT"), []byte{4, 2, 0, 0}, text(id)))
	ack := make([]byte, 4)
	if _, err := io.ReadFull(c.r, ack); err != nil || !bytes.Equal(ack, []byte{0x20, 2, 0, 0}) {
		t.Fatalf("%s: CONNACK %x, %v", id, ack, err)
	}
	return c
}

func (c *rawClient) send(b []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(b); err != nil {
		c.t.Fatalf("%s: %v", c.id, err)
	}
}

// ping has the broker answer, and so finish all that was sent before.
func (c *rawClient) ping() {
	c.t.Helper()
	c.send([]byte{0xc0, 0})
	if err := c.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		c.t.Fatal(err)
	}
	pong := make([]byte, 2)
	if _, err := io.ReadFull(c.r, pong); err != nil || pong[0] != 0xd0 {
		c.t.Fatalf("%s: no answer: %x, %v", c.id, pong, err)
	}
}

// isCut waits until the broker has closed the connection, whatever else of b it
// would still take.
func (c *rawClient) isCut(b []byte) {
	c.t.Helper()
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		c.t.Fatal(err)
	}
	_, _ = c.conn.Write(b) // fails when the broker cuts it off before the end
	_, err := c.r.ReadByte()
	var late net.Error
	if err == nil || errors.As(err, &late) && late.Timeout() {
		c.t.Errorf("%s was not cut off: %v", c.id, err)
	}
}

// noted reports whether the log has an event of a kind about a client whose
// text holds words.
func noted(p *Program, kind model.EventKind, client, words string) bool {
	for _, e := range p.Store.Events(0, 2000) {
		if e.Kind == kind && e.Client == client && strings.Contains(e.Text, words) {
			return true
		}
	}
	return false
}

// bystander publishes 50 messages a second, half of them at QoS 0, until it is
// told to stop; then it says how many of each it sent.
type bystander struct {
	client mqtt.Client
	stop   chan struct{}
	group  sync.WaitGroup
	sent   [2]int
	err    error
}

func startBystander(t *testing.T, p *Program) *bystander {
	t.Helper()
	b := &bystander{stop: make(chan struct{})}
	b.client = mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + address(p)).
		SetClientID("bystander").SetAutoReconnect(false))
	if token := b.client.Connect(); !token.WaitTimeout(patience) || token.Error() != nil {
		t.Fatalf("the bystander cannot connect: %v", token.Error())
	}
	b.group.Go(func() {
		beat := time.NewTicker(20 * time.Millisecond)
		defer beat.Stop()
		for n := 0; ; n++ {
			select {
			case <-b.stop:
				return
			case <-beat.C:
			}
			qos := byte(n % 2)
			token := b.client.Publish(fmt.Sprintf("bystander/%d", qos), qos, false, fmt.Sprint(n))
			if token.Wait(); token.Error() != nil {
				b.err = token.Error()
				return
			}
			b.sent[qos]++
		}
	})
	return b
}

func (b *bystander) end(t *testing.T) [2]int {
	t.Helper()
	close(b.stop)
	b.group.Wait()
	if b.err != nil {
		t.Errorf("the bystander failed: %v", b.err)
	}
	b.client.Disconnect(250)
	return b.sent
}

func messagesOn(p *Program, topic string) uint64 {
	info, _ := p.Store.Topic(topic)
	return info.Messages
}

// flood is how many messages the flooding client sends.
const flood = 200_000

// TestBadInput does its worst to a running program, over TCP, while a bystander
// publishes: each misdeed is counted or noted, and the bystander loses nothing.
func TestBadInput(t *testing.T) {
	p, a := start(t, func(c *Config) { c.Page = "topics" })
	p.window.Start()
	by := startBystander(t, p)
	a.Until(t, "bystander", patience, func() bool { return messagesOn(p, "bystander/1") > 0 })

	t.Run("cut off", func(t *testing.T) { testCutOff(t, p) })
	t.Run("let in", func(t *testing.T) { testOddPayloads(t, p) })
	t.Run("denied", func(t *testing.T) { testTooDeep(t, p) })
	t.Run("flood", func(t *testing.T) { testFlood(t, p) })

	before := messagesOn(p, "bystander/1")
	a.Until(t, "further message of the bystander", patience, func() bool { return messagesOn(p, "bystander/1") > before+10 })
	sent := by.end(t)
	for qos, n := range sent {
		topic := fmt.Sprintf("bystander/%d", qos)
		a.Until(t, "last message of the bystander", patience, func() bool { return messagesOn(p, topic) >= uint64(n) })
		if got := messagesOn(p, topic); got != uint64(n) {
			t.Errorf("of %d messages of the bystander at QoS %d, %d arrived", n, qos, got)
		}
	}
	if d, ok := device(p, "bystander/1"); ok && d.Liveness == model.Lost {
		t.Error("the bystander is taken for lost")
	}
}

// testCutOff sends what ends a connection: one malformed packet counted each.
func testCutOff(t *testing.T, p *Program) { //nolint:thelper // the body of a test: its own lines are what failed
	for _, c := range []struct {
		id   string
		sent []byte
		says string
	}{
		{"giant", publishPacket("big", make([]byte, 10<<20)), "cut off"},
		{"garbler", publishPacket("caf\xe9/\xff\xfe", []byte("1")), "cut off"},
		{"nothing", publishPacket("", []byte("1")), "cut off"},
		{"joker", publishPacket("all/#", []byte("1")), "cut off"},
	} {
		before := p.Broker.Stats().Malformed
		dialRaw(t, p, c.id).isCut(c.sent)
		eventually(t, "event about "+c.id, 2*time.Second, func() bool { return noted(p, model.EventTrouble, c.id, c.says) })
		if got := p.Broker.Stats().Malformed - before; got != 1 {
			t.Errorf("%s: %d malformed packets counted, want 1", c.id, got)
		}
	}
}

// testOddPayloads sends what MQTT allows and nobody can read: it is shown as it
// is, the unreadable is counted, and no series comes of it.
func testOddPayloads(t *testing.T, p *Program) { //nolint:thelper // the body of a test: its own lines are what failed
	deep := strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000)
	c := dialRaw(t, p, "odd")
	before := p.Store.Stats().Unreadable
	for _, m := range []struct {
		topic, payload string
		unreadable     uint64
	}{
		{"odd/broken", `{"a": 1, "b":`, 1},
		{"odd/deep", deep, 1},
		{"odd/nan", "NaN", 0},
		{"odd/nan/inside", `{"v": NaN}`, 1},
		{"odd/bytes", "\xff\xfe\x00\x01", 0},
		{"odd//level", "7", 0},
		{"/odd", "", 0},
	} {
		c.send(publishPacket(m.topic, []byte(m.payload)))
		c.ping()
		eventually(t, m.topic, 2*time.Second, func() bool { return messagesOn(p, m.topic) == 1 })
		info, _ := p.Store.Topic(m.topic)
		if string(info.Payload) != m.payload {
			t.Errorf("%s: the payload was changed", m.topic)
		}
		after := p.Store.Stats().Unreadable
		if after-before != m.unreadable {
			t.Errorf("%s: %d unreadable payloads counted, want %d", m.topic, after-before, m.unreadable)
		}
		before = after
		if numbers := m.topic == "odd//level"; numbers != (len(info.Fields) == 1) {
			t.Errorf("%s has the fields %v", m.topic, info.Fields)
		}
	}
}

// testTooDeep publishes on a topic of 200 levels: it is denied by name, and the
// client stays.
func testTooDeep(t *testing.T, p *Program) { //nolint:thelper // the body of a test: its own lines are what failed
	c := dialRaw(t, p, "deep")
	before := p.Broker.Stats().Denied
	topic := strings.Repeat("l/", 199) + "l"
	c.send(publishPacket(topic, []byte("1")))
	c.ping()
	eventually(t, "event about the topic", 2*time.Second, func() bool { return noted(p, model.EventDenied, "deep", "16 levels") })
	if got := p.Broker.Stats().Denied - before; got != 1 {
		t.Errorf("%d denials counted, want 1", got)
	}
	if messagesOn(p, topic) != 0 {
		t.Error("the message arrived all the same")
	}
}

// testFlood has a client subscribe to everything and stop reading, and another
// one publish as fast as it can.
func testFlood(t *testing.T, p *Program) { //nolint:thelper // the body of a test: its own lines are what failed
	deaf := dialRaw(t, p, "deaf")
	deaf.send(packet(0x82, []byte{0, 1}, text("#"), []byte{0}))
	ack := make([]byte, 5)
	if _, err := io.ReadFull(deaf.r, ack); err != nil || ack[0] != 0x90 {
		t.Fatalf("SUBACK %x, %v", ack, err)
	}
	c := dialRaw(t, p, "flood")
	w := bufio.NewWriterSize(c.conn, 64<<10)
	message := publishPacket("flood/value", bytes.Repeat([]byte("x"), 100))
	began := time.Now()
	for range flood {
		if _, err := w.Write(message); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	c.ping()
	t.Logf("%d messages taken in %v", flood, time.Since(began).Round(time.Millisecond))
	arrived := func() uint64 { return messagesOn(p, "flood/value") + lostByLink(p) }
	eventually(t, "whole flood", patience, func() bool { return arrived() >= flood })
	if got := arrived(); got != flood {
		t.Errorf("of %d messages %d arrived or were counted as lost", flood, got)
	}
	eventually(t, "event about the deaf client", 2*time.Second, func() bool { return noted(p, model.EventTrouble, "deaf", "messages dropped: slow reader") })
	var dropped uint64
	for _, d := range p.Losses(p.Source) {
		dropped += d.Count
	}
	if dropped == 0 {
		t.Error("what the deaf client did not read is not counted on screen")
	}
}

// lostByLink is what the window's own session had to let go.
func lostByLink(p *Program) (n uint64) {
	for _, d := range p.Link.Status().Dropped {
		n += d.Count
	}
	return n
}
