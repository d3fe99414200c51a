package emoji

import (
	"bytes"
	"image"
	"image/color"
	"reflect"
	"testing"

	"fyne.io/fyne/v2/theme"
	"github.com/go-text/render"
	"github.com/go-text/typesetting/font"
	"github.com/klauspost/compress/zstd"
)

// fonts are the toolkit's font and what is made of it.
func fonts(t *testing.T) (old, packed []byte) {
	t.Helper()
	old = theme.DefaultEmojiFont().Content()
	packed, err := Repack(old)
	if err != nil {
		t.Fatal(err)
	}
	return old, packed
}

func parse(t *testing.T, file []byte) *font.Face {
	t.Helper()
	face, err := font.ParseTTF(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return face
}

// TestEveryGlyphIsTheSame compares all that the toolkit asks of a font.
func TestEveryGlyphIsTheSame(t *testing.T) {
	old, packed := fonts(t)
	was, is := parse(t, old), parse(t, packed)
	pictures := 0
	for glyph := range font.GID(2000) {
		a, b := was.GlyphData(glyph), is.GlyphData(glyph)
		switch a := a.(type) {
		case font.GlyphSVG:
			b, ok := b.(font.GlyphSVG)
			if !ok || !bytes.Equal(a.Source, b.Source) {
				t.Fatalf("glyph %d has another picture", glyph)
			}
			pictures++
		default:
			if !reflect.DeepEqual(a, b) {
				t.Fatalf("glyph %d has another outline: %v, not %v", glyph, b, a)
			}
		}
		wasExtents, wasOK := was.GlyphExtents(glyph)
		isExtents, isOK := is.GlyphExtents(glyph)
		if wasExtents != isExtents || wasOK != isOK || was.HorizontalAdvance(glyph) != is.HorizontalAdvance(glyph) {
			t.Fatalf("glyph %d measures %v, not %v", glyph, isExtents, wasExtents)
		}
	}
	if pictures < 1800 {
		t.Errorf("only %d glyphs with a picture were compared", pictures)
	}
	for r := range rune(0x20000) {
		a, aOK := was.NominalGlyph(r)
		if b, bOK := is.NominalGlyph(r); a != b || aOK != bOK {
			t.Fatalf("%U is glyph %d, not %d", r, b, a)
		}
	}
}

// TestDrawnTheSame draws emoji, joined ones and flags among them.
func TestDrawnTheSame(t *testing.T) {
	old, packed := fonts(t)
	const text = "⚓🚢🌊👩‍🔬🇬🇧1️⃣👍🏽🧭"
	for _, size := range []float32{13, 48} {
		was, is := drawing(text, size, parse(t, old)), drawing(text, size, parse(t, packed))
		if !bytes.Equal(was.Pix, is.Pix) {
			t.Errorf("at %v points the text looks different", size)
		}
		coloured := 0
		for i := 0; i < len(is.Pix); i += 4 {
			if p := is.Pix[i : i+4]; p[3] > 0 && (p[0] != p[1] || p[1] != p[2]) {
				coloured++
			}
		}
		if coloured < 500 {
			t.Errorf("at %v points %d pixels are coloured: nothing was compared", size, coloured)
		}
	}
}

func drawing(text string, size float32, face *font.Face) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, int(size)*16, int(size)*2))
	r := render.Renderer{FontSize: size, Color: color.Black}
	r.DrawString(text, img, face)
	return img
}

// TestItPacksBetter is the reason for all of it.
func TestItPacksBetter(t *testing.T) {
	old, packed := fonts(t)
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		t.Fatal(err)
	}
	was, is := len(w.EncodeAll(old, nil)), len(w.EncodeAll(packed, nil))
	t.Logf("%d bytes, packed %d; anew %d, packed %d", len(old), was, len(packed), is)
	if was-is < 2_000_000 {
		t.Errorf("packed it has %d bytes, and had %d", is, was)
	}
	again, err := Repack(packed)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again, packed) {
		t.Error("what is packed anew a second time is not the same")
	}
}

// TestDamagedFonts cuts and bends a font: that is an error, or harmless.
func TestDamagedFonts(t *testing.T) {
	old, packed := fonts(t)
	for _, file := range [][]byte{nil, []byte("OTTO"), []byte("OTTO\xff\xff\x00\x00\x00\x00\x00\x00"), old[:300], old[:20_000], old[:2_100_000], theme.DefaultTextFont().Content()} {
		if _, err := Repack(file); err == nil {
			t.Errorf("%d bytes of a font are no error", len(file))
		}
	}
	for at := 0; at < 20_000; at += 997 {
		bent := bytes.Clone(packed)
		bent[at] ^= 0x81
		_, _ = Repack(bent) // must not panic
	}
}
