package broker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// Acknowledgements that need the disk wait for it, and for nothing else.
// Statements: [MQTT-4.6.0-2] [MQTT-4.6.0-3].
func TestAcknowledgementsWaitForTheDisk(t *testing.T) {
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	kept := connect(t, addr, "kept", packet.V5, keep)
	kept.subscribe("kept", 2)
	clean := connect(t, addr, "clean", packet.V5)
	clean.subscribe("clean", 1)
	pub := connect(t, addr, "pub", packet.V5, keep)
	other := connect(t, addr, "other", packet.V5)
	settleStore(t, b)

	disk.held.Lock()
	release := func() { disk.held.Unlock() }
	defer func() { release() }()
	other.publish("clean", "at once", 1, 1)
	other.expectAck(packet.PUBACK, 1, packet.Success)
	clean.expectMessage("clean", "at once")
	pub.publish("kept", "one", 1, 1)
	kept.expectMessage("kept", "one") // QoS 1 may come twice, so it goes out
	pub.publish("kept", "two", 2, 2)
	eventually(t, "the second message", func() bool { return b.Stats().Received == 3 })
	pub.publish("clean", "in order", 1, 3) // waits for nothing but the others
	clean.expectMessage("clean", "in order")
	if p, err := pub.nextWithin(50 * time.Millisecond); err == nil {
		t.Fatalf("received %v before anything was on disk", p.Type())
	}
	if p, err := kept.nextWithin(50 * time.Millisecond); err == nil {
		t.Fatalf("received %v before it was on disk", p.Type())
	}
	release()
	release = func() {}
	pub.expectAck(packet.PUBACK, 1, packet.Success)
	pub.expectAck(packet.PUBREC, 2, packet.Success)
	pub.expectAck(packet.PUBACK, 3, packet.Success)
	if p := kept.expectMessage("kept", "two"); p.Dup {
		t.Error("DUP on a message that was not sent before")
	}
}

// A session that was promised is on disk: CONNACK waits for it, and nothing comes
// before CONNACK.
func TestConnackWaitsForTheDisk(t *testing.T) {
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	disk.held.Lock()
	c := dial(t, addr)
	c.v = packet.V5
	hello := &packet.Connect{Version: packet.V5, ClientID: []byte("kept")}
	keep(hello)
	c.send(hello)
	eventually(t, "session", func() bool { return b.Stats().Sessions == 1 })
	connect(t, addr, "clean", packet.V5).quiet() // that has nothing to wait for
	if p, err := c.nextWithin(50 * time.Millisecond); err == nil {
		t.Errorf("received %v before the session was on disk", p.Type())
	}
	disk.held.Unlock()
	expect[*packet.Connack](c)
	if disk.count(kindSession) != 1 {
		t.Error("the session is not on disk")
	}
	c.quiet()
}

// Many publishers share one write, and what is done before it is written is not
// written at all.
func TestCommitsAreShared(t *testing.T) {
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	sub := connect(t, addr, "sub", packet.V311, keep)
	sub.subscribe("#", 1)
	leave(t, b, sub)
	settleStore(t, b)
	disk.held.Lock()
	var pubs []*client
	for i := range 20 {
		c := connect(t, addr, fmt.Sprint("pub-", i), packet.V311)
		for n := range 10 {
			c.publish("a", "x", 1, uint16(n+1))
		}
		pubs = append(pubs, c)
	}
	eventually(t, "messages", func() bool { return find(t, b, "sub").Queued == 200 })
	disk.mu.Lock()
	before := disk.commits
	disk.mu.Unlock()
	disk.held.Unlock()
	for _, c := range pubs {
		for n := range 10 {
			c.expectAck(packet.PUBACK, uint16(n+1), packet.Success)
		}
	}
	disk.mu.Lock()
	defer disk.mu.Unlock()
	if n := disk.commits - before; n > 3 {
		t.Errorf("%d commits for 200 messages", n)
	}
}

// One payload is on disk once, however many take it.
func TestPayloadsAreShared(t *testing.T) {
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	for i := range 10 {
		c := connect(t, addr, fmt.Sprint("sub-", i), packet.V5, keep)
		c.subscribe("a", 1)
		leave(t, b, c)
	}
	pub := connect(t, addr, "pub", packet.V5)
	payload := strings.Repeat("x", 10_000)
	pub.publish("a", payload, 1, 1, retained)
	pub.expectAck(packet.PUBACK, 1, packet.Success)
	settleStore(t, b)
	bytes := 0
	for k, v := range disk.crashed().records {
		bytes += len(k) + len(v)
	}
	if bytes > 12_500 || disk.count(kindDelivery) != 10 {
		t.Errorf("%d bytes and %d deliveries for one message", bytes, disk.count(kindDelivery))
	}
	pub.publish("a", "q0", 0, 0)
	pub.quiet()
	if disk.count(kindMessage) != 1 {
		t.Error("QoS 0 on disk")
	}
}

