package attacks

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/model/watch"
)

// told is one thing that the operator was told.
type told struct {
	at   time.Time
	kind watch.Kind
	text string
}

// events are what the operator was told.
type events struct {
	mu  sync.Mutex
	all []told
}

func (l *events) add(kind watch.Kind, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, told{time.Now(), kind, fmt.Sprintf(format, args...)})
}

func (l *events) addIdentity(e identity.Event) {
	l.add(e.Kind, "%s %s %s", e.Identity, e.Addr, e.Reason)
}

func (l *events) addWeb(r listen.Refusal) {
	kind := watch.HandshakeFailed
	switch r.Reason {
	case listen.OriginRefused, listen.HostRefused:
		kind = watch.OriginRefused
	case listen.TooManyHandshakes:
		kind = watch.Flood
	}
	l.add(kind, "%s %v %q %q", r.Addr, r.Reason, r.Origin, r.Host)
}

func (l *events) addBroker(e broker.Event) {
	switch e := e.(type) {
	case broker.Refused:
		l.add(e.Kind, "%s %q %s x%d", e.Addr, e.ClientID, e.Reason, e.Count)
	case broker.Denied:
		l.add(e.Kind, "%s %s %.100q %s x%d", e.Publisher.Name(), e.Action, e.Topic, e.Reason, e.Count)
	case broker.Malformed:
		l.add(watch.Malformed, "%s %s x%d", e.Addr, e.Reason, e.Count)
	case broker.Dropped:
		if e.Reason == broker.DropRetainedFull {
			l.add(watch.QuotaReached, "%s %s x%d", e.Publisher.Name(), e.Reason, e.Count)
		}
	case broker.PanicCaught:
		l.add(watch.Other, "panic: %s\n%s", e.Value, e.Stack)
	case broker.SessionClosed:
		if broker.KindOf(e.Err) == watch.HandshakeFailed { // what came is not what was sent
			l.add(watch.HandshakeFailed, "%s %s: %v", e.Publisher.Name(), e.Reason, e.Err)
		}
	}
}

// first is the first event of one of some kinds since a time.
func (l *events) first(since time.Time, kinds []watch.Kind) (told, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.all {
		if !e.at.Before(since) && slices.Contains(kinds, e.kind) {
			return e, true
		}
	}
	return told{}, false
}

// await waits for such an event.
func (l *events) await(since time.Time, kinds []watch.Kind, d time.Duration) (told, bool) {
	for deadline := time.Now().Add(d); ; time.Sleep(5 * time.Millisecond) {
		e, ok := l.first(since, kinds)
		if ok || time.Now().After(deadline) {
			return e, ok
		}
	}
}

// String is all of them, a line each.
func (l *events) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var b strings.Builder
	for _, e := range l.all {
		fmt.Fprintf(&b, "\n%s %v: %s", e.at.Format("05.000"), e.kind, e.text)
	}
	return b.String()
}
