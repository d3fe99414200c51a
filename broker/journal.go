package broker

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// journal puts on disk what outlives a connection. It looks at records that have
// changed, makes one batch of all their changes, and commits it while the next
// gathers: many publishers wait for one write. A record that came and went
// meanwhile is never written.
//
// A nil journal is that of a broker without a store, and does nothing.
type journal struct {
	b     *Broker
	store Store
	retry time.Duration // between attempts
	// ailing tells that the last attempt failed.
	ailing atomic.Bool

	wake chan struct{} // capacity 1: commit now
	lazy chan struct{} // capacity 1: commit soon
	stop chan struct{}
	over chan struct{} // closed when run has returned

	mu      sync.Mutex
	last    uint64 // number given last
	dirty   []record
	weight  int    // of the messages among them
	sealed  uint64 // the last batch that was made
	done    uint64 // the last that is on disk
	told    uint64 // the last whose waiters know
	waiters []waiter
	moved   chan struct{} // closed when a batch is told, or fails
	changes []Change
	arena   []byte
	doomed  []*spool // of sessions that have ended
}

// waiter is somebody who waits for a batch: answers to a client, or a caller.
type waiter struct {
	ticket uint64
	c      *conn
	acks   []byte
	result chan<- error
}

// lazyTime is how long changes gather that nobody waits for, storeRetry the
// pause after a failure, and maxWeight how many bytes of messages may gather
// before their publishers are held back.
const (
	lazyTime   = 100 * time.Millisecond
	storeRetry = time.Second
	maxWeight  = 8 << 20
	arenaKeep  = 1 << 20
)

// ErrNotStored is wrapped by errors of messages that could not be put on disk
// for those who are to have them.
var ErrNotStored = errors.New("the message could not be put on disk")

func newJournal(b *Broker, s Store) *journal {
	return &journal{b: b, store: s, retry: storeRetry, wake: make(chan struct{}, 1), lazy: make(chan struct{}, 1),
		stop: make(chan struct{}), over: make(chan struct{}), moved: make(chan struct{})}
}

// refuses reports whether new work for the disk is refused.
func (j *journal) refuses() bool { return j != nil && j.ailing.Load() }

// run commits until close.
func (j *journal) run() {
	defer close(j.over)
	for {
		select {
		case <-j.wake:
		case <-j.lazy:
			j.linger()
		case <-j.stop:
			j.flush()
			return
		}
		j.flush()
	}
}

// linger lets changes gather that nobody waits for.
func (j *journal) linger() {
	timer := time.NewTimer(lazyTime)
	defer timer.Stop()
	select {
	case <-j.wake:
	case <-timer.C:
	case <-j.stop:
	}
}

// close commits what is left, if that works at once, and closes the store.
func (j *journal) close() error {
	if j == nil {
		return nil
	}
	close(j.stop)
	<-j.over
	return j.store.Close()
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// flush makes a batch and commits it; it does not give up before close.
func (j *journal) flush() {
	changes, sessions, spools := j.seal()
	if changes == nil && sessions == nil && !j.anyUntold() {
		return
	}
	for len(changes) > 0 {
		err := spools.sync()
		if err == nil {
			err = j.store.Commit(changes)
		}
		if err == nil {
			break
		}
		j.failed(err)
		select {
		case <-time.After(j.retry):
		case <-j.stop:
			return
		}
	}
	if j.ailing.CompareAndSwap(true, false) {
		j.b.events.tell(StoreWorks{Stamp: now()})
	}
	spools.clean()
	j.tell()
	for s := range sessions {
		j.pump(s)
	}
}

func (j *journal) anyUntold() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.told != j.sealed
}

// seal makes a batch of what has changed, and tells which sessions have QoS 2
// messages in it that may go out once it is on disk, and what is to be done with
// spools.
func (j *journal) seal() (changes []Change, sessions map[*session]struct{}, spools spooling) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.dirty) == 0 {
		return nil, nil, spools
	}
	j.sealed++
	spools.doomed, j.doomed = j.doomed, nil
	clear(j.changes)
	changes = j.changes[:0]
	if cap(j.arena) > arenaKeep {
		j.arena = nil
	}
	arena := j.arena[:0]
	for _, r := range j.dirty {
		st := r.state()
		st.dirty, st.batch = false, j.sealed
		if !st.alive && !st.stored {
			continue
		}
		start := len(arena)
		arena = r.appendKey(arena)
		change := Change{Key: arena[start:len(arena):len(arena)], Delete: !st.alive}
		if start = len(arena); st.alive {
			arena = r.appendValue(arena)
			change.Value = arena[start:len(arena):len(arena)]
			sessions = noteSession(sessions, r)
			spools.note(r)
		}
		st.stored = st.alive
		changes = append(changes, change)
	}
	clear(j.dirty)
	j.dirty, j.weight, j.changes, j.arena = j.dirty[:0], 0, changes, arena
	return changes, sessions, spools
}

// noteSession adds the session of a QoS 2 message that is about to go out.
func noteSession(sessions map[*session]struct{}, r record) map[*session]struct{} {
	d, ok := r.(*delivery)
	if !ok || d.qos != 2 || d.packet == 0 {
		return sessions
	}
	if sessions == nil {
		sessions = make(map[*session]struct{})
	}
	sessions[d.s] = struct{}{}
	return sessions
}

// tell lets those go on who waited for the last batch.
func (j *journal) tell() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done = j.sealed
	for {
		due, rest := j.splitLocked()
		if len(due) == 0 {
			break
		}
		j.waiters = rest
		j.mu.Unlock()
		for _, w := range due {
			if w.c != nil {
				w.c.out.force(w.acks)
			} else {
				w.result <- nil
			}
		}
		j.mu.Lock()
	}
	j.told = j.done
	j.moveLocked()
}

// splitLocked divides the waiters in those whose batch is on disk, and others.
func (j *journal) splitLocked() (due, rest []waiter) {
	for _, w := range j.waiters {
		if w.ticket <= j.done {
			due = append(due, w)
		} else {
			rest = append(rest, w)
		}
	}
	return due, rest
}

func (j *journal) moveLocked() {
	close(j.moved)
	j.moved = make(chan struct{})
}

// failed ends the connections of those who wait: their answers would be lies.
func (j *journal) failed(err error) {
	j.ailing.Store(true)
	j.b.events.tellOften(repeatKey{kind: "store"}, func(n uint64) Event {
		return StoreFailed{Stamp: now(), Err: err, Count: n}
	})
	j.mu.Lock()
	waiters := j.waiters
	j.waiters = nil
	j.moveLocked()
	j.mu.Unlock()
	for _, w := range waiters {
		w.refuse()
	}
}

// refuse tells that there is no answer. It does not block.
func (w *waiter) refuse() {
	if w.c == nil {
		w.result <- ErrNotStored
		return
	}
	w.c.kick(departure{reason: NotStored, code: packet.QuotaExceeded, err: ErrNotStored})
}

// pump sends the QoS 2 messages that waited to be on disk.
func (j *journal) pump(s *session) {
	defer j.b.rescue()
	if c := s.conn.Load(); c != nil {
		s.pump(c)
	}
}
