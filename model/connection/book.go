package connection

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/pilothouse/pilothouse/model"
)

// MaxProfiles is how many profiles a [Book] holds.
const MaxProfiles = 500

// bookVersion is the format of the file of a [Book].
const bookVersion = 1

// MaxBook is the largest file of a [Book], in bytes.
const MaxBook = 4 << 20

// ErrNewer tells that a file was written by a newer version of the program.
var ErrNewer = model.Faultf("it was written by a newer version of this program")

// Book is the operator's profiles, in their order.
type Book struct {
	Profiles []Profile
	// Last is the ID of the profile that was watched last; empty for the broker
	// in the program.
	Last string
}

// Find is the profile with an ID.
func (b *Book) Find(id string) (Profile, bool) {
	if i := b.at(id); i >= 0 {
		return b.Profiles[i], true
	}
	return Profile{}, false
}

func (b *Book) at(id string) int {
	return slices.IndexFunc(b.Profiles, func(p Profile) bool { return p.ID == id })
}

// Put replaces the profile with the same ID, or adds one.
func (b *Book) Put(p Profile) error {
	if err := p.Check(); err != nil {
		return err
	}
	if i := b.at(p.ID); i >= 0 {
		b.Profiles[i] = p
		return nil
	}
	if len(b.Profiles) >= MaxProfiles {
		return model.Faultf("there are %d connections already: remove one first", MaxProfiles)
	}
	b.Profiles = append(b.Profiles, p)
	return nil
}

// Remove forgets a profile.
func (b *Book) Remove(id string) {
	b.Profiles = slices.DeleteFunc(b.Profiles, func(p Profile) bool { return p.ID == id })
	if b.Last == id {
		b.Last = ""
	}
}

// Clone is a copy that shares nothing with b.
func (b *Book) Clone() Book {
	c := Book{Last: b.Last, Profiles: slices.Clone(b.Profiles)}
	for i := range c.Profiles {
		c.Profiles[i].Filters = slices.Clone(c.Profiles[i].Filters)
	}
	return c
}

// CopyName is what a copy of a profile is called: the name with the first free
// number behind it.
func (b *Book) CopyName(name string) string {
	for n := 2; ; n++ {
		next := name + " " + strconv.Itoa(n)
		if !slices.ContainsFunc(b.Profiles, func(p Profile) bool { return p.Name == next }) {
			return next
		}
	}
}

// bookFile is the file of a book.
type bookFile struct {
	Version  int       `json:"version"`
	Profiles []Profile `json:"profiles"`
	Last     string    `json:"last,omitempty"`
}

// Encode is the file of a book. It holds no secrets.
func (b *Book) Encode() ([]byte, error) {
	text, err := json.MarshalIndent(bookFile{bookVersion, b.Profiles, b.Last}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the connections: %w", err)
	}
	return text, nil
}

// Decode reads the file of a book. It fails with ErrNewer when a newer version
// wrote it, and with another error when it is damaged.
func Decode(text []byte) (Book, error) {
	if len(text) > MaxBook {
		return Book{}, model.Faultf("it has %d bytes, and may have %d", len(text), MaxBook)
	}
	var f bookFile
	switch err := json.Unmarshal(text, &f); {
	case err != nil:
		return Book{}, model.Faultf("it is damaged: %w", err)
	case f.Version > bookVersion:
		return Book{}, ErrNewer
	case f.Version < 1 || len(f.Profiles) > MaxProfiles:
		return Book{}, model.Faultf("it is damaged")
	}
	var b Book
	for _, p := range f.Profiles {
		if _, twice := b.Find(p.ID); twice {
			return Book{}, fmt.Errorf("it is damaged: the ID %q is there twice", p.ID)
		}
		if err := b.Put(p); err != nil {
			return Book{}, fmt.Errorf("it is damaged: connection %q: %w", p.Title(), err)
		}
	}
	if _, ok := b.Find(f.Last); ok {
		b.Last = f.Last
	}
	return b, nil
}
