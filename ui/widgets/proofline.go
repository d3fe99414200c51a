package widgets

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// proofHeight is how high the line is that says how far a command got.
const proofHeight = 20

// proofLine is that line, below a control: a mark and words.
type proofLine struct {
	mark *markView
	text *canvas.Text
	top  float32 // beyond everything until it is placed
}

func newProofLine() *proofLine {
	return &proofLine{mark: newMarkView(), text: canvas.NewText("", color.Transparent), top: math.MaxFloat32}
}

func (l *proofLine) objects() []fyne.CanvasObject { return []fyne.CanvasObject{l.mark.raster, l.text} }

// place shows a proof in a control, from top on, over its width.
func (l *proofLine) place(of themer, p Proof, top, width float32) {
	l.top = top
	small := of.Theme().Size(theme.SizeNameCaptionText)
	tone := colorOf(of, markColor(p.Mark))
	l.mark.set(p.Mark, tone)
	l.mark.raster.Move(fyne.NewPos(2, top+3))
	l.mark.raster.Resize(fyne.NewSquareSize(11))
	setText(l.text, cutText(p.Text, width-20, small, fyne.TextStyle{}), small, tone, fyne.TextStyle{})
	placeText(l.text, 18, top, max(0, width-18), lineHeight(small))
}

// tapped tells whether a tap at a height is on the line, and so asks how far the
// command got instead of sending one; ask may be nil.
func (l *proofLine) tapped(y float32, ask func()) bool {
	if y < l.top {
		return false
	}
	if l.text.Text != "" && ask != nil {
		ask()
	}
	return true
}
