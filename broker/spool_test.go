package broker

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// floodNumbered publishes numbered messages of a QoS, and returns when all of them are
// acknowledged.
func floodNumbered(t *testing.T, addr, topic string, qos byte, n, size int) {
	t.Helper()
	pub := connect(t, addr, "flood", packet.V311)
	defer func() { _ = pub.nc.Close() }()
	payload := make([]byte, size)
	go func() {
		var out []byte
		for i := range n {
			binary.BigEndian.PutUint64(payload, uint64(i))
			out = (&packet.Publish{QoS: qos, ID: uint16(i%60_000) + 1, Topic: []byte(topic), Payload: payload}).Append(out[:0], packet.V311)
			if _, err := pub.nc.Write(out); err != nil {
				return
			}
		}
	}()
	for done := 0; done < n; {
		if p := expect[*packet.Ack](pub); p.Kind == packet.PUBREC {
			pub.send(&packet.Ack{Kind: packet.PUBREL, ID: p.ID})
		} else {
			done++
		}
	}
}

// drain receives numbered messages until n have come, and checks their order.
func drain(t *testing.T, c *client, n int) {
	t.Helper()
	last := int64(-1)
	for range n {
		p := expect[*packet.Publish](c)
		i := int64(binary.BigEndian.Uint64(p.Payload))
		if i <= last {
			t.Fatalf("message %d after %d", i, last)
		}
		last = i
		c.send(&packet.Ack{Kind: packet.PUBACK, ID: p.ID})
	}
}

