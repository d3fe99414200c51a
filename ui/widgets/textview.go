package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// TextView shows text in paragraphs. A line that begins with "# " is a heading.
// Nothing in it is followed or fetched.
type TextView struct {
	widget.BaseWidget

	text string
	rich *widget.RichText
	body *container.Scroll
}

// NewTextView makes an empty text.
func NewTextView() *TextView {
	t := &TextView{rich: widget.NewRichText()}
	t.rich.Wrapping = fyne.TextWrapWord
	t.body = container.NewVScroll(container.New(trimmed{t}, t.rich))
	t.ExtendBaseWidget(t)
	return t
}

// SetText shows a text.
func (t *TextView) SetText(text string) {
	if t.text == text {
		return
	}
	t.text = text
	t.rich.Segments = t.rich.Segments[:0]
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		style := widget.RichTextStyleParagraph
		if heading, ok := strings.CutPrefix(line, "# "); ok {
			line, style = heading, widget.RichTextStyle{SizeName: theme.SizeNameHeadingText, TextStyle: fyne.TextStyle{Bold: true}}
		}
		t.rich.Segments = append(t.rich.Segments, &widget.TextSegment{Text: line, Style: style})
	}
	t.rich.Refresh()
}

// Text is the text shown.
func (t *TextView) Text() string { return t.text }

// trimmed lays a text out without the padding that it comes with: what lies round
// it has its own.
type trimmed struct{ of *TextView }

func (l trimmed) padding() float32 { return l.of.Theme().Size(theme.SizeNameInnerPadding) }

// Layout implements fyne.Layout.
func (l trimmed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	pad := l.padding()
	o := objects[0]
	o.Resize(fyne.NewSize(size.Width+2*pad, o.Size().Height))
	high := o.MinSize().Height
	o.Resize(fyne.NewSize(size.Width+2*pad, high))
	o.Move(fyne.NewPos(-pad, -pad))
}

// MinSize implements fyne.Layout.
func (l trimmed) MinSize(objects []fyne.CanvasObject) fyne.Size {
	pad := l.padding()
	least := objects[0].MinSize()
	return fyne.NewSize(max(0, least.Width-2*pad), max(0, least.Height-2*pad))
}

// MinSize is small: what does not fit scrolls.
func (t *TextView) MinSize() fyne.Size { return fyne.NewSize(60, 24) }

// CreateRenderer implements fyne.Widget.
func (t *TextView) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.body) }
