package emoji

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"slices"
)

const (
	headerSize = 12 // of the file
	recordSize = 16 // of one table in its directory
	// adjustmentAt is where in the table head the checksum of the whole file is
	// made to be wholeSum.
	adjustmentAt = 8
	wholeSum     = 0xB1B0AFBA
)

var errShort = errors.New("the font ends too early")

// readTables finds the tables of a font by their tags.
func readTables(file []byte) (map[string][]byte, error) {
	if len(file) < headerSize || string(file[:4]) != "OTTO" {
		return nil, errors.New("this is no OpenType font with CFF outlines")
	}
	tables := make(map[string][]byte)
	for i := range int(binary.BigEndian.Uint16(file[4:])) {
		record := part(file, headerSize+i*recordSize, recordSize)
		if record == nil {
			return nil, errShort
		}
		table := part(file, int(binary.BigEndian.Uint32(record[8:])), int(binary.BigEndian.Uint32(record[12:])))
		if table == nil {
			return nil, errShort
		}
		tables[string(record[:4])] = table
	}
	for _, tag := range []string{"CFF ", "SVG ", "head"} {
		if tables[tag] == nil {
			return nil, fmt.Errorf("the font has no table %q", tag)
		}
	}
	return tables, nil
}

// writeTables puts a font together, its tables in the order of their tags.
func writeTables(tables map[string][]byte) ([]byte, error) {
	n := len(tables)
	power := bits.Len(uint(n)) - 1
	file := []byte("OTTO")
	for _, v := range []int{n, recordSize << power, power, recordSize * (n - (1 << power))} {
		file = binary.BigEndian.AppendUint16(file, uint16(v))
	}
	tags := slices.Sorted(maps.Keys(tables))
	at := headerSize + n*recordSize
	for _, tag := range tags {
		table := tables[tag]
		if tag == "head" {
			if len(table) < adjustmentAt+4 {
				return nil, errShort
			}
			table = slices.Clone(table)
			clear(table[adjustmentAt : adjustmentAt+4])
			tables[tag] = table
		}
		file = append(file, tag...)
		for _, v := range []int{int(sum(table)), at, len(table)} {
			file = binary.BigEndian.AppendUint32(file, uint32(v))
		}
		at += (len(table) + 3) &^ 3
	}
	head := 0
	for _, tag := range tags {
		if tag == "head" {
			head = len(file)
		}
		file = append(file, tables[tag]...)
		file = append(file, make([]byte, -len(file)&3)...)
	}
	binary.BigEndian.PutUint32(file[head+adjustmentAt:], wholeSum-sum(file))
	return file, nil
}

// sum is a table's checksum: of its 32-bit words, the last filled up with zeros.
func sum(table []byte) uint32 {
	var s uint32
	for len(table) >= 4 {
		s += binary.BigEndian.Uint32(table)
		table = table[4:]
	}
	var rest [4]byte
	copy(rest[:], table)
	return s + binary.BigEndian.Uint32(rest[:])
}

// part is length bytes from a place on, or nil where there are not so many.
func part(b []byte, at, length int) []byte {
	if at < 0 || length < 0 || at > len(b) || length > len(b)-at {
		return nil
	}
	return b[at : at+length : at+length]
}