// While the disk fails, what needs it is refused, and nothing else.
func TestDiskFull(t *testing.T) {
	for _, v := range bothVersions {
		disk, log := new(memStore), new(eventLog)
		b, addr := serve(t, Options{Store: disk, OnEvent: log.add})
		kept := connect(t, addr, "kept", v, keep)
		kept.subscribe("kept", 1)
		clean := connect(t, addr, "clean", v)
		clean.subscribe("clean", 1)
		pub := connect(t, addr, "pub", v)
		local := attach(t, b, LocalOptions{ClientID: "local"})
		settleStore(t, b)
		disk.setFailure(errDiskFull)
		pub.publish("kept", "first", 1, 1)
		last := pub.expectEnd() // no acknowledgement
		if v == packet.V5 && (last == nil || last.Code != packet.QuotaExceeded) {
			t.Errorf("%+v", last)
		}
		if e := waitEvent(t, log, func(StoreFailed) bool { return true }); !errors.Is(e.Err, errDiskFull) {
			t.Errorf("%+v", e)
		}
		waitEvent(t, log, func(e SessionClosed) bool { return e.Reason == NotStored })
		kept.expectMessage("kept", "first")

		pub = connect(t, addr, "pub", v)
		pub.publish("clean", "goes on", 1, 1)
		pub.expectAck(packet.PUBACK, 1, packet.Success)
		clean.expectMessage("clean", "goes on")
		pub.publish("kept", "second", 1, 2)
		if v == packet.V5 {
			pub.expectAck(packet.PUBACK, 2, packet.QuotaExceeded)
			pub.publish("kept", "third", 2, 3)
			pub.expectAck(packet.PUBREC, 3, packet.QuotaExceeded)
		} else {
			pub.expectEnd()
		}
		want := packet.QuotaExceeded
		if v != packet.V5 {
			want = packet.UnspecifiedError
		}
		if code := kept.subscribe("more", 1); code != want {
			t.Errorf("subscription: %v", code)
		}
		if _, err := local.Publish(context.Background(), "kept", nil, 1, false, nil); !errors.Is(err, ErrNotStored) {
			t.Errorf("local: %v", err)
		}
		disk.setFailure(nil)
		waitEvent(t, log, func(StoreWorks) bool { return true })
		pub = connect(t, addr, "pub", v)
		pub.publish("kept", "fourth", 1, 4)
		pub.expectAck(packet.PUBACK, 4, packet.Success)
		kept.expectMessage("kept", "fourth")
		settleStore(t, b)
		if disk.count(kindMessage) != 2 { // the first and the fourth are not acknowledged by their subscriber
			t.Errorf("%d messages on disk", disk.count(kindMessage))
		}
	}
}

