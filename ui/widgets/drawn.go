package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Drawn is what the list draws into the pictures of its rows, for tests that read it.
func (r *Rows) Drawn() []fyne.CanvasObject {
	if r.view == nil {
		return nil
	}
	var out []fyne.CanvasObject
	for _, l := range r.view.lines {
		if !l.box.Visible() {
			continue
		}
		line := container.NewWithoutLayout(l.flat.parts...)
		line.Move(r.view.clip.Position().Add(l.box.Position()))
		line.Resize(l.box.Size())
		out = append(out, line)
	}
	return out
}

// Drawn is what the tile draws into its picture, for tests that read it.
func (t *Tile) Drawn() []fyne.CanvasObject {
	if t.view == nil {
		return nil
	}
	return t.view.flat.parts
}
