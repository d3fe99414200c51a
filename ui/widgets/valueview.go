package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// ValueView is a value as large as it fits, with its unit, a note and its recent
// course.
type ValueView struct {
	widget.BaseWidget

	data Meter
	view *valueRenderer
}

// NewValueView makes a view of nothing yet.
func NewValueView() *ValueView {
	v := &ValueView{data: Meter{Text: "–"}}
	v.ExtendBaseWidget(v)
	return v
}

// SetMeter shows a value.
func (v *ValueView) SetMeter(m Meter) {
	if v.data.equal(&m) {
		return
	}
	v.data = m
	if v.view != nil {
		v.view.update()
	}
}

// Meter is the value shown.
func (v *ValueView) Meter() Meter { return v.data }

// CreateRenderer implements fyne.Widget.
func (v *ValueView) CreateRenderer() fyne.WidgetRenderer {
	text := func() *canvas.Text { return canvas.NewText("", color.Transparent) }
	v.view = &valueRenderer{v: v, value: text(), unit: text(), note: text(), spark: NewSparkline(ColorMuted)}
	v.view.update()
	return v.view
}

type valueRenderer struct {
	v                 *ValueView
	value, unit, note *canvas.Text
	spark             *Sparkline
}

func (r *valueRenderer) Destroy() {
	if r.v.view == r {
		r.v.view = nil
	}
}

func (r *valueRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.spark, r.value, r.unit, r.note}
}
func (r *valueRenderer) MinSize() fyne.Size { return fyne.NewSize(60, 30) }
func (r *valueRenderer) Layout(fyne.Size)   { r.update() }
func (r *valueRenderer) Refresh()           { r.update(); r.spark.Refresh() }

// Shares of the height, and the height from which a line of second rank is shown.
const (
	sparkShare = 0.34
	noteFrom   = 56
)

func (r *valueRenderer) update() {
	d, size, th := &r.v.data, r.v.Size(), r.v.Theme()
	small := th.Size(theme.SizeNameCaptionText)
	bottom := size.Height
	noted := d.Note != "" && size.Height >= noteFrom
	setVisible(r.note, noted)
	if noted {
		bottom -= lineHeight(small)
		setText(r.note, cutText(d.Note, size.Width, small, fyne.TextStyle{}), small, colorOf(r.v, ColorMuted), fyne.TextStyle{})
		placeText(r.note, 0, bottom, size.Width, lineHeight(small))
	}
	lined := len(d.Spark) > 1 && size.Height >= noteFrom
	setVisible(r.spark, lined)
	if lined {
		high := bottom * sparkShare
		bottom -= high
		ink := ColorMuted
		if c := d.Level.color(); c != "" && !d.Dim {
			ink = c
		}
		r.spark.SetColor(ink)
		r.spark.SetValues(d.Spark)
		r.spark.Move(fyne.NewPos(0, bottom))
		r.spark.Resize(fyne.NewSize(size.Width, high-2))
	}
	big := fitText(d.Text, size.Width*0.8, bottom*0.66)
	unit := max(small, big*0.42)
	setText(r.value, cutText(d.Text, size.Width, big, fyne.TextStyle{}), big, colorOf(r.v, d.ink()), fyne.TextStyle{})
	setText(r.unit, d.Unit, unit, colorOf(r.v, ColorMuted), fyne.TextStyle{})
	top := max(0, (bottom-lineHeight(big))/2)
	placeText(r.value, 0, top, 0, lineHeight(big))
	placeText(r.unit, r.value.MinSize().Width+big*0.16, top+(big-unit)*1.08, 0, lineHeight(unit))
}
