package broker

import (
	"context"
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// This file has what changes records, and waits for them to be on disk.

// touchLocked has a record looked at for the next batch.
func (j *journal) touchLocked(r record) {
	st := r.state()
	if st.dirty {
		return
	}
	st.dirty = true
	if j.dirty = append(j.dirty, r); len(j.dirty) == 1 {
		signal(j.lazy)
	}
}

func (j *journal) numberLocked() uint64 {
	j.last++
	return j.last
}

// useLocked counts one who needs m on disk.
func (j *journal) useLocked(m *message) {
	if m.number == 0 {
		m.number = j.numberLocked()
	}
	if m.uses++; m.uses == 1 {
		m.alive = true
		if !m.stored {
			j.weight += m.size()
		}
		j.touchLocked(m)
	}
}

func (j *journal) letGoLocked(m *message) {
	if m.uses--; m.uses == 0 {
		m.alive = false
		j.touchLocked(m)
	}
}

// enter takes over what one message is for the sessions that are kept, and the
// packet ID under which it came: all in one batch.
func (j *journal) enter(ds []*delivery, spooled []spooled, from *received) {
	if j == nil || len(ds)+len(spooled) == 0 && from == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, d := range ds {
		j.enterLocked(d)
	}
	for i := range spooled {
		j.spooledLocked(&spooled[i])
	}
	if from != nil && !from.over {
		from.alive = true
		j.touchLocked(from)
	}
}

func (j *journal) enterLocked(d *delivery) {
	if d.over || d.alive {
		return
	}
	d.number = j.numberLocked()
	d.alive = true
	j.useLocked(d.m)
	j.touchLocked(d)
	if d.packet != 0 && d.qos == 2 {
		signal(j.wake)
	}
}

// launch notes the packet ID of a message that goes out, of which it makes a
// record if there is none yet and now is set. Among is the replay that it was
// part of, nil for none: both are changed in one batch.
func (j *journal) launch(d *delivery, id uint16, now bool, among *keptReplay) {
	j.mu.Lock()
	defer j.mu.Unlock()
	d.packet = id
	switch {
	case now:
		j.enterLocked(d)
		if among != nil {
			j.replayedLocked(among)
		}
	case d.alive:
		j.touchLocked(d)
		if d.qos == 2 {
			signal(j.wake)
		}
	}
}

// release notes that PUBREC came: the message itself is not needed any more.
func (j *journal) release(d *delivery) {
	if j == nil || d == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	m := d.m
	d.released, d.m = true, nil
	if d.alive {
		j.letGoLocked(m)
		j.touchLocked(d)
	}
}

// forget gives deliveries up: they are done, or dropped.
func (j *journal) forget(ds ...*delivery) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, d := range ds {
		if d == nil || d.over {
			continue
		}
		d.over = true
		if d.alive {
			d.alive = false
			if d.m != nil {
				j.letGoLocked(d.m)
			}
			j.touchLocked(d)
		}
	}
}

// kill gives a record up that needs no other. It reports whether it lived.
func (j *journal) kill(r record) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	st := r.state()
	lived := st.alive
	st.over = true
	if lived {
		st.alive = false
		j.touchLocked(r)
	}
	return lived
}

// shelve notes that m is retained, unshelve that it is not any more.
func (j *journal) shelve(m *message) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.useLocked(m)
	m.shelf = &shelved{m: m}
	m.shelf.alive = true
	j.touchLocked(m.shelf)
}

func (j *journal) unshelve(m *message) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if m.shelf == nil || !m.shelf.alive {
		return
	}
	m.shelf.alive = false
	j.touchLocked(m.shelf)
	j.letGoLocked(m)
}

// keepSession makes a record of a new session.
func (j *journal) keepSession(pub *model.Publisher, expiry time.Duration) *keptSession {
	j.mu.Lock()
	defer j.mu.Unlock()
	k := &keptSession{number: j.numberLocked(), pub: pub, expiry: expiry}
	k.alive = true
	j.touchLocked(k)
	return k
}

// updateSession notes whose the session is now, and since when it is away.
func (j *journal) updateSession(k *keptSession, pub *model.Publisher, expiry time.Duration, away time.Time) {
	if k == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	k.pub, k.expiry, k.away = pub, expiry, away
	if k.alive {
		j.touchLocked(k)
	}
}

// keepSubscription makes a record of a subscription.
func (j *journal) keepSubscription(k *keptSubscription) {
	j.mu.Lock()
	defer j.mu.Unlock()
	k.number, k.alive = j.numberLocked(), true
	j.touchLocked(k)
}

// keepWill makes a record of the will of a client that connects to session k,
// nil for one that is not kept.
func (j *journal) keepWill(w *will, k *keptSession) {
	if j == nil || w == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	w.kept = &keptWill{number: j.numberLocked(), w: w}
	if k != nil {
		w.kept.owner = k.number
	}
	w.kept.alive = true
	j.touchLocked(w.kept)
}

// postponeWill notes when a will is due.
func (j *journal) postponeWill(w *will, due time.Time) {
	if j == nil || w.kept == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	w.kept.due = due
	if w.kept.alive {
		j.touchLocked(w.kept)
	}
}

// dropWill notes that a will was sent, or is not to be.
func (j *journal) dropWill(w *will) {
	if j != nil && w != nil && w.kept != nil {
		j.kill(w.kept)
	}
}

// mark is the ticket for everything that was changed so far.
func (j *journal) mark() uint64 {
	if j == nil {
		return 0
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.dirty) > 0 {
		return j.sealed + 1
	}
	return j.sealed
}

// settled reports whether a record is on disk as it is.
func (j *journal) settled(d *delivery) bool {
	if d == nil {
		return true
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return d.alive && !d.dirty && d.batch <= j.done
}

// answer sends answers to a client when everything up to a ticket is on disk,
// and after all earlier ones [MQTT-4.6.0-2] [MQTT-4.6.0-3].
func (j *journal) answer(c *conn, ticket uint64, acks []byte) {
	j.mu.Lock()
	ticket = max(ticket, c.owed)
	if ticket <= j.told {
		j.mu.Unlock()
		c.out.force(acks)
		return
	}
	c.owed = ticket
	w := waiter{ticket: ticket, c: c, acks: append([]byte(nil), acks...)}
	j.joinLocked(w)
}

// joinLocked adds a waiter and unlocks the journal.
func (j *journal) joinLocked(w waiter) {
	if j.ailing.Load() {
		j.mu.Unlock()
		w.refuse()
		return
	}
	j.waiters = append(j.waiters, w)
	j.mu.Unlock()
	signal(j.wake)
}

// await waits until everything up to a ticket is on disk.
func (j *journal) await(ctx context.Context, ticket uint64) error {
	if j == nil || ticket == 0 {
		return nil
	}
	result := make(chan error, 1)
	j.mu.Lock()
	if ticket <= j.told {
		j.mu.Unlock()
		return nil
	}
	j.joinLocked(waiter{ticket: ticket, result: result})
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait for the disk: %w", ctx.Err())
	case <-j.over:
		return ErrNotStored
	}
}

// throttle holds a publisher back while more gathers than the disk takes.
func (j *journal) throttle() {
	for {
		j.mu.Lock()
		full, moved := j.weight > maxWeight, j.moved
		j.mu.Unlock()
		if !full || j.ailing.Load() {
			return
		}
		signal(j.wake)
		select {
		case <-moved:
		case <-j.b.ctx.Done():
			return
		}
	}
}
