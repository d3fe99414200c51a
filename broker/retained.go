package broker

import (
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// retainedStore holds the retained messages in a tree of topic levels (MQTT 5.0
// section 3.3.1.3).
type retainedStore struct {
	maxCount, maxBytes int
	maxEach            int // messages of one publisher

	mu    sync.RWMutex
	root  shelf
	count int
	bytes int
	each  map[string]int // messages by the name of their publisher
	// kept and gone, if not nil, are told of each change. They must not lock
	// anything under which the store is locked.
	kept, gone func(*message)
}

// shelf is one topic level.
type shelf struct {
	children map[string]*shelf
	m        *message
}

// set keeps m in place of the earlier message on its topic; a message without a
// payload only removes that [MQTT-3.3.1-6]. It reports false when the store is
// full.
func (r *retainedStore) set(m *message) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(m.payload) == 0 {
		r.removeLocked(m.topic, nil)
		return true
	}
	if !r.hasRoomLocked(m) {
		return false
	}
	r.removeLocked(m.topic, nil)
	r.takeLocked(m)
	if r.kept != nil {
		r.kept(m)
	}
	return true
}

func (r *retainedStore) takeLocked(m *message) {
	if r.each == nil {
		r.each = make(map[string]int)
	}
	r.each[m.from.Name()]++
	r.count++
	r.bytes += m.size()
	r.placeLocked(m)
}

// hasRoomLocked reports whether m may be kept: the store has room, and its
// publisher has not more than its share.
func (r *retainedStore) hasRoomLocked(m *message) bool {
	count, bytes, each := r.count+1, r.bytes+m.size(), r.each[m.from.Name()]+1
	if old := r.getLocked(m.topic); old != nil {
		count, bytes = count-1, bytes-old.size()
		if old.from.Name() == m.from.Name() {
			each--
		}
	}
	return count <= r.maxCount && bytes <= r.maxBytes && each <= r.maxEach
}

func (r *retainedStore) placeLocked(m *message) {
	s := &r.root
	for level := range strings.SplitSeq(m.topic, "/") {
		child := s.children[level]
		if child == nil {
			child = &shelf{}
			if s.children == nil {
				s.children = make(map[string]*shelf)
			}
			s.children[level] = child
		}
		s = child
	}
	s.m = m
}

func (r *retainedStore) getLocked(topic string) *message {
	s := &r.root
	for level := range strings.SplitSeq(topic, "/") {
		if s = s.children[level]; s == nil {
			return nil
		}
	}
	return s.m
}

// remove takes m out, if it is still the message on its topic.
func (r *retainedStore) remove(m *message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.removeLocked(m.topic, m)
}

func (r *retainedStore) removeLocked(topic string, only *message) {
	if gone := r.root.remove(topic, true, only); gone != nil {
		r.count--
		r.bytes -= gone.size()
		name := gone.from.Name()
		if r.each[name]--; r.each[name] == 0 {
			delete(r.each, name)
		}
		if r.gone != nil {
			r.gone(gone)
		}
	}
}

func (s *shelf) remove(rest string, more bool, only *message) (gone *message) {
	if !more {
		if only == nil || s.m == only {
			gone, s.m = s.m, nil
		}
		return gone
	}
	level, rest, more := strings.Cut(rest, "/")
	child := s.children[level]
	if child == nil {
		return nil
	}
	gone = child.remove(rest, more, only)
	if child.m == nil && len(child.children) == 0 {
		delete(s.children, level)
	}
	return gone
}

// find returns the messages that match filter and have not expired at t.
func (r *retainedStore) find(filter string, t time.Time) (found []*message) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	r.root.find(filter, true, true, func(m *message) {
		if _, alive := m.remaining(t); alive {
			found = append(found, m)
		}
	})
	return found
}

// find visits what matches the rest of a filter; first tells that s is the root,
// below which wildcards do not match levels that start with $.
func (s *shelf) find(rest string, more, first bool, visit func(*message)) {
	if !more {
		s.visit(visit)
		return
	}
	level, rest, more := strings.Cut(rest, "/")
	switch level {
	case "#":
		s.visit(visit)
		for name, child := range s.children {
			if !first || !strings.HasPrefix(name, "$") {
				child.find("#", true, false, visit)
			}
		}
	case "+":
		for name, child := range s.children {
			if !first || !strings.HasPrefix(name, "$") {
				child.find(rest, more, false, visit)
			}
		}
	default:
		if child := s.children[level]; child != nil {
			child.find(rest, more, false, visit)
		}
	}
}

func (s *shelf) visit(visit func(*message)) {
	if s.m != nil {
		visit(s.m)
	}
}

// purgeExpired removes what has expired at t.
func (r *retainedStore) purgeExpired(t time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var gone []*message
	r.root.find("#", true, false, func(m *message) {
		if _, alive := m.remaining(t); !alive {
			gone = append(gone, m)
		}
	})
	for _, m := range gone {
		r.removeLocked(m.topic, m)
	}
}

// size is the number of messages and what they count in bytes.
func (r *retainedStore) size() (count, bytes int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.count, r.bytes
}

// retain stores a message that its publisher wants retained.
func (b *Broker) retain(m *message) {
	if b.retained.set(m) {
		return
	}
	b.retained.purgeExpired(m.at)
	if !b.retained.set(m) {
		b.notRetained(m.from)
	}
}

// replayable are the retained messages for a filter whose senders may still
// retain them. Others are removed for good.
func (b *Broker) replayable(filter string) []*message {
	t := time.Now()
	found := append(b.retained.find(filter, t), b.sysMessages(filter, t)...)
	kept := found[:0]
	generation := b.access.Generation()
	for _, m := range found {
		if m.generation != generation && m.from.Addr != model.InProcess {
			if err := b.access.Publish(m.from, m.topic, true); err != nil {
				b.retained.remove(m)
				b.denied(m.from, ToRetain, m.topic, err)
				continue
			}
		}
		kept = append(kept, m)
	}
	return kept
}