// A publisher in the program waits for the disk as others do.
func TestLocalPublishWaits(t *testing.T) {
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	kept := connect(t, addr, "kept", packet.V5, keep)
	kept.subscribe("kept", 1)
	local := attach(t, b, LocalOptions{ClientID: "local"})
	if r, err := local.Publish(context.Background(), "kept", []byte("x"), 1, false, nil); err != nil || r.Matched != 1 {
		t.Errorf("%+v %v", r, err)
	}
	if disk.count(kindMessage) != 1 {
		t.Error("not on disk")
	}
	settleStore(t, b)
	disk.held.Lock()
	defer disk.held.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := local.Publish(ctx, "kept", []byte("x"), 1, false, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// The limits of a queue hold across a restart, and each message beyond them is
// counted.
func TestQueueLimitsOnDisk(t *testing.T) {
	disk := new(memStore)
	limits := Limits{QueueMessages: 10, Hold: time.Millisecond}
	b, addr := serve(t, Options{Store: disk, Limits: limits})
	sub := connect(t, addr, "sub", packet.V5, keep)
	sub.subscribe("a", 1)
	leave(t, b, sub)
	pub := connect(t, addr, "pub", packet.V5)
	send := func(from, to int) {
		for i := from; i < to; i++ {
			pub.publish("a", fmt.Sprint(i), 1, uint16(i+1))
			if _, ok := pub.receive().(*packet.Ack); !ok {
				t.Fatal("no acknowledgement")
			}
		}
	}
	send(0, 8)
	if d := find(t, b, "sub").Dropped; d != 0 {
		t.Errorf("%d dropped", d)
	}
	disk = disk.crashed()
	b, addr = serve(t, Options{Store: disk, Limits: limits})
	pub = connect(t, addr, "pub", packet.V5)
	send(8, 15)
	settleStore(t, b)
	if i := find(t, b, "sub"); i.Queued != 10 || i.Dropped != 5 || disk.count(kindMessage) != 10 || disk.count(kindDelivery) != 10 {
		t.Errorf("%+v; %d messages and %d deliveries on disk", i, disk.count(kindMessage), disk.count(kindDelivery))
	}
}

// Records that make no sense are deleted and counted; the others are used.
func TestNonsenseOnDisk(t *testing.T) {
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	sub := connect(t, addr, "sub", packet.V5, keep)
	sub.subscribe("a", 2)
	leave(t, b, sub)
	pub := connect(t, addr, "pub", packet.V5, keep)
	for i := range 3 {
		pub.publish("a", fmt.Sprint(i), 2, uint16(i+1))
		pub.expectAck(packet.PUBREC, uint16(i+1), packet.Success)
	}
	settleStore(t, b)
	whole := disk.crashed().records
	for k := range whole {
		for _, cut := range []int{0, 1, len(whole[k]) / 2} {
			bad := &memStore{records: map[string]string{}}
			for key, v := range whole {
				bad.records[key] = v
			}
			bad.records[k] = whole[k][:min(cut, len(whole[k]))]
			log := new(eventLog)
			again := New(Options{Store: bad, OnEvent: log.add})
			settleStore(t, again)
			if err := again.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	for k := range whole {
		if k[0] == kindMessage {
			delete(whole, k)
			break
		}
	}
	again := New(Options{Store: &memStore{records: whole}})
	defer func() { _ = again.Close() }()
	if i := find(t, again, "sub"); i.Queued != 2 || i.Dropped != 1 {
		t.Errorf("%+v", i)
	}
}

func FuzzRecords(f *testing.F) {
	f.Add([]byte{kindSession, 0, 0, 0, 0, 0, 0, 0, 1}, []byte{0, 1, 'a', 0, 0, 9, 0})
	f.Add([]byte{kindDelivery, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2}, []byte{2, 0, 3})
	f.Add([]byte{kindMessage, 0, 0, 0, 0, 0, 0, 0, 3}, []byte{2, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 'x'})
	f.Fuzz(func(t *testing.T, key, value []byte) {
		disk := &memStore{records: map[string]string{
			string(append([]byte{kindSession}, 0, 0, 0, 0, 0, 0, 0, 1)): string([]byte{0, 1, 'a', 0, 0, 255, 255, 255, 255, 255, 255, 1, 0}),
			string(append([]byte{kindMessage}, 0, 0, 0, 0, 0, 0, 0, 2)): string([]byte{2, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 'x'}),
		}}
		if len(key) > 0 {
			disk.records[string(key)] = string(value)
		}
		b := New(Options{Store: disk})
		settleStore(t, b)
		_ = b.Close()
	})
}

// damagedStore is a store that says what it recovered, or cannot be read.
type damagedStore struct {
	memStore
	recovery *Recovery
	err      error
}

func (d *damagedStore) Recovered() *Recovery { return d.recovery }

func (d *damagedStore) Load(visit func(key, value []byte) error) error {
	if d.err != nil {
		return d.err
	}
	return d.memStore.Load(visit)
}

func TestDamageIsTold(t *testing.T) {
	log := new(eventLog)
	b := New(Options{Store: &damagedStore{recovery: &Recovery{Aside: "broker.db.damaged", Records: 3, Damaged: 2}}, OnEvent: log.add})
	if e := waitEvent(t, log, func(StoreRecovered) bool { return true }); !strings.Contains(e.Recovery.String(), "kept as broker.db.damaged") {
		t.Errorf("%v", e.Recovery)
	}
	_ = b.Close()
}

// A broker whose store cannot be read starts, keeps things in memory and says so.
func TestUnreadableStore(t *testing.T) {
	log, fault := new(eventLog), errors.New("input/output error")
	_, addr := serve(t, Options{Store: &damagedStore{err: fault}, OnEvent: log.add})
	if e := waitEvent(t, log, func(StoreUnreadable) bool { return true }); !errors.Is(e.Err, fault) {
		t.Errorf("%v", e.Err)
	}
	c := connect(t, addr, "a", packet.V5, keep)
	c.subscribe("a", 1)
	c.publish("a", "x", 1, 1)
	c.expectMessage("a", "x")
	c.expectAck(packet.PUBACK, 1, packet.Success)
}

// A program that attaches a session takes the place of one that was kept under
// its client ID, as nobody could have connected with that while it was there.
func TestAttachReplacesKeptSession(t *testing.T) {
	disk := new(memStore)
	b, addr := serve(t, Options{Store: disk})
	c := connect(t, addr, "window", packet.V5, keep)
	c.subscribe("a", 1)
	if _, err := b.Attach(LocalOptions{ClientID: "window"}); err == nil {
		t.Error("took the place of a client that is connected")
	}
	settleStore(t, b)
	b, _, log, disk := restart(t, disk)
	attach(t, b, LocalOptions{ClientID: "window"})
	waitEvent(t, log, func(e SessionExpired) bool { return e.Publisher.ClientID == "window" })
	settleStore(t, b)
	if disk.count(kindSession)+disk.count(kindSubscription) != 0 {
		t.Error("the kept session is still on disk")
	}
}
