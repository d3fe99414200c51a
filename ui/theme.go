package ui

import (
	"image/color"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// Theme is the look of the program, all of it: calm greys when all is well,
// colour only for what is not (the high-performance school of ISA-101), in a
// dark variant for the bridge at night and a light one for bright sun.
type Theme struct {
	// Variant forces dark or light; nil follows the system.
	Variant *fyne.ThemeVariant

	mu   sync.Mutex
	pens map[fyne.TextStyle]*plot.Font
}

// Pen is the font that widgets draw plain text with, in the shapes of [Theme.Font];
// it implements widgets.Penman.
func (t *Theme) Pen(s fyne.TextStyle) *plot.Font {
	s = fyne.TextStyle{Bold: s.Bold, Monospace: s.Monospace}
	t.mu.Lock()
	defer t.mu.Unlock()
	pen, ok := t.pens[s]
	if !ok {
		pen, _ = newPen(s) // without one, Fyne draws
		if t.pens == nil {
			t.pens = map[fyne.TextStyle]*plot.Font{}
		}
		t.pens[s] = pen
	}
	return pen
}

// newPen reads the font of a style.
func newPen(s fyne.TextStyle) (*plot.Font, error) {
	others := [][]byte{theme.DefaultSymbolFont().Content()}
	if !s.Monospace {
		others = append(others, assets.Font(i18n.Current().Tag, s.Bold))
	}
	return plot.NewFont(theme.DefaultTheme().Font(s).Content(), others...)
}

// Color resolves Fyne's colour names and those of the widgets package.
func (t *Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if t.Variant != nil {
		v = *t.Variant
	}
	inks := darkInks
	if v == theme.VariantLight {
		inks = lightInks
	}
	if ink, ok := inks[name]; ok {
		return color.NRGBA{R: uint8(ink >> 24), G: uint8(ink >> 16), B: uint8(ink >> 8), A: uint8(ink)}
	}
	return theme.DefaultTheme().Color(name, v)
}

// Font is Fyne's own, Noto Sans, whose figures are tabular. Before it comes the
// font that has the Japanese or Chinese characters of the language's texts and
// nothing else: for everything that the font lacks, Fyne goes on to its own.
// Operators' data in those scripts is shown with the system's fonts.
func (t *Theme) Font(s fyne.TextStyle) fyne.Resource {
	if s.Symbol || s.Monospace {
		return theme.DefaultTheme().Font(s)
	}
	return scriptFont(i18n.Current().Tag, s.Bold)
}

// scriptFonts are the fonts of assets by language and weight: Fyne keeps what it
// has read of a font by its resource, which has to stay the same.
var scriptFonts sync.Map

// scriptFont is the font with the characters of a language's script.
func scriptFont(language string, bold bool) fyne.Resource {
	name := language + "-regular.otf"
	if bold {
		name = language + "-bold.otf"
	}
	if r, ok := scriptFonts.Load(name); ok {
		return r.(fyne.Resource) //nolint:errcheck // nothing else is stored
	}
	r, _ := scriptFonts.LoadOrStore(name, fyne.NewStaticResource(name, assets.Font(language, bold)))
	return r.(fyne.Resource) //nolint:errcheck // nothing else is stored
}

// Icon is Fyne's own.
func (t *Theme) Icon(n fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(n) }

// Size is a step denser than Fyne's default, for a window full of readings that
// still takes a fingertip.
func (t *Theme) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case theme.SizeNameText:
		return 13
	case theme.SizeNameHeadingText:
		return 20
	case theme.SizeNameSubHeadingText:
		return 15
	case theme.SizeNameCaptionText:
		return 11
	case theme.SizeNameInnerPadding:
		return 7
	case theme.SizeNamePadding:
		return 4
	case theme.SizeNameInlineIcon:
		return 18
	case theme.SizeNameInputRadius, theme.SizeNameSelectionRadius:
		return 6
	case theme.SizeNameScrollBar:
		return 10
	}
	return theme.DefaultTheme().Size(n)
}

