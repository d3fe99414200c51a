// Package rpm gives an RPM package another compression of the files in it. nfpm,
// which makes the packages, compresses them a fifth worse than xz itself does.
//
// The format is that of RPM 4 (https://rpm-software-management.github.io/rpm/manual/format_v4.html):
// a lead, a header with sizes and digests (called the signature), a header that
// describes the package, and the compressed archive.
package rpm

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// Tags of the two headers; the format's manual describes each.
const (
	sigSHA256     = 273  // of the header, in hexadecimal
	sigSize       = 1000 // of header and archive
	compressor    = 1125
	payloadDigest = 5092 // of the archive as it is compressed, in hexadecimal
)

const (
	leadSize   = 96
	introSize  = 16 // of a header: magic, how many entries, how much data
	recordSize = 16 // of an entry
	typeInt32  = 4
)

// headerMagic begins a header, of version 1.
const headerMagic = "\x8e\xad\xe8\x01"

// Payload is the compressed archive of a package.
func Payload(file []byte) ([]byte, error) {
	p, err := open(file)
	return p.payload, err
}

// WithPayload returns the package, which is compressed by xz, with another archive in
// place of its own: the same files, compressed by xz as well.
func WithPayload(file, payload []byte) ([]byte, error) {
	p, err := open(append([]byte(nil), file...))
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(payload)
	if p.header.text(compressor) != "xz" {
		return nil, errors.New("the package is not compressed by xz")
	}
	if err := p.header.setText(payloadDigest, hex.EncodeToString(digest[:])); err != nil {
		return nil, err
	}
	whole := sha256.Sum256(p.header.raw)
	if err := p.signature.setText(sigSHA256, hex.EncodeToString(whole[:])); err != nil {
		return nil, err
	}
	if err := p.signature.setInt32(sigSize, len(p.header.raw)+len(payload)); err != nil {
		return nil, err
	}
	return append(p.front, payload...), nil
}

// opened is a package whose headers can be written to.
type opened struct {
	signature, header header
	front, payload    []byte // all before the archive, and the archive
}

func open(file []byte) (p opened, err error) {
	if p.signature, err = headerAt(file, leadSize); err != nil {
		return p, fmt.Errorf("read the package's digests: %w", err)
	}
	at := leadSize + (len(p.signature.raw)+7)&^7
	if p.header, err = headerAt(file, at); err != nil {
		return p, fmt.Errorf("read the package's header: %w", err)
	}
	end := at + len(p.header.raw)
	p.front, p.payload = file[:end:end], file[end:]
	return p, nil
}

// header is one of the two headers: where each tag's value is in its bytes.
type header struct {
	raw     []byte
	entries map[uint32]entry
}

type entry struct{ kind, at int }

func headerAt(file []byte, at int) (header, error) {
	errNone := errors.New("this is no RPM package, or it ends too early")
	if at+introSize > len(file) || string(file[at:at+4]) != headerMagic {
		return header{}, errNone
	}
	number := func(at int) int { return int(binary.BigEndian.Uint32(file[at:])) }
	entries := number(at + 8)
	data := introSize + entries*recordSize
	size := data + number(at+12)
	if size > len(file)-at {
		return header{}, errNone
	}
	h := header{raw: file[at : at+size], entries: make(map[uint32]entry)}
	for i := range entries {
		record := at + introSize + i*recordSize
		place := data + number(record+8)
		if place > size {
			return header{}, errNone
		}
		h.entries[uint32(number(record))] = entry{kind: number(record + 4), at: place}
	}
	return h, nil
}

// text is the text at a tag, empty when there is none.
func (h header) text(tag uint32) string {
	e, ok := h.entries[tag]
	if !ok {
		return ""
	}
	text, _, _ := bytes.Cut(h.raw[e.at:], []byte{0})
	return string(text)
}

// setText writes a text over one of the same length: rpm lets nothing be between
// the values of a header.
func (h header) setText(tag uint32, text string) error {
	if len(h.text(tag)) != len(text) {
		return fmt.Errorf("tag %d has no room for %q", tag, text)
	}
	copy(h.raw[h.entries[tag].at:], text)
	return nil
}

func (h header) setInt32(tag uint32, n int) error {
	e, ok := h.entries[tag]
	if !ok || e.kind != typeInt32 || e.at+4 > len(h.raw) {
		return fmt.Errorf("the package has no number at tag %d", tag)
	}
	binary.BigEndian.PutUint32(h.raw[e.at:], uint32(n))
	return nil
}
