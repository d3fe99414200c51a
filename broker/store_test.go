package broker

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// memStore is a Store in memory. It can be held up, fail, and be copied at any
// moment as a crash would leave it.
type memStore struct {
	mu      sync.Mutex
	records map[string]string
	fail    error
	commits int
	held    sync.Mutex // locked while commits are held up
}

func (m *memStore) Load(visit func(key, value []byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range slices.Sorted(maps.Keys(m.records)) {
		if err := visit([]byte(k), []byte(m.records[k])); err != nil {
			return err
		}
	}
	return nil
}

func (m *memStore) Commit(changes []Change) error {
	m.held.Lock()
	m.held.Unlock() //nolint:staticcheck // a gate
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	if m.records == nil {
		m.records = make(map[string]string)
	}
	m.commits++
	for _, c := range changes {
		if c.Delete {
			delete(m.records, string(c.Key))
		} else {
			m.records[string(c.Key)] = string(c.Value)
		}
	}
	return nil
}

func (m *memStore) Close() error { return nil }

func (m *memStore) setFailure(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// crashed is what is on disk now.
func (m *memStore) crashed() *memStore {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &memStore{records: maps.Clone(m.records)}
}

// count is the number of records of a kind.
func (m *memStore) count(kind byte) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k := range m.records {
		if k[0] == kind {
			n++
		}
	}
	return n
}

// settle waits until everything is on disk.
func settleStore(t testing.TB, b *Broker) {
	t.Helper()
	if err := b.journal.await(b.ctx, b.journal.mark()); err != nil {
		t.Fatal(err)
	}
}

// leave ends a client's connection and waits until its session is away.
func leave(t testing.TB, b *Broker, c *client) {
	t.Helper()
	connected := func() (n int) {
		for _, i := range b.Sessions() {
			if i.Connected {
				n++
			}
		}
		return n
	}
	before := connected()
	c.send(&packet.Disconnect{})
	c.expectEnd()
	eventually(t, "goodbye", func() bool { return connected() < before })
}

var errDiskFull = errors.New("no space left on device")
