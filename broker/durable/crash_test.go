package durable

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker"
)

// The environment of the process that is killed, and the number of kills of the
// long form of the test.
const (
	childFile = "PILOTHOUSE_CRASH_FILE"
	childAddr = "PILOTHOUSE_CRASH_ADDR"
	childRoom = "PILOTHOUSE_CRASH_ROOM"
	killsName = "CRASH_KILLS"
)

// TestCrashChild is the broker that TestKill kills.
func TestCrashChild(t *testing.T) {
	path, addr := os.Getenv(childFile), os.Getenv(childAddr)
	if path == "" {
		t.Skip("for TestKill")
	}
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	o := broker.Options{Store: s, OnEvent: func(e broker.Event) {
		switch e := e.(type) {
		case broker.SpoolFailed, broker.StoreRecovered, broker.StoreFailed, broker.StoreUnreadable, broker.Dropped, broker.PanicCaught, broker.Malformed:
			fmt.Fprintf(os.Stderr, "FAULT %T %+v\n", e, e)
		case broker.StoreLoaded:
			if e.Lost > 0 {
				fmt.Fprintf(os.Stderr, "FAULT %T %+v\n", e, e)
			}
		}
	}}
	if os.Getenv(childRoom) == "spool" { // most messages go through the spool
		o.Spool = path + ".spool"
		o.Limits = broker.Limits{QueueMessages: 20, Inflight: 10, Hold: time.Microsecond}
	}
	b := broker.New(o)
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = b.Serve(context.Background(), ln)
}

// child runs a broker in a process of its own.
type child struct {
	path, addr string
	room       string // "spool" for queues that hold next to nothing in memory
	cmd        *exec.Cmd
	said       bytes.Buffer
}

