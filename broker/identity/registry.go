package identity

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/model/watch"
)

// Registry is who may speak to the broker, and what about. It implements
// broker.Access. Make one with Open.
type Registry struct {
	o      Options
	limits Limits
	path   string
	lock   *flock.Flock

	policy     atomic.Pointer[policy]
	generation atomic.Uint64
	off        atomic.Uint64 // defences that are switched off

	authority *Authority
	server    serverCertificate
	hashing   *hashing
	guesses   *guesses
	sessions  *sessions
	quotas    *quotas
	clock     clock
	mask      *broker.Mask
	chain     []Authenticator

	mu       sync.Mutex // of changes
	closed   bool
	onRevoke []func(Revoked)
	broker   *broker.Broker       // nil until Guard
	warned   map[string]time.Time // certificates that were warned of, by serial
}

// ErrInUse tells that another process has the registry open.
var ErrInUse = errors.New("the registry is in use by another program; close that first")

var errClosed = errors.New("the registry is closed")

// Open opens the registry in a folder, or begins one with a new authority. A
// registry that is damaged or newer is not touched: *DamagedError,
// *NewerFormatError. ErrInUse when another process has it.
func Open(o Options) (*Registry, error) {
	if o.Dir == "" || o.Secrets == nil {
		return nil, errors.New("open the registry of identities: it needs a folder, and a place for secrets")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OnEvent == nil {
		o.OnEvent = func(Event) {}
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the registry of identities: %w", err)
	}
	r := &Registry{o: o, limits: o.Limits.withDefaults(), path: filepath.Join(o.Dir, fileName),
		lock: flock.New(filepath.Join(o.Dir, fileName+".lock"), flock.SetPermissions(0o600)), warned: make(map[string]time.Time)}
	if got, err := r.lock.TryLock(); err != nil {
		return nil, fmt.Errorf("open the registry of identities: %w", err)
	} else if !got {
		return nil, fmt.Errorf("open the registry of identities: %w", ErrInUse)
	}
	if err := r.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open the registry of identities: %w", err), r.lock.Close())
	}
	return r, nil
}

// load reads the registry, or begins one.
func (r *Registry) load() error {
	if err := os.Chmod(r.o.Dir, 0o700); err != nil { //nolint:gosec // a folder: without x nobody could enter it
		return err
	}
	d, err := readDocument(r.path)
	if err != nil {
		return err
	}
	r.clock.now = r.o.Now
	if d != nil {
		r.clock.floor(d.Written)
		if err := os.Chmod(r.path, 0o600); err != nil {
			return err
		}
	}
	if d == nil {
		d, err = r.begin()
	} else {
		r.authority, err = loadAuthority(d.Authority, r.o.Secrets)
	}
	if err != nil {
		return err
	}
	r.prepare()
	r.install(d)
	if late := r.clock.behind(); late > clockTolerance {
		r.tell(Event{Kind: watch.ClockWrong, Reason: clockReason(late)})
	}
	return nil
}

// prepare makes what is kept in memory only.
func (r *Registry) prepare() {
	r.server = serverCertificate{r: r}
	r.hashing = newHashing(&r.limits)
	r.guesses = newGuesses(&r.limits)
	r.sessions = newSessions(&r.limits)
	r.quotas = newQuotas()
	r.mask = broker.NewMask()
	r.chain = append([]Authenticator{certificates{r}}, r.o.Authenticators...)
	r.chain = append(r.chain, passwords{r})
}

// begin makes a registry with a new authority.
func (r *Registry) begin() (*document, error) {
	a, rec, err := newAuthority(r.clock.read(), r.o.Secrets)
	if err != nil {
		return nil, err
	}
	r.authority = a
	d := &document{Format: Format, Authority: rec, Policy: DefaultPolicy(),
		Identities: make(map[string]record), Certificate: make(map[string]Certificate)}
	return d, d.write(r.path, r.clock.read())
}

// Close ends the use of the folder. Answers are given as before, but nothing can
// be changed any more. It can be called twice.
func (r *Registry) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	if err := r.lock.Close(); err != nil {
		return fmt.Errorf("close the registry of identities: %w", err)
	}
	return nil
}

// change makes a copy of the registry, changes it, writes it and puts it in
// force: all of it or nothing.
func (r *Registry) change(what string, f func(*document) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return fmt.Errorf("%s: %w", what, errClosed)
	}
	d := r.policy.Load().doc.copied()
	if err := f(d); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	now := r.clock.read()
	if err := d.write(r.path, now); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	r.clock.floor(now)
	r.install(d)
	return nil
}

// install puts a registry in force.
func (r *Registry) install(d *document) {
	r.policy.Store(compile(d))
	r.generation.Add(1)
}

// tell reports an event.
func (r *Registry) tell(e Event) {
	e.At = r.o.Now()
	r.o.OnEvent(e)
}

// Put adds an identity, or changes one. Its password, certificates and revocation
// stay.
func (r *Registry) Put(i Identity) error {
	i = i.copied()
	return r.change("keep the identity "+quoted(i.Name), func(d *document) error {
		if err := i.check(); err != nil {
			return err
		}
		old, had := d.Identities[fold(i.Name)]
		switch {
		case had && old.Name != i.Name:
			return fmt.Errorf("there is %s already, and names that differ in case only are the same", old.Name)
		case !had && len(d.Identities) >= maxIdentities:
			return fmt.Errorf("there are %d identities already, and no room for more", maxIdentities)
		case had:
			i.Created, i.Revoked = old.Created, old.Revoked
		default:
			i.Created, i.Revoked = r.clock.read(), nil
		}
		i.HasPassword, i.Certificates = false, nil
		d.Identities[fold(i.Name)] = record{Identity: i, Password: old.Password}
		return d.checkClaims()
	})
}

// checkClaims reports what belongs to two identities.
func (d *document) checkClaims() error {
	c := newClaims()
	for _, rec := range d.Identities {
		if err := c.claim(&rec.Identity); err != nil {
			return err
		}
	}
	return nil
}

// Get returns an identity.
func (r *Registry) Get(name string) (Identity, bool) {
	p := r.policy.Load()
	rec, ok := p.doc.Identities[fold(name)]
	if !ok {
		return Identity{}, false
	}
	return p.told(&rec), true
}

// List returns all identities, by name.
func (r *Registry) List() []Identity {
	p := r.policy.Load()
	all := make([]Identity, 0, len(p.doc.Identities))
	for _, rec := range p.doc.Identities {
		all = append(all, p.told(&rec))
	}
	slices.SortFunc(all, func(a, b Identity) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Remove forgets an identity. Its certificates stay revoked for ever, its live
// sessions are cut.
func (r *Registry) Remove(name string) error {
	var gone Identity
	err := r.change("remove the identity "+quoted(name), func(d *document) error {
		rec, ok := d.Identities[fold(name)]
		if !ok {
			return ErrUnknown
		}
		gone = rec.Identity
		delete(d.Identities, fold(name))
		d.revokeCertificates(rec.Name, &Revocation{At: r.clock.read(), Why: "its identity was removed"})
		return nil
	})
	if err == nil {
		r.revoked(Revoked{Name: gone.Name, ClientIDs: gone.clientIDs(), Why: "removed"})
	}
	return err
}

// quoted is a name in an error, cut when it is absurd.
func quoted(name string) string { return fmt.Sprintf("%q", name[:min(len(name), maxText+1)]) }
