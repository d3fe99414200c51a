package i18n_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/theme"
	"golang.org/x/image/font/sfnt"

	"github.com/pilothouse/pilothouse/assets"
)

// TestFontsHaveEveryCharacterOfTheTexts fails after a change of the catalogues
// that needs the fonts made again: make fonts.
func TestFontsHaveEveryCharacterOfTheTexts(t *testing.T) {
	toolkit := map[bool][]byte{false: theme.DefaultTextFont().Content(), true: theme.DefaultTextBoldFont().Content()}
	for _, l := range translated() {
		for bold, own := range toolkit {
			var fonts []*sfnt.Font
			for _, data := range [][]byte{assets.Font(l.Tag, bold), own, theme.DefaultSymbolFont().Content()} {
				f, err := sfnt.Parse(data)
				if err != nil {
					t.Fatalf("%s, bold %v: %v", l.Name, bold, err)
				}
				fonts = append(fonts, f)
			}
			for key, forms := range catalogue(t, l.Tag) {
				for _, text := range append([]string{l.Name}, values(forms)...) {
					for _, r := range text {
						if r != '\n' && !strings.ContainsRune(key, r) && !shows(fonts, r) { // signs of the English text are shown as there
							t.Errorf("%s, bold %v: no font has %q of %q", l.Name, bold, r, key)
						}
					}
				}
			}
		}
	}
}

func TestEveryFontHasTheLanguagesNames(t *testing.T) {
	for _, l := range translated() {
		f, err := sfnt.Parse(assets.Font(l.Tag, false))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range "日本語 简体中文" { // a space is drawn with the font before it
			if !shows([]*sfnt.Font{f}, r) {
				t.Errorf("the font of %s lacks %c", l.Name, r)
			}
		}
	}
}

func values(forms map[string]string) []string {
	var out []string
	for _, text := range forms {
		out = append(out, text)
	}
	return out
}

func shows(fonts []*sfnt.Font, r rune) bool {
	var buf sfnt.Buffer
	for _, f := range fonts {
		if g, err := f.GlyphIndex(&buf, r); err == nil && g != 0 {
			return true
		}
	}
	return false
}
