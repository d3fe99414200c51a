package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/pilothouse/pilothouse/broker/identity/secret"
	"github.com/pilothouse/pilothouse/model"
)

// passwordHash is argon2id in the PHC string format:
// $argon2id$v=19$m=19456,t=2,p=1$salt$hash. It does not show itself in logs.
type passwordHash string

// The cost of a password's hash (OWASP's recommendation), and the most that a
// registry may ask for.
const (
	hashMemory, maxHashMemory = 19 << 10, 256 << 10 // KiB
	hashPasses, maxHashPasses = 2, 16
	hashLanes                 = 1
	hashSalt, hashBytes       = 16, 32
)

// Bounds on passwords.
const (
	minPassword = 8
	maxPassword = 256
)

var errHash = errors.New("its password hash is not argon2id as this version writes it")

// String implements fmt.Stringer.
func (passwordHash) String() string { return secret.Redacted }

// Format implements fmt.Formatter, for every verb.
func (passwordHash) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(secret.Redacted)) }

// LogValue implements slog.LogValuer.
func (passwordHash) LogValue() slog.Value { return slog.StringValue(secret.Redacted) }

// hashParams are the parts of a hash.
type hashParams struct {
	memory, passes uint32
	lanes          uint8
	salt, sum      []byte
}

func (h passwordHash) parse() (p hashParams, err error) {
	parts := strings.Split(string(h), "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return p, errHash
	}
	var err1, err2 error
	p.salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
	p.sum, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(p.salt) < 8 || len(p.sum) != hashBytes || p.lanes < 1 || p.passes < 1 ||
		p.passes > maxHashPasses || p.memory < 8*uint32(p.lanes) || p.memory > maxHashMemory {
		return p, errHash
	}
	return p, nil
}

func (h passwordHash) check() error {
	if h == "" {
		return nil
	}
	_, err := h.parse()
	return err
}

// newHash hashes a password.
func newHash(password string) passwordHash {
	salt := make([]byte, hashSalt)
	_, _ = rand.Read(salt)
	sum := argon2.IDKey([]byte(password), salt, hashPasses, hashMemory, hashLanes, hashBytes)
	return passwordHash(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum)))
}

// decoy is compared with when there is no password, so that the time tells
// nothing. Nothing matches it.
func decoy() hashParams {
	return hashParams{memory: hashMemory, passes: hashPasses, lanes: hashLanes, salt: make([]byte, hashSalt), sum: make([]byte, hashBytes)}
}

// matches tells whether password is the one of h. It takes as long for a hash
// that is empty.
func (h passwordHash) matches(password []byte) bool {
	p, err := h.parse()
	if err != nil {
		p = decoy()
	}
	sum := argon2.IDKey(password, p.salt, p.passes, p.memory, p.lanes, hashBytes)
	same := subtle.ConstantTimeCompare(sum, p.sum) == 1
	return same && err == nil && len(password) > 0
}

// SetPassword gives an identity a password of 8 to 256 bytes, in place of an
// earlier one; an empty one takes it away. A device that has a password only is
// to have its source pinned: see Identity.PinSource.
func (r *Registry) SetPassword(name, password string) error {
	var hash passwordHash
	if password != "" {
		if len(password) < minPassword || len(password) > maxPassword || !utf8.ValidString(password) {
			return fmt.Errorf("set the password of %s: it has %d to %d bytes of text", quoted(name), minPassword, maxPassword)
		}
		hash = newHash(password)
	}
	return r.change("set the password of "+quoted(name), func(d *document) error {
		rec, ok := d.Identities[fold(name)]
		if !ok {
			return ErrUnknown
		}
		rec.Password = hash
		d.Identities[fold(name)] = rec
		return nil
	})
}

// hashing bounds how many passwords are checked at once, and how many wait.
type hashing struct {
	slots      chan struct{}
	most, each int
	mu         sync.Mutex
	waiting    int
	sources    map[string]int
}

func newHashing(l *Limits) *hashing {
	return &hashing{slots: make(chan struct{}, l.Hashes), most: l.Hashes + l.HashQueue, each: l.HashQueueEach,
		sources: make(map[string]int)}
}

var errHashBusy = model.Faultf("too many passwords are being checked: try again in a moment")

// matches checks a password when its turn has come.
func (h *hashing) matches(ctx context.Context, source string, hash passwordHash, password []byte) (bool, error) {
	if len(password) == 0 || len(password) > maxPassword {
		return false, nil // costs nothing, and says nothing of the identity
	}
	if !h.enter(source) {
		return false, errHashBusy
	}
	defer h.leave(source)
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return false, errHashBusy
	}
	defer func() { <-h.slots }()
	return hash.matches(password), nil
}

func (h *hashing) enter(source string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiting >= h.most || h.sources[source] >= h.each {
		return false
	}
	h.waiting++
	h.sources[source]++
	return true
}

func (h *hashing) leave(source string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting--
	if h.sources[source]--; h.sources[source] == 0 {
		delete(h.sources, source)
	}
}
