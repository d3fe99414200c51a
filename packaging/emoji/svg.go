package emoji

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

const (
	svgHeader  = 10      // of the table SVG
	svgRecord  = 12      // of a document in its list
	maxPicture = 1 << 20 // bytes of one document, unpacked
)

// unpackPictures writes the table SVG with its documents unpacked, and tells which
// glyphs have one.
func unpackPictures(table []byte) (pictured map[int]bool, out []byte, err error) {
	header := part(table, 0, svgHeader)
	if header == nil {
		return nil, nil, errShort
	}
	listAt := int(binary.BigEndian.Uint32(header[2:]))
	count := part(table, listAt, 2)
	if count == nil {
		return nil, nil, errShort
	}
	n := int(binary.BigEndian.Uint16(count))
	records := part(table, listAt+2, n*svgRecord)
	if records == nil {
		return nil, nil, errShort
	}
	pictured = make(map[int]bool)
	list, documents := bytes.Clone(count), []byte{}
	for ; len(records) > 0; records = records[svgRecord:] {
		document := part(table, listAt+int(binary.BigEndian.Uint32(records[4:])), int(binary.BigEndian.Uint32(records[8:])))
		if document == nil {
			return nil, nil, errShort
		}
		if document, err = unzip(document); err != nil {
			return nil, nil, fmt.Errorf("unpack the picture of glyph %d: %w", binary.BigEndian.Uint16(records), err)
		}
		last := int(binary.BigEndian.Uint16(records[2:]))
		for glyph := int(binary.BigEndian.Uint16(records)); glyph <= last; glyph++ {
			pictured[glyph] = true
		}
		list = append(list, records[:4]...)
		list = binary.BigEndian.AppendUint32(list, uint32(2+n*svgRecord+len(documents)))
		list = binary.BigEndian.AppendUint32(list, uint32(len(document)))
		documents = append(documents, document...)
	}
	head := make([]byte, svgHeader)
	binary.BigEndian.PutUint32(head[2:], svgHeader)
	return pictured, slices.Concat(head, list, documents), nil
}

// unzip unpacks a document that is gzipped, and gives back one that is not.
func unzip(document []byte) ([]byte, error) {
	if !bytes.HasPrefix(document, []byte{0x1f, 0x8b}) {
		return document, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(document))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxPicture+1))
	if err == nil && len(plain) > maxPicture {
		err = fmt.Errorf("it has more than %d bytes", maxPicture)
	}
	return plain, err
}
