package watch

import (
	"container/list"
	"sync"
	"sync/atomic"
	"time"
)

// FeedOptions bound a feed. Zero values stand for the defaults.
type FeedOptions struct {
	// Attempts is how many attempts are kept; 500 by default. The longest quiet
	// ones make room, handled ones before open ones.
	Attempts int
	// Quiet is how long after the latest of its reports an attempt takes in
	// further ones; 30 seconds by default.
	Quiet time.Duration
	// Span is how long after its first report an attempt takes in further ones;
	// ten minutes by default, so that what goes on for long comes up again.
	Span time.Duration
	// Names is how many names from one address get attempts of their own, by
	// kind; further ones share one. 8 by default.
	Names int
}

func (o FeedOptions) withDefaults() FeedOptions {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&o.Attempts, 500)
	set(&o.Names, 8)
	if o.Quiet <= 0 {
		o.Quiet = 30 * time.Second
	}
	if o.Span <= 0 {
		o.Span = 10 * time.Minute
	}
	return o
}

// Feed is what was refused, denied or worth knowing lately: reports of one kind
// by one party from one address are one [Attempt] with an exact count. It is
// bounded, and what it has to forget stays counted. All methods may be called
// from any goroutine and return at once.
type Feed struct {
	o   FeedOptions
	gen atomic.Uint64

	mu       sync.Mutex
	next     uint64
	byID     map[uint64]*entry
	byParty  map[party]*entry
	bySource map[source]*names
	open     list.List // of *entry, the longest quiet first
	handled  list.List // likewise

	totals            [kinds]uint64
	forgotten         uint64 // attempts
	forgottenAttempts uint64 // the reports in them
}

// party is who reports are coalesced for.
type party struct {
	kind Kind
	who  string // identity, else client ID
	host string
	// shared tells that this is the one attempt for all further names of host.
	shared bool
}

// source is where attempts of a kind come from.
type source struct {
	kind Kind
	host string
}

// names counts the attempts that are kept of a source under names of their own.
type names struct{ n int }

// entry is an attempt in the feed.
type entry struct {
	Attempt
	party party
	at    *list.Element
	in    *list.List
}

// NewFeed makes an empty feed.
func NewFeed(o FeedOptions) *Feed {
	return &Feed{o: o.withDefaults(), byID: map[uint64]*entry{}, byParty: map[party]*entry{}, bySource: map[source]*names{}}
}

// Generation changes with everything that a snapshot would show differently.
func (f *Feed) Generation() uint64 { return f.gen.Load() }

// Add takes in a report.
func (f *Feed) Add(r Report) {
	r.Addr = hostOf(r.Addr)
	r.Count = max(r.Count, 1)
	if int(r.Kind) >= kinds {
		r.Kind = Other
	}
	f.mu.Lock()
	f.totals[r.Kind] += r.Count
	p, found := f.party(&r)
	if found == nil {
		found = f.begin(p, &r)
	}
	found.take(&r)
	f.touch(found)
	f.mu.Unlock()
	f.gen.Add(1)
}

// party finds who a report is coalesced for, and the attempt that takes it in,
// nil when that is a new one.
func (f *Feed) party(r *Report) (party, *entry) {
	p := party{kind: r.Kind, who: r.Identity, host: r.Addr}
	if p.who == "" {
		p.who = r.ClientID
	}
	if e := f.byParty[p]; e != nil && f.takes(e, r.At) {
		return p, e
	}
	if own := f.bySource[source{r.Kind, r.Addr}]; own != nil && own.n >= f.o.Names && f.byParty[p] == nil {
		p.who, p.shared = "", true
		if e := f.byParty[p]; e != nil && f.takes(e, r.At) {
			return p, e
		}
	}
	return p, nil
}

// takes tells whether e takes in a report of a time. What was ignored does for
// good; what was acted on does not, so that it comes up again when that was in
// vain.
func (f *Feed) takes(e *entry, at time.Time) bool {
	switch e.Mark {
	case Ignored:
		return true
	case Open:
		return at.Sub(e.Last) <= f.o.Quiet && at.Sub(e.First) <= f.o.Span
	}
	return false
}

// begin adds an attempt to the feed.
func (f *Feed) begin(p party, r *Report) *entry {
	if len(f.byID) >= f.o.Attempts {
		f.forget()
	}
	f.next++
	e := &entry{party: p, Attempt: Attempt{ID: f.next, Kind: r.Kind, Identity: r.Identity, ClientID: r.ClientID, Addr: r.Addr,
		First: r.At, Last: r.At, Various: p.shared}}
	if old := f.byParty[p]; old == nil && !p.shared {
		s := source{p.kind, p.host}
		if f.bySource[s] == nil {
			f.bySource[s] = &names{}
		}
		f.bySource[s].n++
	}
	f.byID[e.ID], f.byParty[p] = e, e
	f.enlist(e, &f.open)
	return e
}

// take adds a report to an attempt.
func (e *entry) take(r *Report) {
	e.Count += r.Count
	if r.At.Before(e.First) {
		e.First = r.At
	}
	if !r.At.Before(e.Last) {
		e.Last, e.Topic, e.Said = r.At, r.Topic, r.Said
	}
}

// enlist puts e at the end of a list.
func (f *Feed) enlist(e *entry, l *list.List) {
	if e.in != nil {
		e.in.Remove(e.at)
	}
	e.in, e.at = l, l.PushBack(e)
}

// touch makes e the least quiet of its list.
func (f *Feed) touch(e *entry) { e.in.MoveToBack(e.at) }

// forget lets the longest quiet attempt go.
func (f *Feed) forget() {
	from := &f.handled
	if from.Len() == 0 {
		from = &f.open
	}
	e, ok := from.Front().Value.(*entry)
	if !ok {
		return
	}
	from.Remove(e.at)
	delete(f.byID, e.ID)
	f.forgotten++
	f.forgottenAttempts += e.Count
	if f.byParty[e.party] != e { // a newer attempt of the same party is kept
		return
	}
	delete(f.byParty, e.party)
	s := source{e.party.kind, e.party.host}
	if own := f.bySource[s]; own != nil && !e.party.shared {
		if own.n--; own.n == 0 {
			delete(f.bySource, s)
		}
	}
}