// The inks, as 0xRRGGBBAA. Text on its background has a contrast of at least
// 4.5 to 1 (WCAG 2.2, 1.4.3); the colours of states also differ in shape
// wherever they are used.
var darkInks = map[fyne.ThemeColorName]uint32{
	theme.ColorNameBackground: 0x12171bff, theme.ColorNameForeground: 0xd9dfe4ff,
	theme.ColorNamePrimary: 0x5aa9e0ff, theme.ColorNameForegroundOnPrimary: 0x0c1115ff,
	theme.ColorNameFocus: 0x5aa9e080, theme.ColorNameSelection: 0x24445cff, theme.ColorNameHover: 0xffffff0e,
	theme.ColorNamePressed: 0xffffff1c, theme.ColorNameButton: 0x262e35ff, theme.ColorNameDisabledButton: 0x1d2429ff,
	theme.ColorNameDisabled: 0x66717bff, theme.ColorNamePlaceHolder: 0x7f8b96ff,
	theme.ColorNameInputBackground: 0x1a2126ff, theme.ColorNameInputBorder: 0x323c45ff,
	theme.ColorNameMenuBackground: 0x1d252bff, theme.ColorNameOverlayBackground: 0x1a2126ff,
	theme.ColorNameHeaderBackground: 0x171d22ff, theme.ColorNameSeparator: 0x283037ff, theme.ColorNameShadow: 0x00000030,
	theme.ColorNameScrollBar: 0xffffff38, theme.ColorNameScrollBarBackground: 0x00000000,
	theme.ColorNameSuccess: 0x7fb79aff, theme.ColorNameWarning: 0xe3b74fff, theme.ColorNameError: 0xf0625bff,
	theme.ColorNameHyperlink: 0x7cbcebff,
	widgets.ColorAlive:       0x93a1acff, widgets.ColorLate: 0xe6c35cff, widgets.ColorSilent: 0xf0953cff, widgets.ColorLost: 0xf0625bff,
	widgets.ColorOffline: 0x74808aff, widgets.ColorUnknown: 0x7d8994ff, widgets.ColorFlash: 0xffffff1e,
	widgets.ColorImpostor: 0xd98ff2ff, widgets.ColorPast: 0x2fd0b5ff,
	widgets.ColorTrace1: 0x58a6e0ff, widgets.ColorTrace2: 0xe3a34bff, widgets.ColorTrace3: 0x6cc28bff, widgets.ColorTrace4: 0xc18be0ff,
	widgets.ColorTrace5: 0xe57f86ff, widgets.ColorTrace6: 0x5cc5c9ff, widgets.ColorTrace7: 0xb7b35cff, widgets.ColorTrace8: 0xa1a9b3ff,
	widgets.ColorWater: 0x152029ff, widgets.ColorShallow: 0x1f303cff, widgets.ColorLand: 0x272e33ff, widgets.ColorCoast: 0x4d5c67ff, widgets.ColorGrid: 0x242d34ff,
	widgets.ColorMuted: 0x8d99a4ff, widgets.ColorSurface: 0x1a2025ff, widgets.ColorBorder: 0x2c353cff, widgets.ColorAccent: 0x5aa9e0ff,
}

var lightInks = map[fyne.ThemeColorName]uint32{
	theme.ColorNameBackground: 0xeef1f3ff, theme.ColorNameForeground: 0x1e252aff,
	theme.ColorNamePrimary: 0x1f6fadff, theme.ColorNameForegroundOnPrimary: 0xffffffff,
	theme.ColorNameFocus: 0x1f6fad70, theme.ColorNameSelection: 0xc3ddf0ff, theme.ColorNameHover: 0x0000000c,
	theme.ColorNamePressed: 0x0000001c, theme.ColorNameButton: 0xdfe5e9ff, theme.ColorNameDisabledButton: 0xe6eaedff,
	theme.ColorNameDisabled: 0x98a3acff, theme.ColorNamePlaceHolder: 0x6b7781ff,
	theme.ColorNameInputBackground: 0xffffffff, theme.ColorNameInputBorder: 0xc6cfd6ff,
	theme.ColorNameMenuBackground: 0xffffffff, theme.ColorNameOverlayBackground: 0xffffffff,
	theme.ColorNameHeaderBackground: 0xe5eaedff, theme.ColorNameSeparator: 0xd3dadfff, theme.ColorNameShadow: 0x00000018,
	theme.ColorNameScrollBar: 0x00000038, theme.ColorNameScrollBarBackground: 0x00000000,
	theme.ColorNameSuccess: 0x2f7d55ff, theme.ColorNameWarning: 0x8a6100ff, theme.ColorNameError: 0xc4302bff,
	theme.ColorNameHyperlink: 0x1f6fadff,
	widgets.ColorAlive:       0x66737dff, widgets.ColorLate: 0x8f6c00ff, widgets.ColorSilent: 0xb55a00ff, widgets.ColorLost: 0xc4302bff,
	widgets.ColorOffline: 0x7f8a94ff, widgets.ColorUnknown: 0x7c8791ff, widgets.ColorFlash: 0x1e252a20,
	widgets.ColorImpostor: 0x8a2fb0ff, widgets.ColorPast: 0x007a68ff,
	widgets.ColorTrace1: 0x1f78b4ff, widgets.ColorTrace2: 0xb86e00ff, widgets.ColorTrace3: 0x2c8a4eff, widgets.ColorTrace4: 0x8347adff,
	widgets.ColorTrace5: 0xc0434cff, widgets.ColorTrace6: 0x147d82ff, widgets.ColorTrace7: 0x77731cff, widgets.ColorTrace8: 0x5e6872ff,
	widgets.ColorWater: 0xd5e4eeff, widgets.ColorShallow: 0xe6f1f7ff, widgets.ColorLand: 0xf5f3edff, widgets.ColorCoast: 0xa3b0b8ff, widgets.ColorGrid: 0xd3dbe0ff,
	widgets.ColorMuted: 0x5f6b75ff, widgets.ColorSurface: 0xfcfdfdff, widgets.ColorBorder: 0xd2d9deff, widgets.ColorAccent: 0x1f6fadff,
}
