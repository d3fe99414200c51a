package widgets

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// words are texts as objects that Fyne would draw.
func words(all ...string) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for i, s := range all {
		t := canvas.NewText(s, color.White)
		t.TextSize = 13
		t.Move(fyne.NewPos(10, float32(8+22*i)))
		t.Resize(fyne.NewSize(180, 10)) // Fyne's two painters round the place of higher ones differently
		t.Alignment = []fyne.TextAlign{fyne.TextAlignLeading, fyne.TextAlignCenter, fyne.TextAlignTrailing}[i%3]
		out = append(out, t)
	}
	return out
}

// settled is a flat of parts in the test theme, drawn.
func settled(t *testing.T, parts ...fyne.CanvasObject) *flat {
	t.Helper()
	app(t)
	f := newFlat(parts...)
	f.dress(testTheme{theme.VariantDark})
	f.settle()
	return f
}

// TestFlatLooksLikeItsParts draws the same texts by itself and with Fyne.
func TestFlatLooksLikeItsParts(t *testing.T) {
	texts := words("21.5 °C", "solent/ferries/red-falcon", "Grüße, Привет, Γειά")
	f := settled(t, texts...)
	if len(f.left.Objects) != 0 {
		t.Fatalf("%d plain texts are left to Fyne", len(f.left.Objects))
	}
	own := picture(t, container.New(unmeasured{}, f.raster, f.left), 200, 80)
	fyne := picture(t, container.New(unmeasured{}, texts...), 200, 80)
	for i := range texts { // letters may lie a fraction of a pixel elsewhere
		line := image.Rect(0, 8+22*i, 200, 8+22*i+20)
		got, sum := inked(own, line)
		want, whole := inked(fyne, line)
		if d := got.Min.Sub(want.Min).Add(got.Max.Sub(want.Max)); max(d.X, -d.X, d.Y, -d.Y) > 2 || math.Abs(sum/whole-1) > 0.1 {
			t.Errorf("text %d takes %v with ink %.0f; Fyne's %v with %.0f", i, got, sum, want, whole)
		}
	}
}

// inked is the smallest rectangle within r that has what is brighter than the
// background, and how much there is of it.
func inked(m image.Image, r image.Rectangle) (box image.Rectangle, sum float64) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if c := color.GrayModel.Convert(m.At(x, y)).(color.Gray); c.Y > 60 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
				sum += float64(c.Y)
			}
		}
	}
	return box, sum
}

func TestFlatLeavesToFyne(t *testing.T) {
	plain, joined, hebrew, emoji, accent := "°C → ok", "مرحبا", "שלום", "⛴ 🚢", "e\u0301"
	texts := words(plain, joined, hebrew, emoji, accent)
	f := settled(t, texts...)
	if got := f.left.Objects; !slices.Equal(got, texts[1:]) {
		t.Errorf("%d texts are left to Fyne, want the four that need shaping, another direction or another font", len(got))
	}
	text := texts[1].(*canvas.Text)
	text.Text = "plain now"
	f.touch(text)
	if f.settle(); slices.Contains(f.left.Objects, fyne.CanvasObject(text)) {
		t.Error("a text that has become plain is left to Fyne")
	}
	texts[0].Hide()
	f.touch(texts[0])
	text.Text = ""
	f.touch(text)
	if f.settle(); f.raster.Visible() {
		t.Error("a picture of nothing is shown")
	}
}

// TestFlatWithoutPens is for themes that are no Penman: Fyne draws all texts.
func TestFlatWithoutPens(t *testing.T) {
	texts := words("a", "b")
	f := settled(t, texts...)
	f.dress(test.Theme())
	if f.settle(); len(f.left.Objects) != 2 || f.raster.Visible() {
		t.Errorf("%d texts are left to Fyne, want both", len(f.left.Objects))
	}
}

func TestFlatSettlesOnce(t *testing.T) {
	texts := words("a")
	f := settled(t, texts...)
	if f.settle() {
		t.Error("nothing was touched, and yet it settles anew")
	}
	f.touch(texts[0])
	if !f.settle() {
		t.Error("a part was touched, and it does not settle")
	}
}

// BenchmarkTileFrame is what one tile whose values have changed costs the main
// goroutine before it is uploaded.
func BenchmarkTileFrame(b *testing.B) {
	app(b)
	tile := NewTile()
	w := test.NewTempWindow(b, tile)
	w.Resize(fyne.NewSize(190, 145))
	values := [2]string{"12.4", "12.5"}
	for i := 0; b.Loop(); i++ {
		tile.SetData(TileData{Key: "a", Name: "Red Falcon", Kind: "ferry", Age: "2 s", Values: [2]TileValue{{Label: "Speed", Value: values[i%2], Unit: "kn"}}})
		size := tile.view.flat.raster.Size()
		tile.view.flat.draw(int(size.Width), int(size.Height))
	}
}
