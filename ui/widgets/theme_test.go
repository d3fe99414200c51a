package widgets

import (
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/plot/plottest"
	"github.com/pilothouse/pilothouse/ui/uitest"
)

var _ = plottest.Flag()

// testTheme is a dark or light theme that resolves this package's colours.
type testTheme struct {
	variant fyne.ThemeVariant
}

var darkInk = map[fyne.ThemeColorName]uint32{
	theme.ColorNameBackground: 0x15191dff, theme.ColorNameForeground: 0xd5dbe0ff,
	theme.ColorNameSelection: 0x2b4a63ff, theme.ColorNameHover: 0xffffff10, theme.ColorNameFocus: 0x5aa2d8ff,
	theme.ColorNameScrollBar: 0xffffff40, theme.ColorNameButton: 0x2a3138ff, theme.ColorNameInputBackground: 0x1c2227ff,
	theme.ColorNamePrimary: 0x5aa2d8ff, theme.ColorNameOverlayBackground: 0x1c2227ff,
	ColorAlive: 0x8c99a4ff, ColorLate: 0xe0c060ff, ColorSilent: 0xe8913aff, ColorLost: 0xe5534bff,
	ColorOffline: 0x6c7780ff, ColorUnknown: 0x7d8791ff, ColorFlash: 0x3f6f96a0, ColorImpostor: 0xd98ff2ff, ColorPast: 0x2fd0b5ff,
	ColorTrace1: 0x58a6e0ff, ColorTrace2: 0xe3a34bff, ColorTrace3: 0x6cc28bff, ColorTrace4: 0xc18be0ff,
	ColorTrace5: 0xe57f86ff, ColorTrace6: 0x5cc5c9ff, ColorTrace7: 0xb7b35cff, ColorTrace8: 0xa1a9b3ff,
	ColorWater: 0x17222bff, ColorLand: 0x2a3136ff, ColorCoast: 0x4b5963ff, ColorGrid: 0x2a333aff,
	ColorMuted: 0x8b96a0ff, ColorSurface: 0x1d2328ff, ColorBorder: 0x303941ff, ColorAccent: 0x5aa2d8ff,
}

var lightInk = map[fyne.ThemeColorName]uint32{
	theme.ColorNameBackground: 0xeceff1ff, theme.ColorNameForeground: 0x22292fff,
	theme.ColorNameSelection: 0xbcd9efff, theme.ColorNameHover: 0x00000010, theme.ColorNameFocus: 0x2a78b5ff,
	theme.ColorNameScrollBar: 0x00000040, theme.ColorNameButton: 0xdde2e6ff, theme.ColorNameInputBackground: 0xffffffff,
	theme.ColorNamePrimary: 0x2a78b5ff, theme.ColorNameOverlayBackground: 0xffffffff,
	ColorAlive: 0x6d7983ff, ColorLate: 0x9a7400ff, ColorSilent: 0xb85c00ff, ColorLost: 0xc62828ff,
	ColorOffline: 0x8a949dff, ColorUnknown: 0x88929bff, ColorFlash: 0x8fc1e8a0, ColorImpostor: 0x8a2fb0ff, ColorPast: 0x007a68ff,
	ColorTrace1: 0x1f78b4ff, ColorTrace2: 0xb86e00ff, ColorTrace3: 0x2c8a4eff, ColorTrace4: 0x8347adff,
	ColorTrace5: 0xc0434cff, ColorTrace6: 0x147d82ff, ColorTrace7: 0x77731cff, ColorTrace8: 0x5e6872ff,
	ColorWater: 0xd6e3ecff, ColorLand: 0xf4f2ecff, ColorCoast: 0xa9b4baff, ColorGrid: 0xd5dce1ff,
	ColorMuted: 0x66717bff, ColorSurface: 0xfbfcfcff, ColorBorder: 0xd2d9deff, ColorAccent: 0x2a78b5ff,
}

func (t testTheme) Color(n fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	ink := darkInk
	if t.variant == theme.VariantLight {
		ink = lightInk
	}
	if v, ok := ink[n]; ok {
		return color.NRGBA{uint8(v >> 24), uint8(v >> 16), uint8(v >> 8), uint8(v)}
	}
	return theme.DefaultTheme().Color(n, t.variant)
}

// pens are the fonts of the test themes: read once, as a theme does.
var pens = map[fyne.TextStyle]*plot.Font{}

func (testTheme) Pen(s fyne.TextStyle) *plot.Font {
	if pens[s] == nil {
		pens[s], _ = plot.NewFont(theme.DefaultTheme().Font(s).Content(), theme.DefaultSymbolFont().Content())
	}
	return pens[s]
}

func (testTheme) Font(s fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(s) }
func (testTheme) Icon(n fyne.ThemeIconName) fyne.Resource {
	return theme.DefaultTheme().Icon(n)
}
func (testTheme) Size(n fyne.ThemeSizeName) float32 { return theme.DefaultTheme().Size(n) }

// app starts a test app in the dark theme.
func app(t testing.TB) fyne.App {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(testTheme{theme.VariantDark})
	return a
}

// picture draws o at a size on the theme's background.
func picture(t testing.TB, o fyne.CanvasObject, w, h float32) image.Image {
	t.Helper()
	return pictureAt(t, 1, o, w, h)
}

// pictureAt draws o with so many pixels to a unit.
func pictureAt(t testing.TB, scale float32, o fyne.CanvasObject, w, h float32) image.Image {
	t.Helper()
	win := test.NewTempWindow(t, container.NewWithoutLayout()) // nothing is drawn before the scale is known
	win.Canvas().(interface{ SetScale(scale float32) }).SetScale(scale)
	win.SetContent(o)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w, h))
	return win.Canvas().Capture()
}

// golden compares o with its masters in both themes; build makes it anew for
// each theme.
func golden(t *testing.T, name string, w, h float32, build func() fyne.CanvasObject) {
	t.Helper()
	goldenAt(t, 1, name, w, h, build)
}

// goldenAt is golden with so many pixels to a unit.
func goldenAt(t *testing.T, scale float32, name string, w, h float32, build func() fyne.CanvasObject) {
	t.Helper()
	uitest.Painting(t)
	for _, v := range []struct {
		name    string
		variant fyne.ThemeVariant
	}{{"dark", theme.VariantDark}, {"light", theme.VariantLight}} {
		a := test.NewTempApp(t)
		a.Settings().SetTheme(testTheme{v.variant})
		plottest.Golden(t, name+"_"+v.name+".png", pictureAt(t, scale, build(), w, h))
	}
}
