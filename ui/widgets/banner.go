package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// BannerData is what a banner says.
type BannerData struct {
	// Text is the matter, Detail since when and what is being tried.
	Text, Detail string
	// Status is the shape in front, unless there is an Icon; its colour colours the
	// banner, unless Ink names another. Bold makes a banner that cannot be
	// overlooked.
	Status Status
	Icon   fyne.Resource
	Ink    fyne.ThemeColorName
	Bold   bool
	// Action labels a button; "" has none.
	Action string
}

// Banner is a line across the page for a matter that lasts, such as a lost
// connection. It is hidden while it has nothing to say.
type Banner struct {
	widget.BaseWidget

	// OnAction tells that the button was tapped.
	OnAction func()

	data   BannerData
	action *widget.Button
}

// NewBanner makes a hidden banner.
func NewBanner() *Banner {
	b := &Banner{}
	b.action = widget.NewButton("", func() {
		if b.OnAction != nil {
			b.OnAction()
		}
	})
	b.Hidden = true
	b.ExtendBaseWidget(b)
	return b
}

// Set says d; the empty Text hides the banner.
func (b *Banner) Set(d BannerData) {
	if b.data == d {
		return
	}
	b.data = d
	if b.action.Text != d.Action {
		b.action.SetText(d.Action)
	}
	setVisible(b.action, d.Action != "")
	setVisible(b, d.Text != "")
	b.Refresh()
}

// Data is what the banner says.
func (b *Banner) Data() BannerData { return b.data }

// CreateRenderer implements fyne.Widget.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer {
	r := &bannerRenderer{b: b, back: canvas.NewRectangle(color.Transparent), edge: canvas.NewRectangle(color.Transparent),
		shape: NewStatusShape(StatusNone, 16), icon: widget.NewIcon(nil), text: canvas.NewText("", color.Transparent),
		detail: [bannerLines]*canvas.Text{canvas.NewText("", color.Transparent), canvas.NewText("", color.Transparent)}}
	r.Refresh()
	return r
}

type bannerRenderer struct {
	b          *Banner
	back, edge *canvas.Rectangle
	shape      *StatusShape
	icon       *widget.Icon
	text       *canvas.Text
	detail     [bannerLines]*canvas.Text
}

// bannerLines is on how many lines the detail runs at most.
const bannerLines = 2

func (r *bannerRenderer) Destroy() {}
func (r *bannerRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.edge, r.shape, r.icon, r.text, r.detail[0], r.detail[1], r.b.action}
}

// MinSize implements fyne.WidgetRenderer: once its width is known, the detail has
// as many lines as it needs.
func (r *bannerRenderer) MinSize() fyne.Size {
	text := r.b.Theme().Size(theme.SizeNameText)
	height := 36 + float32(max(0, len(r.lines(r.b.Size().Width))-1))*(text+6)
	return fyne.NewSize(240, max(height, r.b.action.MinSize().Height+6))
}

// room is where the text ends at most, and how wide it is.
func (r *bannerRenderer) room(width float32) (end, first float32) {
	end = width - 8
	if r.b.action.Visible() {
		end -= r.b.action.MinSize().Width
	}
	text, bold := r.b.Theme().Size(theme.SizeNameText), fyne.TextStyle{Bold: true}
	return end, fyne.MeasureText(cutText(r.b.data.Text, end-40, text, bold), text, bold).Width
}

// lines are the lines of the detail, in a banner of a width.
func (r *bannerRenderer) lines(width float32) []string {
	end, first := r.room(width)
	if end-52-first <= 0 {
		return nil
	}
	return wrap(r.b.data.Detail, end-52-first, newFitter(r.b.Theme().Size(theme.SizeNameText), fyne.TextStyle{}), bannerLines)
}

func (r *bannerRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.edge.Resize(fyne.NewSize(4, size.Height))
	r.shape.Move(fyne.NewPos(14, (size.Height-16)/2))
	r.shape.Resize(fyne.NewSquareSize(16))
	r.icon.Move(fyne.NewPos(12, (size.Height-20)/2))
	r.icon.Resize(fyne.NewSquareSize(20))
	end, w := r.room(size.Width)
	if r.b.action.Visible() {
		s := r.b.action.MinSize()
		r.b.action.Move(fyne.NewPos(end, (size.Height-s.Height)/2))
		r.b.action.Resize(s)
	}
	text := r.b.Theme().Size(theme.SizeNameText)
	fore, muted := colorOf(r.b, theme.ColorNameForeground), colorOf(r.b, ColorMuted)
	if r.b.data.Bold {
		muted = fore
	}
	bold := fyne.TextStyle{Bold: true}
	setText(r.text, cutText(r.b.data.Text, end-40, text, bold), text, fore, bold)
	r.text.Move(fyne.NewPos(40, 0))
	r.text.Resize(fyne.NewSize(w, size.Height))
	lines := r.lines(size.Width)
	y := (size.Height - float32(len(lines))*(text+6)) / 2
	for i, t := range r.detail {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		setText(t, line, text, muted, fyne.TextStyle{})
		t.Move(fyne.NewPos(52+w, y+float32(i)*(text+6)))
		t.Resize(fyne.NewSize(max(0, end-52-w), text+6))
	}
}

func (r *bannerRenderer) Refresh() {
	ink, depth := colorOf(r.b, StatusColor(r.b.data.Status)), float32(0.14)
	if r.b.data.Ink != "" {
		ink = colorOf(r.b, r.b.data.Ink)
	}
	if r.b.data.Bold {
		depth = 0.34
	}
	r.back.FillColor, r.edge.FillColor = alpha(ink, depth), ink
	r.back.Refresh()
	r.edge.Refresh()
	setVisible(r.shape, r.b.data.Icon == nil)
	setVisible(r.icon, r.b.data.Icon != nil)
	if r.icon.Resource != r.b.data.Icon {
		r.icon.SetResource(r.b.data.Icon)
	}
	r.shape.SetStatus(r.b.data.Status)
	r.shape.Refresh()
	r.Layout(r.b.Size())
}
