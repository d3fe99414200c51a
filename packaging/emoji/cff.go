package emoji

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/go-text/typesetting/font/opentype"
)

// Operators of a CFF dictionary (technical note 5176, appendix A) whose operands
// are places in the table.
const (
	opCharset     = 15
	opCharStrings = 17
	opPrivate     = 18 // its size, then its place
)

// rewriteOutlines writes a CFF table anew, with the outline that is given for each
// glyph. It has no subroutines any more, as its outlines call none.
func rewriteOutlines(table []byte, outline func(glyph int) ([]opentype.Segment, error)) ([]byte, error) {
	f, err := readCFF(table)
	if err != nil {
		return nil, err
	}
	var programs [][]byte
	for glyph := range f.glyphs {
		segments, err := outline(glyph)
		if err != nil {
			return nil, err
		}
		program, err := charstring(segments)
		if err != nil {
			return nil, fmt.Errorf("glyph %d: %w", glyph, err)
		}
		programs = append(programs, program)
	}
	noSubroutines := appendIndex(nil, nil)
	charsetAt := len(f.front) + len(noSubroutines)
	charstringsAt := charsetAt + len(f.charset)
	charstrings := appendIndex(nil, programs)
	out := slices.Concat(f.front, noSubroutines, f.charset, charstrings, f.private, noSubroutines) // the last are of private, right behind it
	for place, to := range map[int]int{f.charsetAt: charsetAt, f.charstringsAt: charstringsAt, f.privateAt: charstringsAt + len(charstrings)} {
		binary.BigEndian.PutUint32(out[place:], uint32(to))
	}
	return out, nil
}

// cff is what is kept of a CFF table, and where in front its places are written.
type cff struct {
	front            []byte // header, name, dictionary and strings
	charset, private []byte
	glyphs           int

	charsetAt, charstringsAt, privateAt int
}

// readCFF takes a table apart: one font whose charset is followed by its outlines.
func readCFF(table []byte) (f cff, err error) {
	if len(table) < 4 || table[0] != 1 {
		return f, errors.New("the outlines are not CFF version 1")
	}
	_, at, err := index(table, int(table[2])) // the font's name
	if err != nil {
		return f, err
	}
	dictionaries, at, err := index(table, at)
	if err != nil {
		return f, err
	}
	if len(dictionaries) != 1 {
		return f, fmt.Errorf("%d fonts are in the table, not one", len(dictionaries))
	}
	if _, at, err = index(table, at); err != nil { // the strings
		return f, err
	}
	f.front = append([]byte(nil), table[:at]...)
	d := dictionaries[0]
	places := make(map[byte]int)
	for op, operands := range dictionary(table[d.from:d.to]) {
		if n := len(operands); n > 0 && operands[n-1].at > 0 {
			places[op] = d.from + operands[n-1].at
			if op == opPrivate && n == 2 {
				f.private = part(table, operands[1].value, operands[0].value)
			}
		}
	}
	f.charsetAt, f.charstringsAt, f.privateAt = places[opCharset], places[opCharStrings], places[opPrivate]
	if f.charsetAt == 0 || f.charstringsAt == 0 || f.privateAt == 0 || f.private == nil {
		return f, errors.New("the CFF table lacks what every one has")
	}
	charset, outlines := long(table, f.charsetAt), long(table, f.charstringsAt)
	if f.charset = part(table, charset, outlines-charset); f.charset == nil {
		return f, errors.New("the outlines of the CFF table are not behind its charset")
	}
	programs, _, err := index(table, outlines)
	f.glyphs = len(programs)
	return f, err
}

func long(table []byte, at int) int { return int(int32(binary.BigEndian.Uint32(table[at:]))) }

// span is where something is.
type span struct{ from, to int }

// index reads where the parts of an INDEX are, and where it ends.
func index(table []byte, at int) (parts []span, end int, err error) {
	head := part(table, at, 2)
	if head == nil {
		return nil, 0, errShort
	}
	n := int(binary.BigEndian.Uint16(head))
	if n == 0 {
		return nil, at + 2, nil
	}
	width := part(table, at+2, 1)
	if width == nil {
		return nil, 0, errShort
	}
	w := int(width[0])
	offsets := part(table, at+3, (n+1)*w)
	if offsets == nil {
		return nil, 0, errShort
	}
	first := at + 3 + (n+1)*w - 1
	var places []int
	for i := range n + 1 {
		v := 0
		for _, b := range offsets[i*w : (i+1)*w] {
			v = v<<8 | int(b)
		}
		places = append(places, first+v)
	}
	for i := range n {
		if part(table, places[i], places[i+1]-places[i]) == nil {
			return nil, 0, errShort
		}
		parts = append(parts, span{places[i], places[i+1]})
	}
	return parts, places[n], nil
}

// appendIndex writes an INDEX whose offsets have four bytes.
func appendIndex(b []byte, parts [][]byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(parts)))
	if len(parts) == 0 {
		return b
	}
	b = append(b, 4)
	at := 1
	b = binary.BigEndian.AppendUint32(b, uint32(at))
	for _, p := range parts {
		at += len(p)
		b = binary.BigEndian.AppendUint32(b, uint32(at))
	}
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}
