package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Step is one step of how something went.
type Step struct {
	// Name says which step, Mark how far it is, and Text that in words.
	Name string
	Mark Mark
	// Unknown is set when nobody can say; a question mark stands for the mark.
	Unknown bool
	Text    string
	// Time is when it was known, "" for not.
	Time string
}

// Steps shows steps below each other, joined by a line: how far something got.
type Steps struct {
	widget.BaseWidget

	steps []Step
	view  *stepsRenderer
}

// NewSteps makes an empty list of steps.
func NewSteps() *Steps {
	s := &Steps{}
	s.ExtendBaseWidget(s)
	return s
}

// Set shows steps. The list keeps the slice and never changes it.
func (s *Steps) Set(steps []Step) {
	same := len(steps) == len(s.steps)
	for i := 0; same && i < len(steps); i++ {
		same = steps[i] == s.steps[i]
	}
	if same {
		return
	}
	s.steps = steps
	s.Refresh()
}

// Steps are the steps shown; they must not be changed.
func (s *Steps) Steps() []Step { return s.steps }

// CreateRenderer implements fyne.Widget.
func (s *Steps) CreateRenderer() fyne.WidgetRenderer {
	s.view = &stepsRenderer{s: s}
	s.view.Refresh()
	return s.view
}

// Measures of a list of steps, in logical units.
const (
	stepHeight = 24
	stepMark   = 14
	stepName   = 78
	stepTime   = 64
)

type stepParts struct {
	mark             *markView
	line             *canvas.Line
	sign, name, text *canvas.Text
	time             *canvas.Text
}

type stepsRenderer struct {
	s       *Steps
	parts   []stepParts
	objects []fyne.CanvasObject
}

// Destroy implements fyne.WidgetRenderer.
func (v *stepsRenderer) Destroy() {
	if v.s.view == v {
		v.s.view = nil
	}
}

// Objects implements fyne.WidgetRenderer.
func (v *stepsRenderer) Objects() []fyne.CanvasObject { return v.objects }

// MinSize implements fyne.WidgetRenderer.
func (v *stepsRenderer) MinSize() fyne.Size {
	return fyne.NewSize(260, stepHeight*float32(len(v.s.steps)))
}

// Layout implements fyne.WidgetRenderer.
func (v *stepsRenderer) Layout(fyne.Size) { v.place() }

// Refresh implements fyne.WidgetRenderer.
func (v *stepsRenderer) Refresh() {
	for len(v.parts) < len(v.s.steps) {
		p := stepParts{mark: newMarkView(), line: canvas.NewLine(color.Transparent)}
		for _, t := range []**canvas.Text{&p.sign, &p.name, &p.text, &p.time} {
			*t = canvas.NewText("", color.Transparent)
		}
		p.sign.Alignment, p.time.Alignment = fyne.TextAlignCenter, fyne.TextAlignTrailing
		v.parts = append(v.parts, p)
		v.objects = append(v.objects, p.line, p.mark.raster, p.sign, p.name, p.text, p.time)
	}
	v.place()
}

// place writes and places everything.
func (v *stepsRenderer) place() {
	width := v.s.Size().Width
	for i := range v.parts {
		p := &v.parts[i]
		shown := i < len(v.s.steps)
		for _, o := range []fyne.CanvasObject{p.mark.raster, p.sign, p.name, p.text, p.time} {
			setVisible(o, shown)
		}
		setVisible(p.line, shown && i+1 < len(v.s.steps))
		if shown {
			v.step(p, &v.s.steps[i], float32(i)*stepHeight, width)
		}
	}
}

func (v *stepsRenderer) step(p *stepParts, step *Step, top, width float32) {
	th := v.s.Theme()
	size := th.Size(theme.SizeNameCaptionText)
	muted, tone := colorOf(v.s, ColorMuted), colorOf(v.s, markColor(step.Mark))
	middle := top + stepHeight/2
	p.line.StrokeColor, p.line.StrokeWidth = colorOf(v.s, ColorBorder), 1
	p.line.Position1 = fyne.NewPos(2+stepMark/2, middle+stepMark/2+2)
	p.line.Position2 = fyne.NewPos(2+stepMark/2, middle+stepHeight-stepMark/2-2)
	p.line.Refresh()
	p.mark.set(step.Mark, tone)
	p.mark.raster.Move(fyne.NewPos(2, middle-stepMark/2))
	p.mark.raster.Resize(fyne.NewSquareSize(stepMark))
	sign := ""
	switch {
	case step.Unknown:
		sign = "?"
	case step.Mark == MarkNone:
		sign = "–"
	}
	setVisible(p.mark.raster, sign == "")
	bold := fyne.TextStyle{Bold: true}
	setText(p.sign, sign, size, muted, bold)
	setText(p.name, step.Name, size, muted, bold)
	ink := colorOf(v.s, theme.ColorNameForeground)
	if step.Mark == MarkFailed || step.Mark == MarkTimedOut {
		ink = tone
	} else if step.Mark != MarkAcknowledged {
		ink = muted
	}
	left := float32(stepMark + 10)
	room := max(0, width-left-stepName-stepTime-8)
	setText(p.text, cutText(step.Text, room, size, fyne.TextStyle{}), size, ink, fyne.TextStyle{})
	setText(p.time, step.Time, size, muted, fyne.TextStyle{})
	for _, at := range []struct {
		t        *canvas.Text
		x, width float32
	}{{p.sign, 2, stepMark}, {p.name, left, stepName}, {p.text, left + stepName, room}, {p.time, width - stepTime - 4, stepTime}} {
		at.t.Move(fyne.NewPos(at.x, top))
		at.t.Resize(fyne.NewSize(at.width, stepHeight))
	}
}
