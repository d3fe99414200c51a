package plot

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"
	"sync"
	"unicode"

	"github.com/golang/freetype/truetype"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

const (
	// maxFaces and maxGlyphs bound what a Font keeps; when full it starts anew.
	maxFaces  = 16
	maxGlyphs = 2048
	// subpixels is how finely glyphs are placed along a line.
	subpixels = 4
)

// Font draws and measures text in images. It keeps the glyphs it has drawn, up
// to a bound. It is safe for concurrent use. Characters that none of its fonts
// has are drawn as the replacement box of the first.
type Font struct {
	fonts []*opentype.Font
	tt    *truetype.Font // the same for go-chart; nil if it cannot read the font

	mu    sync.Mutex
	faces map[float64]*face
	plain map[rune]bool // see alone
	buf   sfnt.Buffer
}

type face struct {
	faces           []font.Face // one for each of the fonts
	fonts           []*opentype.Font
	buf             sfnt.Buffer
	ascent, descent float64
	advances        map[rune]fixed.Int26_6
	glyphs          map[glyphKey]glyph
}

type glyphKey struct {
	r   rune
	sub uint8
}

type glyph struct {
	mask *image.Alpha
	at   image.Point // of the mask, relative to the pen
}

// NewFont parses a TrueType or OpenType font, such as the bytes of a Fyne font
// resource, and others for the characters that it lacks.
func NewFont(ttf []byte, others ...[]byte) (*Font, error) {
	f := &Font{faces: map[float64]*face{}, plain: map[rune]bool{}}
	for _, data := range append([][]byte{ttf}, others...) {
		sf, err := opentype.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("parse font of %d bytes: %w", len(data), err)
		}
		f.fonts = append(f.fonts, sf)
	}
	f.tt, _ = truetype.Parse(ttf) // only SVG needs it, which has a font to fall back on
	return f, nil
}

// truetype is the font as go-chart takes it; nil lets go-chart use its own.
func (f *Font) truetype() *truetype.Font { return f.tt }

// Measure is the width of s in pixels at a size of px pixels.
func (f *Font) Measure(s string, px float64) float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	fc := f.faceLocked(px)
	var w fixed.Int26_6
	for _, r := range s {
		w += fc.advance(r)
	}
	return float64(w) / 64
}

// Plain reports whether Draw sets s as a text engine would: it has each character of
// s, and none of them joins or combines with its neighbours or runs from right to left.
func (f *Font) Plain(s string) bool {
	for _, r := range s {
		if r >= ' ' && r < 0x7f {
			continue
		}
		if !f.alone(r) {
			return false
		}
	}
	return true
}

// alone reports whether a character stands for itself and is in the fonts.
func (f *Font) alone(r rune) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	known, ok := f.plain[r]
	if ok {
		return known
	}
	if len(f.plain) >= maxGlyphs {
		clear(f.plain)
	}
	known = unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Common) &&
		unicode.IsGraphic(r) && slices.ContainsFunc(f.fonts, func(sf *opentype.Font) bool {
		g, err := sf.GlyphIndex(&f.buf, r)
		return err == nil && g != 0
	})
	f.plain[r] = known
	return known
}

// Height is how far text of px pixels reaches above and below its baseline.
func (f *Font) Height(px float64) (ascent, descent float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fc := f.faceLocked(px)
	return fc.ascent, fc.descent
}

// Draw writes s into dst with the pen starting at (x, baseline) and returns
// the width in pixels.
func (f *Font) Draw(dst draw.Image, s string, x, baseline, px float64, c color.Color) float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	fc, src := f.faceLocked(px), image.NewUniform(c)
	pen, y := x, int(math.Round(baseline))
	for _, r := range s {
		whole := math.Floor(pen)
		g := fc.glyph(r, uint8((pen-whole)*subpixels))
		if g.mask != nil {
			at := image.Pt(int(whole), y).Add(g.at)
			draw.DrawMask(dst, g.mask.Rect.Add(at), src, image.Point{}, g.mask, image.Point{}, draw.Over)
		}
		pen += float64(fc.advance(r)) / 64
	}
	return pen - x
}

// Cut is s if it fits into width pixels at size px, else its beginning with an
// ellipsis.
func (f *Font) Cut(s string, px, width float64) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	fc := f.faceLocked(px)
	dots := float64(fc.advance('…')) / 64
	w, cut := 0.0, 0
	for i, r := range s {
		if w+dots <= width {
			cut = i
		}
		if w += float64(fc.advance(r)) / 64; w > width {
			return s[:cut] + "…"
		}
	}
	return s
}

func (f *Font) faceLocked(px float64) *face {
	px = math.Round(math.Max(4, math.Min(px, 256))*4) / 4
	if fc := f.faces[px]; fc != nil {
		return fc
	}
	if len(f.faces) >= maxFaces {
		clear(f.faces)
	}
	fc := &face{fonts: f.fonts, advances: map[rune]fixed.Int26_6{}, glyphs: map[glyphKey]glyph{}}
	for _, sf := range f.fonts {
		ff, err := opentype.NewFace(sf, &opentype.FaceOptions{Size: px, DPI: 72, Hinting: font.HintingNone})
		if err != nil { // only for a size out of range, and px is not
			panic(fmt.Sprintf("plot: font face of %g px: %v", px, err))
		}
		fc.faces = append(fc.faces, ff)
	}
	m := fc.faces[0].Metrics()
	fc.ascent, fc.descent = float64(m.Ascent)/64, float64(m.Descent)/64
	f.faces[px] = fc
	return fc
}

// of is the face of the first font that has r, else of the first.
func (fc *face) of(r rune) font.Face {
	for i, sf := range fc.fonts {
		if g, err := sf.GlyphIndex(&fc.buf, r); err == nil && g != 0 {
			return fc.faces[i]
		}
	}
	return fc.faces[0]
}

func (fc *face) advance(r rune) fixed.Int26_6 {
	if a, ok := fc.advances[r]; ok {
		return a
	}
	if len(fc.advances) >= maxGlyphs {
		clear(fc.advances)
	}
	ff := fc.of(r)
	a, ok := ff.GlyphAdvance(r)
	if !ok {
		a, _ = ff.GlyphAdvance('\ufffd')
	}
	fc.advances[r] = a
	return a
}

func (fc *face) glyph(r rune, sub uint8) glyph {
	key := glyphKey{r, sub}
	if g, ok := fc.glyphs[key]; ok {
		return g
	}
	if len(fc.glyphs) >= maxGlyphs {
		clear(fc.glyphs)
	}
	g := fc.render(r, sub)
	fc.glyphs[key] = g
	return g
}

// render draws one glyph at a fraction of a pixel to the right of the pen.
func (fc *face) render(r rune, sub uint8) glyph {
	dot := fixed.Point26_6{X: fixed.Int26_6(int(sub) * 64 / subpixels)}
	ff := fc.of(r)
	dr, mask, mp, _, ok := ff.Glyph(dot, r)
	if !ok {
		dr, mask, mp, _, ok = ff.Glyph(dot, '\ufffd')
	}
	if !ok || dr.Empty() {
		return glyph{}
	}
	own := image.NewAlpha(image.Rect(0, 0, dr.Dx(), dr.Dy()))
	draw.Draw(own, own.Rect, mask, mp, draw.Src)
	return glyph{mask: own, at: dr.Min}
}
