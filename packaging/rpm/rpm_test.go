package rpm

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
)

// value is one entry of a header that is written for a test.
type value struct {
	tag, kind uint32
	data      string
}

const typeString = 6

// headerOf writes a header with its values one behind the other.
func headerOf(values ...value) []byte {
	var records, data []byte
	for _, v := range values {
		for _, n := range []uint32{v.tag, v.kind, uint32(len(data)), 1} {
			records = binary.BigEndian.AppendUint32(records, n)
		}
		data = append(data, v.data...)
	}
	head := []byte(headerMagic + "\x00\x00\x00\x00")
	head = binary.BigEndian.AppendUint32(head, uint32(len(values)))
	head = binary.BigEndian.AppendUint32(head, uint32(len(data)))
	return append(append(head, records...), data...)
}

// packageOf writes a package around an archive.
func packageOf(by, payload string) []byte {
	zeros := strings.Repeat("0", 64) + "\x00"
	digests := headerOf(value{sigSize, typeInt32, "\x00\x00\x00\x00"}, value{sigSHA256, typeString, zeros})
	about := headerOf(value{1000, typeString, "pilothouse\x00"}, value{compressor, typeString, by + "\x00"},
		value{payloadDigest, typeString, zeros}, value{1001, typeString, "1.2.3\x00"})
	return slices.Concat(make([]byte, leadSize), digests, make([]byte, -len(digests)&7), about, []byte(payload))
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestAnotherPayload(t *testing.T) {
	old := packageOf("xz", "what nfpm made")
	before := bytes.Clone(old)
	if p, err := Payload(old); err != nil || string(p) != "what nfpm made" {
		t.Fatalf("the payload is %q, %v", p, err)
	}
	payload := []byte("what xz made of the same")
	file, err := WithPayload(old, payload)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(old, before) {
		t.Error("the package that was given is changed")
	}
	p, err := open(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(p.payload, payload) {
		t.Errorf("the payload is %q", p.payload)
	}
	for tag, want := range map[uint32]string{compressor: "xz", payloadDigest: hash(payload), 1000: "pilothouse", 1001: "1.2.3"} {
		if got := p.header.text(tag); got != want {
			t.Errorf("tag %d is %q, want %q", tag, got, want)
		}
	}
	if got := p.signature.text(sigSHA256); got != hash(p.header.raw) {
		t.Errorf("the header's digest is %s", got)
	}
	if got := binary.BigEndian.Uint32(p.signature.raw[p.signature.entries[sigSize].at:]); int(got) != len(p.header.raw)+len(payload) {
		t.Errorf("the size is %d", got)
	}
}

func TestNoPackage(t *testing.T) {
	whole := packageOf("xz", "")
	for cut := range len(whole) - 1 {
		if _, err := WithPayload(whole[:cut], nil); err == nil {
			t.Fatalf("%d bytes of a package are no error", cut)
		}
	}
	if _, err := WithPayload(packageOf("gzip", ""), nil); err == nil {
		t.Error("a package that gzip made is no error")
	}
}
