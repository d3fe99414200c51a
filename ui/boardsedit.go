package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/board"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// What an operator does to boards. All of it can be undone.

func (p *boardsPage) addBoard() {
	if name, err := p.edit.AddBoard(i18n.T("Board")); p.did(err) {
		p.open(name)
		p.setEditing(true)
	}
}

func (p *boardsPage) duplicateBoard() {
	if name, err := p.edit.DuplicateBoard(p.current); p.did(err) {
		p.open(name)
	}
}

func (p *boardsPage) renameBoard(to string) {
	if to == p.current {
		return
	}
	if err := p.edit.RenameBoard(p.current, to); err != nil {
		p.did(err)
		return
	}
	p.current = to
	p.did(nil)
}

func (p *boardsPage) deleteBoard() {
	name := p.current
	if p.did(p.edit.DeleteBoard(name)) {
		p.deps.toast(toastInfo, i18n.Tf("Deleted the board “%s”. Undo brings it back.", name))
	}
}

func (p *boardsPage) templateBoard(kind string) {
	p.did(p.edit.TemplateBoard(p.current, kind))
}

func (p *boardsPage) addTile(k workspace.Kind) {
	if id, err := p.edit.Add(p.current, board.New(k)); p.did(err) {
		p.choose(id)
		p.reveal(id)
	}
}

func (p *boardsPage) duplicate() {
	if id, err := p.edit.Duplicate(p.current, p.selected); p.did(err) {
		p.choose(id)
		p.reveal(id)
	}
}

// reveal scrolls a tile into view.
func (p *boardsPage) reveal(id string) {
	if t, ok := p.edit.Tile(p.current, id); ok {
		r := p.surface.grid.Rect(t.Place)
		s := p.surface.scroll
		if r.Y < s.Offset.Y || r.Y+r.H > s.Offset.Y+s.Size().Height {
			p.surface.height = max(p.surface.height, r.Y+r.H)
			s.ScrollToOffset(fyne.NewPos(0, max(0, r.Y+r.H-s.Size().Height)))
		}
	}
}

func (p *boardsPage) remove() {
	if p.selected != "" {
		p.did(p.edit.Delete(p.current, p.selected))
	}
}

func (p *boardsPage) undo() {
	if what, ok := p.edit.Undo(); ok {
		p.panel.renew()
		p.did(nil)
		p.deps.toast(toastInfo, i18n.Tf("Undone: %s", what))
	}
}

func (p *boardsPage) redo() {
	if what, ok := p.edit.Redo(); ok {
		p.panel.renew()
		p.did(nil)
		p.deps.toast(toastInfo, i18n.Tf("Done again: %s", what))
	}
}

// typed is a key on a tile that is being edited: arrows move it, with Shift they
// resize it.
func (p *boardsPage) typed(id string, e *fyne.KeyEvent) {
	t, ok := p.edit.Tile(p.current, id)
	if !ok {
		return
	}
	dx, dy := 0, 0
	switch e.Name {
	case fyne.KeyDelete, fyne.KeyBackspace:
		p.selected = id
		p.remove()
		return
	case fyne.KeyEscape:
		p.setEditing(false)
		return
	case fyne.KeyLeft:
		dx = -1
	case fyne.KeyRight:
		dx = 1
	case fyne.KeyUp:
		dy = -1
	case fyne.KeyDown:
		dy = 1
	default:
		return
	}
	to := t.Place
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok && d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0 {
		to.W, to.H = max(1, min(to.W+dx, workspace.Columns-to.X)), max(1, to.H+dy)
	} else {
		to.X, to.Y = to.X+dx, to.Y+dy
	}
	p.did(p.edit.Move(p.current, id, to))
}
