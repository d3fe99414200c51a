package enrol

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
)

// nonceSize is the length of both sides' nonces in bytes.
const nonceSize = 32

// transcript is all that the short code depends on.
type transcript struct {
	publicKey   []byte // the device's, as SubjectPublicKeyInfo (DER)
	token       string
	authority   string // its fingerprint
	deviceNonce []byte
	hubNonce    []byte
}

// code is six digits in two groups, the same on both sides unless somebody is
// between them.
func (t transcript) code() string {
	n := t.number()
	return fmt.Sprintf("%03d %03d", n/1000, n%1000)
}

// number is the code's six digits.
func (t transcript) number() uint64 {
	sum := digest("pilothouse enrol code 1", t.publicKey, []byte(t.token), []byte(t.authority), t.deviceNonce, t.hubNonce)
	return binary.BigEndian.Uint64(sum[:8]) % 1_000_000
}

// commitment binds the device to its key and nonce without telling the nonce.
func commitment(publicKey, nonce []byte) []byte {
	sum := digest("pilothouse enrol commitment 1", publicKey, nonce)
	return sum[:]
}

// opens reports whether nonce is the one that was committed to.
func opens(committed, publicKey, nonce []byte) bool {
	return len(nonce) == nonceSize && subtle.ConstantTimeCompare(committed, commitment(publicKey, nonce)) == 1
}

// digest is the SHA-256 of the parts, each with its length before it, so that no
// two lists of parts have the same one.
func digest(label string, parts ...[]byte) [sha256.Size]byte {
	text := make([]byte, 0, 512)
	text = binary.BigEndian.AppendUint32(text, uint32(len(label)))
	text = append(text, label...)
	for _, part := range parts {
		text = binary.BigEndian.AppendUint32(text, uint32(len(part)))
		text = append(text, part...)
	}
	return sha256.Sum256(text)
}

// newNonce is nonceSize random bytes.
func newNonce() []byte {
	nonce := make([]byte, nonceSize)
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the program instead
	return nonce
}
