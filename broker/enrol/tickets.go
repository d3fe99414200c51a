package enrol

import (
	"crypto/subtle"
	"crypto/x509"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// phase is how far a ticket has come.
type phase uint8

const (
	sealed   phase = iota // the commitment is not open yet
	waiting               // for the operator
	issuing               // approved, the registry is at work
	approved              // the certificate is there
	declined              // by the operator
	expired               // nobody decided
)

// ticket is one device's request. The desk's lock guards all that changes.
type ticket struct {
	secret     string // what the device calls it
	id         string // what the operator calls it
	addr       string
	from       netip.Addr
	name, host string
	invitation Invitation
	csr        *x509.CertificateRequest
	committed  []byte
	script     transcript // without the device's nonce while it is sealed
	decided    chan struct{}

	phase     phase
	code      string
	asked     time.Time
	until     time.Time
	timer     *time.Timer
	enrolled  Enrolled
	collected bool
}

// desk holds the tickets. Every one of them ends by its timer.
type desk struct {
	limits Limits
	tell   func(Outcome, *ticket)
	change func()

	mu       sync.Mutex
	closed   bool
	reserved int
	from     map[netip.Addr]int // reserved ones included
	tickets  map[string]*ticket
}

func newDesk(l Limits, tell func(Outcome, *ticket), change func()) *desk {
	return &desk{limits: l, tell: tell, change: change, from: make(map[netip.Addr]int), tickets: make(map[string]*ticket)}
}

// reserve makes room for a ticket, to be used by add or given back by release.
func (d *desk) reserve(from netip.Addr) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || d.reserved+len(d.tickets) >= d.limits.Tickets || d.from[from] >= d.limits.TicketsPerAddress {
		return false
	}
	d.reserved++
	d.from[from]++
	return true
}

func (d *desk) release(from netip.Addr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reserved--
	d.leaveLocked(from)
}

func (d *desk) leaveLocked(from netip.Addr) {
	if d.from[from]--; d.from[from] <= 0 {
		delete(d.from, from)
	}
}

// add puts t where room was reserved. It is false when the desk is closed.
func (d *desk) add(t *ticket) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reserved--
	if d.closed {
		d.leaveLocked(t.from)
		return false
	}
	d.tickets[t.secret] = t
	t.asked = time.Now()
	t.timer = time.AfterFunc(d.limits.OpenTime, func() { d.expire(t) })
	return true
}

// open opens the commitment of a ticket, or finds it open. It answers Asked with
// the ticket, UnknownTicket or BadCommitment.
func (d *desk) open(secret string, nonce []byte) (*ticket, Outcome) {
	d.mu.Lock()
	t, ok := d.tickets[secret]
	switch {
	case !ok:
		d.mu.Unlock()
		return nil, UnknownTicket
	case t.phase != sealed:
		defer d.mu.Unlock()
		if subtle.ConstantTimeCompare(t.script.deviceNonce, nonce) != 1 {
			return nil, UnknownTicket
		}
		return t, Asked
	case !opens(t.committed, t.script.publicKey, nonce):
		d.removeLocked(t)
		d.mu.Unlock()
		return t, BadCommitment
	}
	t.script.deviceNonce = nonce
	t.code = t.script.code()
	t.script.token = ""
	t.phase = waiting
	t.until = time.Now().Add(d.limits.DecideTime)
	t.timer.Reset(d.limits.DecideTime)
	d.mu.Unlock()
	d.tell(Asked, t)
	d.change()
	return t, Asked
}

// removeLocked forgets t.
func (d *desk) removeLocked(t *ticket) {
	t.timer.Stop()
	if d.tickets[t.secret] == t {
		delete(d.tickets, t.secret)
		d.leaveLocked(t.from)
	}
}

// busy is how long after its time a ticket is looked at again that the registry
// is still at work on.
const busy = time.Second

// expire is called when t's time in its phase is over.
func (d *desk) expire(t *ticket) {
	d.mu.Lock()
	if d.closed || d.tickets[t.secret] != t {
		d.mu.Unlock()
		return
	}
	outcome, told := Unopened, true
	switch t.phase {
	case issuing:
		t.timer.Reset(busy)
		told = false
	case waiting:
		outcome = TimedOut
		d.settleLocked(t, expired, d.limits.OpenTime)
	case approved:
		d.removeLocked(t)
		outcome, told = Uncollected, !t.collected
	case declined, expired:
		d.removeLocked(t)
		told = false
	case sealed:
		d.removeLocked(t)
	}
	d.mu.Unlock()
	if told {
		d.tell(outcome, t)
		d.change()
	}
}

// settleLocked ends the waiting of t; it is kept for its device to learn of it.
func (d *desk) settleLocked(t *ticket, p phase, keep time.Duration) {
	t.phase = p
	close(t.decided)
	t.timer.Reset(keep)
}

// take marks the ticket that the operator calls id as being issued.
func (d *desk) take(id string) (*ticket, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.tickets {
		if t.id == id && t.phase == waiting {
			t.phase = issuing
			return t, true
		}
	}
	return nil, false
}

// giveBack lets the operator decide on t once more.
func (d *desk) giveBack(t *ticket) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t.phase = waiting
}

// settle gives t its outcome.
func (d *desk) settle(t *ticket, p phase, e Enrolled, keep time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tickets[t.secret] != t { // closed
		return
	}
	t.enrolled = e
	d.settleLocked(t, p, keep)
}

// outcome is the decision on t; first tells that nobody was told of an approval
// yet.
func (d *desk) outcome(t *ticket) (p phase, e Enrolled, first bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	first = t.phase == approved && !t.collected
	t.collected = t.collected || first
	return t.phase, t.enrolled, first
}

// list is what the operator has to decide, the oldest first.
func (d *desk) list() []Pending {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Pending
	for _, t := range d.tickets {
		if t.phase == waiting || t.phase == issuing {
			all = append(all, t.pending())
		}
	}
	slices.SortFunc(all, func(a, b Pending) int { return a.Asked.Compare(b.Asked) })
	return all
}

// close forgets all tickets.
func (d *desk) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for _, t := range d.tickets {
		d.removeLocked(t)
	}
}
