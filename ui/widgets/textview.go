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
	t.body = container.NewVScroll(t.rich)
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

// MinSize is small: what does not fit scrolls.
func (t *TextView) MinSize() fyne.Size { return fyne.NewSize(60, 24) }

// CreateRenderer implements fyne.Widget.
func (t *TextView) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.body) }
