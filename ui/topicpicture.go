package ui

import (
	"bytes"
	"image"
	_ "image/gif"  // read GIF payloads
	_ "image/jpeg" // read JPEG payloads
	_ "image/png"  // read PNG payloads
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/payload"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// maxPixels is the largest picture that is decoded, in pixels: 128 MiB of memory.
const maxPixels = 32 << 20

// picture is the decoded picture of a payload. It belongs to the presenter's
// goroutine.
type picture struct {
	topic string
	at    time.Time
	img   image.Image
	note  string
}

// view decodes a payload unless that is done already. Whoever sent it says how
// large it claims to be before any memory is given to it.
func (p *picture) view(info *model.TopicInfo) {
	if p.topic == info.Path && p.at.Equal(info.At) {
		return
	}
	p.topic, p.at, p.img, p.note = info.Path, info.At, nil, ""
	if kind := payload.Describe(info.Payload, "").Kind; !kind.Image() {
		p.note = i18n.Tf("This payload is no picture: it is %s.", kind.String())
		return
	}
	head, format, err := image.DecodeConfig(bytes.NewReader(info.Payload))
	switch {
	case err != nil:
		p.note = i18n.Tf("The picture cannot be read: %v.", errorText(err))
		return
	case head.Width <= 0 || head.Height <= 0 || head.Width > maxPixels/head.Height:
		p.note = i18n.Tf("The picture claims %d x %d pixels, too many to show.", head.Width, head.Height)
		return
	}
	if p.img, _, err = image.Decode(bytes.NewReader(info.Payload)); err != nil {
		p.img, p.note = nil, i18n.Tf("The picture cannot be read: %v.", errorText(err))
		return
	}
	p.note = i18n.Tf("%s, %d x %d pixels.", format, head.Width, head.Height)
}

// savePayload has the operator choose a file for a payload, whole.
func (d *pageDeps) savePayload(name string, content []byte) {
	save := dialog.NewFileSave(func(to fyne.URIWriteCloser, err error) {
		if to == nil && err == nil {
			return
		}
		go func() {
			if err == nil {
				_, err = to.Write(content)
				if cerr := to.Close(); err == nil {
					err = cerr
				}
			}
			d.do(func() {
				if err != nil {
					d.toast(toastError, i18n.Tf("The payload was not saved: %v", errorText(err)))
					return
				}
				d.toast(toastInfo, i18n.Tf("Saved %s", formatBytes(len(content))))
			})
		}()
	}, d.win)
	save.SetFileName(name)
	save.Show()
}
