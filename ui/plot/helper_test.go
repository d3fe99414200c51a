package plot

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2/theme"

	"github.com/pilothouse/pilothouse/ui/plot/plottest"
)

var _ = plottest.Flag()

func hex(v uint32) color.NRGBA {
	return color.NRGBA{uint8(v >> 24), uint8(v >> 16), uint8(v >> 8), uint8(v)}
}

func testFont(t testing.TB) *Font {
	t.Helper()
	f, err := NewFont(theme.DefaultTextFont().Content())
	if err != nil {
		t.Fatal(err)
	}
	return f
}