func spoolFiles(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"+spoolSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A stalled subscriber's messages go to memory, then to disk, then are dropped
// and counted: what it gets and what is reported as dropped are what was
// acknowledged, to the message. Nobody else feels it.
func TestStalledSubscriberIsSpooled(t *testing.T) {
	const n, size = 20_000, 500
	for name, change := range map[string]struct {
		store Store
		keep  bool
		limit int64
	}{
		"clean":                     {nil, false, 1 << 30},
		"clean beyond the limit":    {nil, false, 3 << 20},
		"kept in memory":            {nil, true, 1 << 30},
		"kept on disk":              {new(memStore), true, 1 << 30},
		"kept, beyond the limit":    {new(memStore), true, 3 << 20},
		"total of all is exhausted": {nil, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var log eventLog
			l := Limits{QueueBytes: 1 << 20, SpoolBytes: change.limit, OutboundBytes: 64 << 10, WriteStall: time.Hour}
			if change.limit == 0 {
				l.SpoolBytesTotal = 2 << 20
			}
			dir := filepath.Join(t.TempDir(), "spool")
			b, addr := serve(t, Options{OnEvent: log.add, Store: change.store, Spool: dir, Limits: l})
			slow := connect(t, addr, "slow", packet.V5, func(p *packet.Connect) {
				if change.keep {
					keep(p)
				}
				p.Props.SetNumber(packet.ReceiveMaximum, 10)
			})
			slow.subscribe("load", 1)
			undisturbed := bystander(t, addr)
			floodNumbered(t, addr, "load", 1, n, size)
			slowest := time.Duration(0)
			for range 100 {
				start := time.Now()
				undisturbed()
				slowest = max(slowest, time.Since(start))
			}
			if slowest > time.Second {
				t.Errorf("a bystander waited %v", slowest)
			}
			info := find(t, b, "slow")
			if info.QueuedBytes > l.QueueBytes || info.Spooled == 0 {
				t.Errorf("%d bytes in memory, %d messages on disk", info.QueuedBytes, info.Spooled)
			}
			beyond := change.limit < 1<<30
			if (info.Dropped > 0) != beyond {
				t.Errorf("%d dropped", info.Dropped)
			}
			drain(t, slow, n-int(info.Dropped))
			slow.quiet()
			eventually(t, "exact report", func() bool { return reported(&log, DropQueueFull) == info.Dropped })
			if change.store != nil {
				settleStore(t, b)
			}
			eventually(t, "empty folder", func() bool { return len(spoolFiles(t, dir)) == 0 })
			if st := b.Stats(); st.SpooledBytes != 0 || st.QueuedBytes != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// What was acknowledged and is spooled for a kept session survives a crash, of
// each QoS once.
func TestSpoolSurvivesACrash(t *testing.T) {
	for qos := byte(1); qos < 3; qos++ {
		const n = 5_000
		dir := t.TempDir()
		disk := new(memStore)
		l := Limits{QueueMessages: 100, Inflight: 10}
		b, addr := serve(t, Options{Store: disk, Spool: dir, Limits: l})
		c := connect(t, addr, "kept", packet.V311, keep)
		c.subscribe("load", 2)
		leave(t, b, c)
		floodNumbered(t, addr, "load", qos, n, 100)
		first := find(t, b, "kept")
		if first.Spooled == 0 || first.Queued+first.Spooled != n {
			t.Fatalf("%+v", first)
		}
		crashed := copySpool(t, dir)
		b, addr = serve(t, Options{Store: disk.crashed(), Spool: crashed, Limits: l})
		if i := find(t, b, "kept"); i.Queued != first.Queued || i.Spooled != first.Spooled {
			t.Fatalf("QoS %d: %+v after %+v", qos, i, first)
		}
		c = connect(t, addr, "kept", packet.V311, keep)
		next := receiveNumbered(t, c, 0, n/2, qos)
		settleStore(t, b) // a client that was told of a message may not lose it again
		again := copySpool(t, crashed)
		b, addr = serve(t, Options{Store: b.journal.store.(*memStore).crashed(), Spool: again, Limits: l})
		c = connect(t, addr, "kept", packet.V311, keep)
		receiveNumbered(t, c, next, n, qos)
		eventually(t, "empty session", func() bool {
			c.sync()
			i := find(t, b, "kept")
			return i.Queued+i.Spooled == 0 && i.Dropped == 0
		})
	}
}

// receiveNumbered receives messages from one number on until one beyond to is the
// next, which it returns: each once, but for those of QoS 1 that come again.
func receiveNumbered(t *testing.T, c *client, next, to int, qos byte) int {
	t.Helper()
	for next < to {
		switch p := c.receive().(type) {
		case *packet.Publish:
			i := int(binary.BigEndian.Uint64(p.Payload))
			switch {
			case i == next:
				next++
			case i > next, qos == 2 && !p.Dup:
				t.Fatalf("message %d in place of %d", i, next)
			}
			kind := packet.PUBREC
			if qos == 1 {
				kind = packet.PUBACK
			}
			c.send(&packet.Ack{Kind: kind, ID: p.ID})
		case *packet.Ack:
			c.send(&packet.Ack{Kind: packet.PUBCOMP, ID: p.ID})
		}
	}
	return next
}

// copySpool is the folder as a crash leaves it: what was not synced may be there
// or not; here it is not cut.
func copySpool(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	for _, name := range spoolFiles(t, dir) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(name)), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// A spool that is damaged or gone costs what it held, counted, and nothing else.
func TestDamagedSpool(t *testing.T) {
	const n = 2_000
	for name, damage := range map[string]func(path string) error{
		"gone": os.Remove,
		"cut":  func(path string) error { return os.Truncate(path, 50_000) },
		"bent": func(path string) error {
			text, err := os.ReadFile(path)
			if err == nil {
				text[len(text)/2] ^= 1
				err = os.WriteFile(path, text, 0o600)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, disk := t.TempDir(), new(memStore)
			l := Limits{QueueMessages: 100}
			b, addr := serve(t, Options{Store: disk, Spool: dir, Limits: l})
			c := connect(t, addr, "kept", packet.V311, keep)
			c.subscribe("load", 1)
			leave(t, b, c)
			floodNumbered(t, addr, "load", 1, n, 100)
			crashed := copySpool(t, dir)
			if err := damage(spoolFiles(t, crashed)[0]); err != nil {
				t.Fatal(err)
			}
			stray := filepath.Join(crashed, "t0000000000000001-0000000000000000"+spoolSuffix)
			if err := os.WriteFile(stray, []byte("left over"), 0o600); err != nil {
				t.Fatal(err)
			}
			var log eventLog
			b, addr = serve(t, Options{Store: disk.crashed(), Spool: crashed, Limits: l, OnEvent: log.add})
			if slices.Contains(spoolFiles(t, crashed), stray) {
				t.Error("what belongs to nobody is still there")
			}
			c = connect(t, addr, "kept", packet.V311, keep)
			got := 0
			for got+int(find(t, b, "kept").Dropped) < n {
				p := expect[*packet.Publish](c)
				got++
				c.send(&packet.Ack{Kind: packet.PUBACK, ID: p.ID})
			}
			c.quiet()
			waitEvent(t, &log, func(SpoolFailed) bool { return true })
			eventually(t, "exact report", func() bool { return reported(&log, DropDamaged) == uint64(n-got) })
			if got < 100 || got == n {
				t.Errorf("%d of %d messages", got, n)
			}
			floodNumbered(t, addr, "load", 1, 10, 100) // and life goes on
			drain(t, c, 10)
		})
	}
}

// Without a folder that can be used, queues end in memory, and it is said.
func TestSpoolFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var log eventLog
	b, addr := serve(t, Options{Spool: filepath.Join(file, "spool"), OnEvent: log.add, Limits: Limits{QueueMessages: 10}})
	waitEvent(t, &log, func(SpoolFailed) bool { return true })
	c := connect(t, addr, "kept", packet.V311, keep)
	c.subscribe("load", 1)
	leave(t, b, c)
	floodNumbered(t, addr, "load", 1, 20, 10)
	if i := find(t, b, "kept"); i.Queued != 10 || i.Dropped != 10 {
		t.Errorf("%+v", i)
	}
}
