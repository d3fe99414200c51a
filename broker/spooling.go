package broker

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// This file has what joins a session's queue and its spool. While the spool holds
// messages, new ones go behind them, and the queue is filled from it.
//
// The spool of a session that is kept in a store is part of what the store
// promises. The record of the session says from where to where the spool is good;
// it is committed when the files are synced, in one batch with the packet IDs
// under which the messages came; what was appended meanwhile, and is not entered
// yet, is a gap. What is read from the spool becomes deliveries
// of the journal in the same batch that moves the record's head on, and files are
// removed after that. So after a crash each message is in one place exactly.

// SpoolFailed tells that messages could not be spooled to disk, and were treated
// as beyond the limits. Count is the number of attempts since the last event.
type SpoolFailed struct {
	Stamp
	Err   error
	Count uint64
}

// spooled tells that the spool of a kept session has grown from a mark to another.
type spooled struct {
	session  *session
	spool    *spool
	from, to spoolMark
}

// newSpoolLocked is a spool for s.
func (s *session) newSpoolLocked() *spool {
	p := &spool{dir: s.b.spoolDir, total: &s.b.spooled}
	if s.kept != nil {
		p.name = keptSpoolName(s.kept.number)
	} else {
		p.name = fmt.Sprintf("t%016x", s.b.spools.Add(1))
	}
	return p
}

func keptSpoolName(number uint64) string { return fmt.Sprintf("s%016x", number) }

// spoolEmptyLocked reports whether nothing is spooled.
func (s *session) spoolEmptyLocked() bool {
	n, _ := s.spool.state()
	return n == 0
}

// spoolLocked puts a message into the spool, and reports whether there was room.
// Of a kept session the journal has to be told where it is.
func (s *session) spoolLocked(it *item) (on spooled, ok bool) {
	l := &s.b.limits
	if s.b.spoolDir == "" || it.qos == 0 {
		return on, false
	}
	size := int64(it.m.size())
	if s.spool == nil {
		s.spool = s.newSpoolLocked()
	}
	if s.spool.held()+size > l.SpoolBytes || s.b.spooled.Load()+size > l.SpoolBytesTotal {
		return on, false
	}
	from, to, err := s.spool.append(it)
	if err != nil {
		s.b.spoolFailed(err)
		return on, false
	}
	s.backlog.Store(true)
	return spooled{s, s.spool, from, to}, true
}

func (b *Broker) spoolFailed(err error) {
	b.events.tellOften(repeatKey{kind: "spool"}, func(n uint64) Event {
		return SpoolFailed{Stamp: now(), Err: err, Count: n}
	})
}

// refillLocked fills the queue from the spool when it has run empty. It reports
// whether something came.
func (s *session) refillLocked() bool {
	if s.spool == nil || !s.queue.empty() {
		return false
	}
	items, head, err := s.spool.read(s.spoolLimit())
	if err == nil && len(items) == 0 {
		return false
	}
	var ds []*delivery
	for _, it := range items {
		if s.kept != nil {
			it.record = s.newDelivery(&it)
			ds = append(ds, it.record)
		}
		s.queue.push(it)
		s.b.queued.Add(int64(it.m.size()))
	}
	if err != nil {
		s.b.spoolFailed(err)
		var lost int
		if lost, head = s.spool.skip(); lost > 0 {
			s.drop(DropDamaged, lost)
		}
	}
	if s.kept != nil {
		s.b.journal.unspool(s.kept, ds, head)
	} else {
		s.spool.trim(head)
	}
	return !s.queue.empty()
}

// spoolLimit is how far the spool may be read: of a kept session only what the
// journal knows, all of it, with the packet ID under which it came.
func (s *session) spoolLimit() spoolMark {
	if s.kept == nil {
		return spoolMark{at: 1<<63 - 1}
	}
	j := s.b.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	return s.kept.sureLocked()
}

