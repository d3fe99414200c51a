package board

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// Undos is how many changes can be undone.
const Undos = 200

// Errors of editing, wrapped with the particulars.
const (
	ErrNoBoard = i18n.Error("there is no such board")
	ErrNoTile  = i18n.Error("there is no such tile")
	ErrName    = i18n.Error("a board of that name exists already")
)

// Editor changes a workspace and can undo it. What it hands out is never written
// to again.
type Editor struct {
	now        workspace.Workspace
	undo, redo []step
	merge      string // of the latest change
}

// step is a workspace before or after a change, and what the change was.
type step struct {
	w    workspace.Workspace
	what string
}

// NewEditor edits w, which it takes over.
func NewEditor(w workspace.Workspace) *Editor { return &Editor{now: w} }

// Workspace is the present state.
func (e *Editor) Workspace() workspace.Workspace { return e.now }

// Board is a board by its name, nil when there is none.
func (e *Editor) Board(name string) *workspace.Board {
	if i := e.board(name); i >= 0 {
		return &e.now.Boards[i]
	}
	return nil
}

// Names are the names of the boards, in order.
func (e *Editor) Names() []string {
	out := make([]string, len(e.now.Boards))
	for i := range e.now.Boards {
		out[i] = e.now.Boards[i].Name
	}
	return out
}

func (e *Editor) board(name string) int {
	return slices.IndexFunc(e.now.Boards, func(b workspace.Board) bool { return b.Name == name })
}

// Tile is a tile of a board; ok is false when there is none.
func (e *Editor) Tile(board, id string) (workspace.Tile, bool) {
	if b := e.Board(board); b != nil {
		if i := tileIndex(b, id); i >= 0 {
			return b.Tiles[i].Clone(), true
		}
	}
	return workspace.Tile{}, false
}

func tileIndex(b *workspace.Board, id string) int {
	return slices.IndexFunc(b.Tiles, func(t workspace.Tile) bool { return t.ID == id })
}

