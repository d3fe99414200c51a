package broker

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
)

// Mask shows names that nobody knows without telling them: some devices send
// their token as a user name or client ID, and people type passwords there. Make
// one with NewMask. It may be used by many goroutines.
type Mask struct{ key [sha256.Size]byte }

// NewMask makes a mask with a key of its own that is never told, so that nobody
// can find a name by trying.
func NewMask() *Mask {
	m := new(Mask)
	_, _ = rand.Read(m.key[:])
	return m
}

// maskShown is how many of a name's first characters are shown at most; it is
// never more than a quarter of them.
const maskShown = 3

// Hide is s by its first letters, its length and six digits that tell it from
// others while the program runs. An empty s stays empty.
func (m *Mask) Hide(s string) string {
	if s == "" {
		return ""
	}
	shown := s[:min(maskShown, len(s)/4)]
	if strings.ContainsFunc(shown, func(r rune) bool { return r < '-' || r > 'z' }) {
		shown = ""
	}
	h := hmac.New(sha256.New, m.key[:])
	_, _ = h.Write([]byte(s))
	return fmt.Sprintf("%s…(%d bytes, #%x)", shown, len(s), h.Sum(nil)[:3])
}