// spooledLocked notes that the spool of a kept session has grown.
func (j *journal) spooledLocked(on *spooled) {
	k := on.session.kept
	k.spool = on.spool
	if k.alive {
		k.extendLocked(on.from, on.to)
		j.touchLocked(k)
	}
}

// unspool takes over what was read from the spool of a kept session.
func (j *journal) unspool(k *keptSession, ds []*delivery, head spoolMark) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, d := range ds {
		j.enterLocked(d)
	}
	k.head = head
	k.passLocked()
	if k.alive {
		j.touchLocked(k)
	}
}

// dropSpool removes the spool of a kept session that has ended, once that is on
// disk.
func (j *journal) dropSpool(p *spool) {
	if p == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.doomed = append(j.doomed, p)
}

// spooling is what a batch has to do with spools: files to sync before it is
// committed, and to remove after.
type spooling struct {
	grown  []*spool
	read   map[*spool]spoolMark
	doomed []*spool
}

// note takes over what a record has to do with spools.
func (w *spooling) note(r record) {
	k, ok := r.(*keptSession)
	if !ok || k.spool == nil {
		return
	}
	w.grown = append(w.grown, k.spool)
	if w.read == nil {
		w.read = make(map[*spool]spoolMark)
	}
	w.read[k.spool] = k.head
}

// sync puts the files on disk.
func (w *spooling) sync() (err error) {
	for _, p := range w.grown {
		err = errors.Join(err, p.sync())
	}
	return err
}

// clean removes the files that are not needed any more.
func (w *spooling) clean() {
	for p, head := range w.read {
		p.trim(head)
	}
	for _, p := range w.doomed {
		p.close(true)
	}
}

// openSpool finds the spool of a session that was loaded again. What is missing
// is noticed when it is read.
func (b *Broker) openSpool(k *keptSession) *spool {
	p := &spool{dir: b.spoolDir, name: keptSpoolName(k.number), total: &b.spooled, head: k.head, tail: k.tail,
		left: slices.Clone(k.left)}
	names, _ := filepath.Glob(filepath.Join(b.spoolDir, p.name+"-*"+spoolSuffix))
	for _, path := range names {
		start, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(path)[len(p.name)+1:], spoolSuffix), 16, 64)
		if err != nil || start >= k.tail.at {
			continue // what was never acknowledged
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0o600)
		if err != nil {
			b.spoolFailed(err)
			continue
		}
		s := &segment{f: f, start: start}
		if info, err := f.Stat(); err == nil {
			s.end = start + min(info.Size(), k.tail.at-start)
		}
		p.segments = append(p.segments, s)
	}
	slices.SortFunc(p.segments, func(a, b *segment) int { return cmp.Compare(a.start, b.start) })
	p.total.Add(p.heldLocked())
	if n := len(p.segments); n > 0 && p.segments[n-1].end < p.tail.at {
		p.segments[n-1].end = p.tail.at // reading will tell
	}
	return p
}

// claimSpools opens the folder for spools, and removes the files in it that
// belong to no session.
func (b *Broker) claimSpools() {
	if b.spoolDir == "" {
		return
	}
	if err := os.MkdirAll(b.spoolDir, 0o700); err != nil {
		b.spoolFailed(err)
		b.spoolDir = ""
		return
	}
	used := make(map[string]bool)
	b.mu.Lock()
	for _, s := range b.sessions {
		for _, path := range s.spool.paths() {
			used[path] = true
		}
	}
	b.mu.Unlock()
	names, _ := filepath.Glob(filepath.Join(b.spoolDir, "[st]*-*"+spoolSuffix))
	for _, name := range names {
		if !used[name] {
			_ = os.Remove(name) // tried again at the next start
		}
	}
}

// closeSpools closes all files at the end of the broker: those of kept sessions
// stay.
func (b *Broker) closeSpools() {
	for _, p := range b.leftSpools {
		p.close(false)
	}
	for _, s := range b.sessions {
		s.spool.close(s.kept == nil)
	}
}
