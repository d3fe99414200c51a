package broker

import (
	"fmt"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// Two publishers append to one spool, and the journal hears of the second first.
// If the process ends there, the first message was never acknowledged and comes
// again: what is in the spool of it is left out.
func TestSpoolGapIsLeftOut(t *testing.T) {
	dir, disk := t.TempDir(), new(memStore)
	l := Limits{QueueMessages: 2}
	b, addr := serve(t, Options{Store: disk, Spool: dir, Limits: l})
	c := connect(t, addr, "kept", packet.V311, keep)
	c.subscribe("load", 2)
	leave(t, b, c)
	pub := connect(t, addr, "pub", packet.V311)
	for i := range 3 { // two in the queue, one in the spool
		pub.publish("load", fmt.Sprint(i), 2, 1)
		finishPublish(pub, 2, 1, 0)
	}
	b.mu.Lock()
	s := b.sessions["kept"]
	b.mu.Unlock()
	put := func(payload string) spooled {
		m := &message{topic: "load", payload: []byte(payload), at: time.Now(), qos: 2, from: s.pub.Load()}
		accepted, _, on := s.tryEnqueue(item{m: m, qos: 2}, true)
		if !accepted || on.spool == nil {
			t.Fatalf("%q was not spooled", payload)
		}
		return on
	}
	places := []spooled{put("never acknowledged"), put("3"), put("also not"), put("4")}
	b.journal.enter(nil, places[1:2], nil)
	b.journal.enter(nil, places[3:4], nil)
	settleStore(t, b)
	crashed, records := copySpool(t, dir), disk.crashed()
	if sure := s.spoolLimit(); sure != places[0].from {
		t.Errorf("it may be read up to %+v, and not to %+v", sure, places[0].from)
	}
	b.journal.enter(nil, places[:1], nil) // later all is told, and no gap is left
	b.journal.enter(nil, places[2:3], nil)
	if sure := s.spoolLimit(); sure != places[3].to || len(s.kept.gaps) > 0 {
		t.Errorf("it may be read up to %+v, and not to %+v", sure, places[3].to)
	}

	for range 2 { // the second end of the process finds it the same
		b, addr = serve(t, Options{Store: records, Spool: crashed, Limits: l})
		if i := find(t, b, "kept"); i.Queued+i.Spooled != 5 {
			t.Errorf("%+v", i)
		}
		settleStore(t, b)
		crashed, records = copySpool(t, crashed), records.crashed()
	}
	c, _ = tryConnect(t, addr, "kept", packet.V311, keep)
	k := &taker{flying: make(map[uint16]string), taken: make(map[string]int)}
	k.take(c, 5)
	c.quiet()
	for i := range 5 {
		if n := k.taken[fmt.Sprint("load ", i)]; n != 1 {
			t.Errorf("message %d came %d times", i, n)
		}
	}
	eventually(t, "empty session", func() bool { i := find(t, b, "kept"); return i.Queued+i.Spooled+i.Inflight == 0 })
}
