package board

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/pilothouse/pilothouse/model/workspace"
)

// state is a workspace in a form that can be compared.
func state(t rapid.TB, e *Editor) []byte {
	raw, err := workspace.Encode(e.Workspace())
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// overlapping finds two tiles of a board that lie on each other.
func overlapping(b *workspace.Board) string {
	for i := range b.Tiles {
		for k := range i {
			if Overlap(b.Tiles[i].Place, b.Tiles[k].Place) {
				return fmt.Sprintf("%s at %+v and %s at %+v", b.Tiles[i].ID, b.Tiles[i].Place, b.Tiles[k].ID, b.Tiles[k].Place)
			}
		}
	}
	return ""
}

// act does something to a workspace, drawn at random.
func act(t *rapid.T, e *Editor) {
	names := e.Names()
	board := rapid.SampledFrom(append(names, "no such board")).Draw(t, "board")
	id := "no such tile"
	if b := e.Board(board); b != nil && len(b.Tiles) > 0 {
		id = b.Tiles[rapid.IntRange(0, len(b.Tiles)-1).Draw(t, "tile")].ID
	}
	place := workspace.Place{
		X: rapid.IntRange(-3, 30).Draw(t, "x"), Y: rapid.IntRange(-3, 12).Draw(t, "y"),
		W: rapid.IntRange(-1, 30).Draw(t, "w"), H: rapid.IntRange(-1, 8).Draw(t, "h"),
	}
	switch rapid.IntRange(0, 9).Draw(t, "act") {
	case 0:
		_, _ = e.AddBoard("Board")
	case 1:
		_, _ = e.DuplicateBoard(board)
	case 2:
		_ = e.DeleteBoard(board)
	case 3:
		_ = e.RenameBoard(board, rapid.SampledFrom([]string{"A", "B", ""}).Draw(t, "name"))
	case 4:
		_, _ = e.Duplicate(board, id)
	case 5:
		_ = e.Delete(board, id)
	case 6:
		_ = e.Change(board, id, "title", func(t *workspace.Tile) { t.Title += "x"; t.Place.X = 99 })
	case 7, 8:
		_ = e.Move(board, id, place)
	default:
		_, _ = e.Add(board, New(rapid.SampledFrom(workspace.Kinds()).Draw(t, "kind")))
	}
}

// TestAnythingCanBeUndone does things at random, undoes all and does all again.
func TestAnythingCanBeUndone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := NewEditor(workspace.Workspace{Boards: []workspace.Board{{Name: "A", Tiles: []workspace.Tile{}}}})
		first := state(t, e)
		for range rapid.IntRange(0, 30).Draw(t, "acts") {
			act(t, e)
			w := e.Workspace()
			for i := range w.Boards {
				if where := overlapping(&w.Boards[i]); where != "" {
					t.Fatalf("tiles lie on each other: %s", where)
				}
			}
		}
		last := state(t, e)
		undone := 0
		for _, ok := e.Undo(); ok; _, ok = e.Undo() {
			undone++
		}
		if got := state(t, e); !bytes.Equal(got, first) {
			t.Fatalf("after undoing all:\n%s\nwas\n%s", got, first)
		}
		for range undone {
			if _, ok := e.Redo(); !ok {
				t.Fatal("less can be done again than was undone")
			}
		}
		if got := state(t, e); !bytes.Equal(got, last) || e.CanRedo() {
			t.Fatalf("after doing all again:\n%s\nwas\n%s", got, last)
		}
	})
}

// TestWhatWasHandedOutStays holds that the presenter can read a board while it is
// edited.
func TestWhatWasHandedOutStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := NewEditor(workspace.Workspace{Boards: []workspace.Board{{Name: "A", Tiles: []workspace.Tile{}}}})
		for range 5 {
			_, _ = e.Add("A", New(workspace.Switch))
		}
		held := e.Workspace()
		before, err := workspace.Encode(held)
		if err != nil {
			t.Fatal(err)
		}
		for range 15 {
			act(t, e)
		}
		if after, err := workspace.Encode(held); err != nil || !bytes.Equal(before, after) {
			t.Fatalf("changed (%v):\n%s\n%s", err, before, after)
		}
	})
}

func TestTypingIsUndoneTogether(t *testing.T) {
	e := NewEditor(workspace.Workspace{})
	name, err := e.AddBoard("Board")
	if err != nil {
		t.Fatal(err)
	}
	id, err := e.Add(name, New(workspace.Value))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range "Speed" {
		if err := e.Change(name, id, id+":title", func(t *workspace.Tile) { t.Title += string(c) }); err != nil {
			t.Fatal(err)
		}
	}
	if what, _ := e.Undo(); what != "change the tile" {
		t.Errorf("undid %q", what)
	}
	if tile, _ := e.Tile(name, id); tile.Title != "" {
		t.Errorf("the title is %q", tile.Title)
	}
	if _, ok := e.Undo(); !ok {
		t.Error("the tile itself cannot be undone")
	}
	if _, ok := e.Tile(name, id); ok {
		t.Error("the tile is still there")
	}
}

func TestRefusedEditsChangeNothing(t *testing.T) {
	e := NewEditor(workspace.Workspace{Boards: []workspace.Board{{Name: "A"}, {Name: "B"}}})
	before := state(t, e)
	for want, err := range map[error]error{
		ErrNoBoard: e.DeleteBoard("C"), ErrName: e.RenameBoard("A", "B"), ErrNoTile: e.Delete("A", "t1"),
	} {
		if !errors.Is(err, want) {
			t.Errorf("said %v, want %v", err, want)
		}
	}
	if e.RenameBoard("A", "") == nil {
		t.Error("a board without a name")
	}
	for range workspace.MaxTiles {
		if _, err := e.Add("A", New(workspace.Value)); err != nil {
			t.Fatal(err)
		}
	}
	full := state(t, e)
	if _, err := e.Add("A", New(workspace.Value)); err == nil || !bytes.Equal(full, state(t, e)) {
		t.Error("a tile more than a board holds")
	}
	for e.CanUndo() {
		e.Undo()
	}
	if !bytes.Equal(before, state(t, e)) {
		t.Error("what was refused left something behind")
	}
}
