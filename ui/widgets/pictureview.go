package widgets

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// PictureView shows a picture as large as it fits, or in words why there is
// none.
type PictureView struct {
	widget.BaseWidget

	picture *canvas.Image
	text    *widget.Label
	body    *fyne.Container
}

// NewPictureView makes a view without a picture.
func NewPictureView() *PictureView {
	p := &PictureView{picture: &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleSmooth}, text: widget.NewLabel("")}
	p.text.Wrapping, p.text.Alignment = fyne.TextWrapWord, fyne.TextAlignCenter
	p.text.SizeName = theme.SizeNameCaptionText
	p.picture.Hide()
	p.body = container.NewWithoutLayout(p.picture, p.text)
	p.ExtendBaseWidget(p)
	return p
}

// SetPicture shows a picture, which must not be drawn into any more; nil shows
// why there is none. Nothing happens when both are what is shown.
func (p *PictureView) SetPicture(img image.Image, why string) {
	if img != nil {
		why = ""
	}
	if p.picture.Image == img && p.text.Text == why {
		return
	}
	if p.picture.Image != img {
		p.picture.Image = img
		setVisible(p.picture, img != nil)
		p.picture.Refresh()
	}
	p.text.SetText(why)
}

// Picture is the picture shown, nil for none.
func (p *PictureView) Picture() image.Image { return p.picture.Image }

// Why is why there is none.
func (p *PictureView) Why() string { return p.text.Text }

// CreateRenderer implements fyne.Widget.
func (p *PictureView) CreateRenderer() fyne.WidgetRenderer { return &pictureRenderer{p} }

type pictureRenderer struct{ p *PictureView }

func (r *pictureRenderer) Destroy()                     {}
func (r *pictureRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.p.body} }
func (r *pictureRenderer) MinSize() fyne.Size           { return fyne.NewSize(60, 40) }
func (r *pictureRenderer) Refresh()                     { r.p.picture.Refresh(); r.p.text.Refresh() }

func (r *pictureRenderer) Layout(size fyne.Size) {
	r.p.body.Resize(size)
	r.p.picture.Resize(size)
	r.p.text.Resize(fyne.NewSize(size.Width, 0))
	high := min(r.p.text.MinSize().Height, size.Height)
	r.p.text.Resize(fyne.NewSize(size.Width, high))
	r.p.text.Move(fyne.NewPos(0, (size.Height-high)/2))
}
