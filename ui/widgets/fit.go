package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
)

// maxWidths bounds the widths that a fitter remembers.
const maxWidths = 4096

// fitter cuts text to a width. It adds up the widths of single characters,
// which it measures once: measuring whole strings costs far more and their
// variety has no bound.
type fitter struct {
	size   float32
	style  fyne.TextStyle
	widths map[rune]float32
}

func newFitter(size float32, style fyne.TextStyle) *fitter {
	return &fitter{size: size, style: style, widths: map[rune]float32{}}
}

func (f *fitter) width(r rune) float32 {
	if w, ok := f.widths[r]; ok {
		return w
	}
	if len(f.widths) >= maxWidths {
		clear(f.widths)
	}
	w := fyne.MeasureText(string(r), f.size, f.style).Width
	f.widths[r] = w
	return w
}

// measure is the width of s.
func (f *fitter) measure(s string) float32 {
	var w float32
	for _, r := range s {
		w += f.width(r)
	}
	return w
}

// cut is s on one line if it fits into width, else its beginning with an
// ellipsis. It reads no more of s than fits. Control characters become a dot.
func (f *fitter) cut(s string, width float32) string {
	dots := f.width('…')
	var w float32
	end, clean := 0, true
	for i, r := range s {
		if r < ' ' || r == 0x7f {
			r, clean = '·', false
		}
		if w+dots <= width {
			end = i
		}
		if w += f.width(r); w > width {
			if end == 0 {
				return ""
			}
			return oneLine(strings.TrimRight(s[:end], " "), clean) + "…"
		}
	}
	return oneLine(s, clean)
}

func oneLine(s string, clean bool) string {
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '·'
		}
		return r
	}, s)
}
