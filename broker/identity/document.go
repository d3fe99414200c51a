package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity/secret"
)

// Format is the version of the registry that this package writes, and the newest
// that it reads.
const Format = 1

// fileName is that of the registry, and maxFileBytes the largest that is read.
const (
	fileName     = "registry.json"
	maxFileBytes = 64 << 20
)

// document is the registry as it is on disk. Once it is the policy's it is not
// changed, nor are the values in it.
type document struct {
	Format      int                    `json:"format"`
	Written     time.Time              `json:"written"`
	Authority   authorityRecord        `json:"authority"`
	Policy      Policy                 `json:"policy"`
	Identities  map[string]record      `json:"identities"`
	Certificate map[string]Certificate `json:"certificates"` // by serial
	Bans        []Ban                  `json:"bans,omitempty"`
	Ignored     []string               `json:"ignored,omitempty"`
	Invitations []invitationRecord     `json:"invitations,omitempty"`
	Spent       []spentToken           `json:"spent,omitempty"` // the oldest first
}

// record is an identity with what is not told of it.
type record struct {
	Identity
	// Password is the argon2id hash of its password, empty for none.
	Password passwordHash `json:"password,omitempty"`
}

// authorityRecord is the authority's certificate; its key is a secret.
type authorityRecord struct {
	DER []byte `json:"der"`
	// Secret is the name under which the key is kept.
	Secret string `json:"secret"`
}

// NewerFormatError tells that the registry was written by a newer program. It was
// not touched.
type NewerFormatError struct {
	Path   string
	Format int
}

// Error implements error.
func (e *NewerFormatError) Error() string {
	return fmt.Sprintf("%s has format %d, and this version reads up to %d: use a newer version, or move the file away to start afresh", e.Path, e.Format, Format)
}

// DamagedError tells that the registry cannot be read. It was not touched: who is
// revoked must not be forgotten by accident. SetAside moves it away.
type DamagedError struct {
	Path string
	Err  error
}

// Error implements error.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s is damaged (%v): bring back a copy of it, or set it aside, which forgets all identities and revocations", e.Path, e.Err)
}

// Unwrap returns the particulars.
func (e *DamagedError) Unwrap() error { return e.Err }

// SetAside moves a registry that cannot be read away, so that Open starts afresh
// with a new authority: every device has to be enrolled again. It returns the new
// name of the file.
func SetAside(dir string) (string, error) {
	path := filepath.Join(dir, fileName)
	for n := 1; n < 1_000; n++ {
		aside := fmt.Sprintf("%s.aside-%d", path, n)
		if _, err := os.Lstat(aside); !errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err := os.Rename(path, aside); err != nil {
			return "", fmt.Errorf("set the registry aside: %w", err)
		}
		return aside, nil
	}
	return "", fmt.Errorf("set the registry aside: %s has too many files that were set aside: remove some", dir)
}

// readDocument reads the registry; nil for none.
func readDocument(path string) (*document, error) {
	i, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the registry: %w", err)
	case i.Size() > maxFileBytes:
		return nil, &DamagedError{path, fmt.Errorf("it has %d bytes", i.Size())}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the registry: %w", err)
	}
	return parseDocument(path, b)
}

// parseDocument reads and checks the registry without trust.
func parseDocument(path string, b []byte) (*document, error) {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, &DamagedError{path, err}
	}
	if head.Format > Format {
		return nil, &NewerFormatError{path, head.Format}
	}
	d := new(document)
	if err := json.Unmarshal(b, d); err != nil {
		return nil, &DamagedError{path, err}
	}
	if err := d.check(); err != nil {
		return nil, &DamagedError{path, err}
	}
	return d, nil
}

// check reports the first thing in d that cannot be.
func (d *document) check() error {
	if d.Format < 1 {
		return errors.New("it has no format")
	}
	if len(d.Authority.DER) == 0 || d.Authority.Secret == "" {
		return errors.New("it has no authority")
	}
	if err := d.Policy.check(); err != nil {
		return err
	}
	names := newClaims()
	for name, r := range d.Identities {
		if name != fold(r.Name) {
			return fmt.Errorf("the identity %q is under the name %q", r.Name, name)
		}
		if err := r.Identity.check(); err != nil {
			return err
		}
		if err := names.claim(&r.Identity); err != nil {
			return err
		}
		if err := r.Password.check(); err != nil {
			return fmt.Errorf("the identity %s: %w", r.Name, err)
		}
	}
	for serial, c := range d.Certificate {
		if _, ok := d.Identities[fold(c.Identity)]; serial != c.Serial || c.Fingerprint == "" || !ok && c.Revoked == nil {
			return fmt.Errorf("the certificate %q belongs to nobody", serial)
		}
	}
	for _, b := range d.Bans {
		if err := b.check(); err != nil {
			return err
		}
	}
	return nil
}

// write writes d, as of now.
func (d *document) write(path string, now time.Time) error {
	d.Written = now
	b, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return err
	}
	if len(b) > maxFileBytes {
		return fmt.Errorf("the registry would have %d bytes, and may have %d: remove identities that are not needed", len(b), maxFileBytes)
	}
	return secret.WriteAtomic(path, b)
}

// copied is d with maps and lists of its own; the values are shared.
func (d *document) copied() *document {
	c := *d
	c.Identities, c.Certificate = maps.Clone(d.Identities), maps.Clone(d.Certificate)
	c.Bans, c.Ignored, c.Invitations = slices.Clone(d.Bans), slices.Clone(d.Ignored), slices.Clone(d.Invitations)
	c.Spent = slices.Clone(d.Spent)
	return &c
}