func (c *child) start(t testing.TB) {
	t.Helper()
	c.cmd = exec.Command(os.Args[0], "-test.run=^TestCrashChild$", "-test.count=1")
	c.cmd.Env = append(os.Environ(), childFile+"="+c.path, childAddr+"="+c.addr, childRoom+"="+c.room)
	c.said.Reset()
	c.cmd.Stderr = &c.said
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

// kill kills the process, without any chance to tidy up.
func (c *child) kill(t testing.TB) {
	t.Helper()
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	if bytes.Contains(c.said.Bytes(), []byte("FAULT")) || bytes.Contains(c.said.Bytes(), []byte("DATA RACE")) {
		t.Errorf("the broker said\n%s", c.said.String())
	}
}

// through runs sessions until one ends well, or stop is set.
func through(addr, id string, stop *atomic.Bool, session func(*peer) error) error {
	for !stop.Load() {
		p, err := dialPeer(addr, id)
		if err != nil {
			time.Sleep(2 * time.Millisecond)
			continue
		}
		if session(p) == nil {
			return nil
		}
	}
	return errStopped
}

// TestKill kills a broker at random moments under load of QoS 1 and 2. No message
// that was acknowledged is lost, and none of QoS 2 comes twice: with queues in
// memory, and with spooled ones. CRASH_KILLS sets how often.
func TestKill(t *testing.T) {
	for _, room := range []string{"memory", "spool"} {
		t.Run(room, func(t *testing.T) { killUnderLoad(t, room) })
	}
}

func killUnderLoad(t *testing.T, room string) {
	t.Helper()
	kills := 8
	if n, err := strconv.Atoi(os.Getenv(killsName)); err == nil {
		kills = n
	}
	c := newChild(t)
	c.room = room
	c.start(t)
	sub := &subscriber{got: make(map[string]int), pending: make(map[uint16]bool)}
	var stop, ending atomic.Bool
	var all, publishing sync.WaitGroup
	defer all.Wait()
	defer func() { c.kill(t) }()
	defer stop.Store(true)
	first := make(chan struct{})
	all.Go(func() {
		_ = through(c.addr, "sub", &stop, func(p *peer) error {
			select {
			case <-first:
			default:
				close(first)
			}
			return sub.session(p)
		})
	})
	<-first
	waitFor(t, "subscription", 10*time.Second, func() bool { return subscribed(c.addr) })
	pubs := startPublishers(c.addr, &publishing, &stop, &ending)
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	for range kills {
		before := finished(pubs)
		waitFor(t, "progress", 20*time.Second, func() bool { return finished(pubs) > before })
		time.Sleep(time.Duration(rng.IntN(250)) * time.Millisecond) // the random moment is the test
		c.kill(t)
		c.start(t)
	}
	ending.Store(true)
	publishing.Wait()
	judge(t, c, pubs, sub)
}

func newChild(t testing.TB) *child {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return &child{path: filepath.Join(t.TempDir(), "broker.db"), addr: ln.Addr().String()}
}

// subscribed finds out by a message that nobody else sees.
func subscribed(addr string) bool {
	probe := &publisher{name: "probe", qos: 1, window: 1, room: make(chan struct{}, 1)}
	p, err := dialPeer(addr, "probe")
	return err == nil && probe.session(p, 1) == nil
}

// startPublishers runs publishers of QoS 1 and 2 until ending is set and all they
// sent is finished.
func startPublishers(addr string, group *sync.WaitGroup, stop, ending *atomic.Bool) (pubs []*publisher) {
	const enough = 1 << 30
	for i := range 6 {
		u := &publisher{name: fmt.Sprint("pub-", i), qos: byte(1 + i%3/2), window: 40, room: make(chan struct{}, 1)}
		pubs = append(pubs, u)
		group.Go(func() {
			_ = through(addr, u.name, stop, func(p *peer) error {
				over := make(chan struct{})
				defer close(over)
				go func() { // once it is time, the connection ends, and the next one finishes
					for !ending.Load() {
						select {
						case <-over:
							return
						case <-time.After(5 * time.Millisecond):
						}
					}
					_ = p.nc.Close()
				}()
				if ending.Load() {
					return nil
				}
				return u.session(p, enough)
			})
			_ = through(addr, u.name, stop, func(p *peer) error {
				u.mu.Lock()
				limit := u.next
				u.mu.Unlock()
				return u.session(p, limit)
			})
		})
	}
	return pubs
}

func finished(pubs []*publisher) (n int) {
	for _, u := range pubs {
		u.mu.Lock()
		n += len(u.finished)
		u.mu.Unlock()
	}
	return n
}

// judge waits until the subscriber has everything, and counts.
func judge(t *testing.T, c *child, pubs []*publisher, sub *subscriber) {
	t.Helper()
	total, twice := 0, 0
	for _, u := range pubs {
		total += len(u.finished)
	}
	waitForQuiet(sub, total)
	sub.mu.Lock()
	defer sub.mu.Unlock()
	for _, u := range pubs {
		lost := 0
		for _, n := range u.finished {
			times := sub.got[fmt.Sprintf("%s %d", u.name, n)]
			if times == 0 {
				lost++
			}
			if times > 1 {
				twice++
				if u.qos == 2 {
					t.Errorf("%s %d of QoS 2 came %d times", u.name, n, times)
				}
			}
		}
		if lost > 0 {
			t.Errorf("%s: %d of %d acknowledged messages of QoS %d are lost", u.name, lost, len(u.finished), u.qos)
		}
	}
	info, _ := os.Stat(c.path)
	t.Logf("%d messages acknowledged, none lost; %d of QoS 1 came more than once; the file has %d KiB", total, twice, info.Size()>>10)
}

// waitForQuiet waits until as many messages came, or nothing comes any more.
func waitForQuiet(sub *subscriber, total int) {
	last, since := -1, time.Now()
	for sub.count() < total && time.Since(since) < 5*time.Second {
		if n := sub.count(); n != last {
			last, since = n, time.Now()
		}
		time.Sleep(5 * time.Millisecond)
	}
}