// change applies f to a copy, and keeps the copy if it is within bounds. Changes
// that follow each other with the same merge key, if any, are undone together.
func (e *Editor) change(what, merge string, f func(w *workspace.Workspace) error) error {
	next := e.now.Clone()
	if err := f(&next); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := next.Check(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if merge == "" || merge != e.merge || len(e.undo) == 0 {
		e.undo = append(e.undo, step{e.now, what})
		e.undo = e.undo[max(0, len(e.undo)-Undos):]
	}
	e.now, e.redo, e.merge = next, nil, merge
	return nil
}

// on changes one board.
func (e *Editor) on(board, what, merge string, f func(b *workspace.Board) error) error {
	return e.change(what, merge, func(w *workspace.Workspace) error {
		i := slices.IndexFunc(w.Boards, func(b workspace.Board) bool { return b.Name == board })
		if i < 0 {
			return ErrNoBoard
		}
		return f(&w.Boards[i])
	})
}

// Undo takes the latest change back and says what it was; ok is false when there
// is none.
func (e *Editor) Undo() (what string, ok bool) { return e.back(&e.undo, &e.redo) }

// Redo does again what was undone last.
func (e *Editor) Redo() (what string, ok bool) { return e.back(&e.redo, &e.undo) }

func (e *Editor) back(from, to *[]step) (string, bool) {
	n := len(*from)
	if n == 0 {
		return "", false
	}
	s := (*from)[n-1]
	*from = (*from)[:n-1]
	*to = append(*to, step{e.now, s.what})
	e.now, e.merge = s.w, ""
	return s.what, true
}

// CanUndo and CanRedo tell whether there is anything to undo or do again.
func (e *Editor) CanUndo() bool { return len(e.undo) > 0 }

// CanRedo tells whether there is anything to do again.
func (e *Editor) CanRedo() bool { return len(e.redo) > 0 }

// Boards.

// AddBoard adds an empty board after the others and returns its name, which is
// name or, if that is taken, name with a number.
func (e *Editor) AddBoard(name string) (string, error) {
	name = e.freeName(name)
	return name, e.change(i18n.T("add a board"), "", func(w *workspace.Workspace) error {
		w.Boards = append(w.Boards, workspace.Board{Name: name, Tiles: []workspace.Tile{}})
		return nil
	})
}

// RenameBoard gives a board another name.
func (e *Editor) RenameBoard(name, to string) error {
	return e.on(name, i18n.T("rename the board"), "", func(b *workspace.Board) error {
		if to != name && e.board(to) >= 0 {
			return ErrName
		}
		b.Name = to
		return nil
	})
}

// TemplateBoard makes a board a template over the devices of a kind; empty makes
// it an ordinary board.
func (e *Editor) TemplateBoard(name, kind string) error {
	return e.on(name, i18n.T("change whom the board is for"), "", func(b *workspace.Board) error {
		b.Each = kind
		return nil
	})
}

// DuplicateBoard adds a copy behind a board and returns its name.
func (e *Editor) DuplicateBoard(name string) (string, error) {
	to := e.freeName(name)
	return to, e.change(i18n.T("duplicate the board"), "", func(w *workspace.Workspace) error {
		i := e.board(name)
		if i < 0 {
			return ErrNoBoard
		}
		b := w.Boards[i].Clone()
		b.Name = to
		w.Boards = slices.Insert(w.Boards, i+1, b)
		return nil
	})
}

// DeleteBoard deletes a board.
func (e *Editor) DeleteBoard(name string) error {
	return e.change(i18n.Tf("delete the board %s", name), "", func(w *workspace.Workspace) error {
		i := e.board(name)
		if i < 0 {
			return ErrNoBoard
		}
		w.Boards = slices.Delete(w.Boards, i, i+1)
		return nil
	})
}

func (e *Editor) freeName(name string) string {
	out := name
	for n := 2; e.board(out) >= 0; n++ {
		out = name + " " + strconv.Itoa(n)
	}
	return out
}

// Tiles.

// Add puts a tile where there is room for it, from the top, and returns its ID.
func (e *Editor) Add(board string, t workspace.Tile) (id string, err error) {
	err = e.on(board, i18n.T("add a tile"), "", func(b *workspace.Board) error {
		t.ID = freeID(b)
		id = t.ID
		t.Place = free(placesOf(b), t.W, t.H)
		b.Tiles = append(b.Tiles, t)
		return nil
	})
	return id, err
}

// Change replaces a tile's content; its place stays. Changes in a row with the
// same merge key are undone together.
func (e *Editor) Change(board, id, merge string, f func(t *workspace.Tile)) error {
	return e.on(board, i18n.T("change the tile"), merge, func(b *workspace.Board) error {
		i := tileIndex(b, id)
		if i < 0 {
			return ErrNoTile
		}
		t := &b.Tiles[i]
		place := t.Place
		f(t)
		t.ID, t.Place = id, place
		return nil
	})
}

// Move puts a tile to another place or gives it another size; tiles in its way
// move down.
func (e *Editor) Move(board, id string, to workspace.Place) error {
	if t, ok := e.Tile(board, id); ok && t.Place == Bound(to) {
		return nil
	}
	return e.on(board, i18n.T("move the tile"), "", func(b *workspace.Board) error {
		i := tileIndex(b, id)
		if i < 0 {
			return ErrNoTile
		}
		b.Tiles[i].Place = Bound(to)
		places := placesOf(b)
		Settle(places, reading(places, i))
		for k := range b.Tiles {
			b.Tiles[k].Place = places[k]
		}
		return nil
	})
}

// Duplicate adds a copy of a tile and returns its ID.
func (e *Editor) Duplicate(board, id string) (copied string, err error) {
	err = e.on(board, i18n.T("duplicate the tile"), "", func(b *workspace.Board) error {
		i := tileIndex(b, id)
		if i < 0 {
			return ErrNoTile
		}
		t := b.Tiles[i].Clone()
		t.ID = freeID(b)
		copied = t.ID
		t.Place = free(placesOf(b), t.W, t.H)
		b.Tiles = append(b.Tiles, t)
		return nil
	})
	return copied, err
}

// Delete deletes a tile.
func (e *Editor) Delete(board, id string) error {
	return e.on(board, i18n.T("delete the tile"), "", func(b *workspace.Board) error {
		i := tileIndex(b, id)
		if i < 0 {
			return ErrNoTile
		}
		b.Tiles = slices.Delete(b.Tiles, i, i+1)
		return nil
	})
}

func placesOf(b *workspace.Board) []workspace.Place {
	out := make([]workspace.Place, len(b.Tiles))
	for i := range b.Tiles {
		out[i] = b.Tiles[i].Place
	}
	return out
}

// freeID is an ID that no tile of the board has.
func freeID(b *workspace.Board) string {
	for n := len(b.Tiles) + 1; ; n++ {
		if id := "t" + strconv.Itoa(n); tileIndex(b, id) < 0 {
			return id
		}
	}
}
