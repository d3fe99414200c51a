// Package emoji packs the emoji font of the toolkit anew, so that the packages it
// goes into are some two megabytes smaller, and what is drawn is the same.
//
// The font carries each emoji twice: as an SVG picture, which is drawn, and as an
// outline, of which the toolkit uses the measures only. The pictures are gzipped one
// by one, which hides from a package's own compression how much they have in common.
// What [Repack] writes has the pictures unpacked and a rectangle of the same measures
// in place of each outline that is never drawn. OpenType 1.9 describes the tables,
// Adobe's technical notes 5176 and 5177 the outlines.
package emoji

import (
	"bytes"
	"fmt"
	"math"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
)

// Repack returns a font that is drawn as the given one is: an OpenType font with CFF
// outlines and an SVG table. The digital signature, which would not hold any more,
// is left out. A font of another make is an error.
func Repack(old []byte) ([]byte, error) {
	tables, err := readTables(old)
	if err != nil {
		return nil, err
	}
	face, err := font.ParseTTF(bytes.NewReader(old))
	if err != nil {
		return nil, fmt.Errorf("read the font: %w", err)
	}
	pictured, pictures, err := unpackPictures(tables["SVG "])
	if err != nil {
		return nil, err
	}
	outlines, err := rewriteOutlines(tables["CFF "], func(glyph int) ([]opentype.Segment, error) {
		return outline(face, font.GID(glyph), pictured[glyph])
	})
	if err != nil {
		return nil, err
	}
	tables["SVG "], tables["CFF "] = pictures, outlines
	delete(tables, "DSIG")
	return writeTables(tables)
}

// outline is what stays of a glyph's outline: all of it when there is no picture to
// be drawn instead, or else a rectangle that measures the same.
func outline(face *font.Face, glyph font.GID, pictured bool) ([]opentype.Segment, error) {
	if !pictured {
		o, ok := face.GlyphData(glyph).(font.GlyphOutline)
		if !ok {
			return nil, fmt.Errorf("glyph %d has neither a picture nor an outline", glyph)
		}
		return o.Segments, nil
	}
	e, ok := face.GlyphExtents(glyph)
	if !ok {
		return nil, fmt.Errorf("glyph %d has no measures", glyph)
	}
	left, top, right, bottom := e.XBearing, e.YBearing, e.XBearing+e.Width, e.YBearing+e.Height
	segments := []opentype.Segment{{Op: opentype.SegmentOpMoveTo}, {Op: opentype.SegmentOpLineTo}, {Op: opentype.SegmentOpLineTo}, {Op: opentype.SegmentOpLineTo}}
	for i, corner := range [][2]float32{{left, top}, {right, top}, {right, bottom}, {left, bottom}} {
		segments[i].Args[0] = opentype.SegmentPoint{X: corner[0], Y: corner[1]}
	}
	return segments, nil
}

// whole is a measure in the font's units, which has to be a whole number.
func whole(v float32) (int, error) {
	n := math.Round(float64(v))
	if n != float64(v) || math.Abs(n) > math.MaxInt16 {
		return 0, fmt.Errorf("%v is no whole number of the font's units", v)
	}
	return int(n), nil
}
