package board

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pilothouse/pilothouse/model/workspace"
)

// places draws places on the grid, on each other or not.
func places(t *rapid.T) []workspace.Place {
	out := make([]workspace.Place, rapid.IntRange(1, 20).Draw(t, "n"))
	for i := range out {
		w := rapid.IntRange(1, workspace.Columns).Draw(t, "w")
		out[i] = workspace.Place{X: rapid.IntRange(0, workspace.Columns-w).Draw(t, "x"), Y: rapid.IntRange(0, 12).Draw(t, "y"), W: w, H: rapid.IntRange(1, 6).Draw(t, "h")}
	}
	return out
}

func anyOverlap(list []workspace.Place) bool {
	for i := range list {
		for k := range i {
			if Overlap(list[i], list[k]) {
				return true
			}
		}
	}
	return false
}

// TestSettle holds what giving way means: nothing lies on anything, the first
// stays, nobody moves but down, nobody changes size, and once is enough.
func TestSettle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := places(t)
		before := slices.Clone(list)
		first := rapid.IntRange(0, len(list)-1).Draw(t, "first")
		Settle(list, reading(list, first))
		if anyOverlap(list) || list[first] != before[first] {
			t.Fatalf("%+v settles as %+v", before, list)
		}
		for i := range list {
			if list[i].X != before[i].X || list[i].W != before[i].W || list[i].H != before[i].H || list[i].Y < before[i].Y {
				t.Fatalf("%+v became %+v", before[i], list[i])
			}
		}
		again := slices.Clone(list)
		Settle(again, reading(again, first))
		if !slices.Equal(again, list) {
			t.Fatalf("settling again moves %+v to %+v", list, again)
		}
	})
}

// TestFitAndFold holds that every tile of any board is inside any window, however
// narrow, and on nothing else.
func TestFitAndFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := places(t)
		Settle(list, reading(list, -1))
		width, height := rapid.Float32Range(200, 3840).Draw(t, "width"), rapid.Float32Range(100, 2160).Draw(t, "height")
		g := Fit(width, height, Rows(list))
		if g.Folded {
			Fold(list)
		}
		if anyOverlap(list) {
			t.Fatalf("folded onto each other: %+v", list)
		}
		for _, p := range list {
			r := g.Rect(p)
			if r.X < 0 || r.X+r.W > width+0.5 || r.W < 1 || r.H < leastCell-Gap-1 {
				t.Fatalf("%+v of a window %g wide is %+v", p, width, r)
			}
			if dx, dy := g.Cells(float32(p.X)*g.CellW, float32(p.Y)*g.CellH); dx != p.X || dy != p.Y {
				t.Fatalf("%d,%d cells away is %d,%d", p.X, p.Y, dx, dy)
			}
		}
	})
}

func TestFitFillsTheWindow(t *testing.T) {
	for _, c := range []struct{ width, height float32 }{{940, 540}, {1400, 800}, {3700, 2000}} {
		g := Fit(c.width, c.height, 13)
		if g.Folded {
			t.Errorf("a window %g wide is folded", c.width)
		}
		if used := g.CellH * 13; used < c.height-1 || used > c.height+1 {
			t.Errorf("13 rows fill %g of %g", used, c.height)
		}
	}
	if g := Fit(940, 540, 100); g.CellH != leastCell {
		t.Errorf("a long board is squeezed to %g", g.CellH)
	}
	if !Fit(500, 400, 10).Folded {
		t.Error("a narrow window is not folded")
	}
}

// TestExpand draws boards with templates and looks at what becomes of them.
func TestExpand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &workspace.Board{Name: "A"}
		list := places(t)
		Settle(list, reading(list, -1))
		want := 0
		fleet := make([]Device, rapid.IntRange(0, 12).Draw(t, "devices"))
		for i := range fleet {
			fleet[i] = Device{Root: "ferries/" + string(rune('a'+i)), Name: string(rune('A' + i))}
		}
		for i, p := range list {
			tile := workspace.Tile{ID: string(rune('a' + i)), Place: p, Topic: "{device}/x"}
			if rapid.Bool().Draw(t, "each") {
				tile.Each = "ferry"
				want += max(1, len(fleet))
			} else {
				want++
			}
			b.Tiles = append(b.Tiles, tile)
		}
		out, left := Expand(b, Device{}, func(string) []Device { return fleet })
		keys, at := map[string]bool{}, make([]workspace.Place, len(out))
		for i := range out {
			keys[out[i].Key], at[i] = true, out[i].Place
			if p := out[i].Place; p.X < 0 || p.X+p.W > workspace.Columns {
				t.Fatalf("beside the board: %+v", p)
			}
		}
		if len(out) != want || left != 0 || len(keys) != want || anyOverlap(at) {
			t.Fatalf("%d instances with %d keys, want %d; %d left; %+v", len(out), len(keys), want, left, at)
		}
	})
}

func TestFill(t *testing.T) {
	tile := workspace.Tile{Title: "{name}", Topic: "{device}/position", Send: &workspace.Send{Topic: "{device}/set", Ack: "{device}/ack", Label: "to {name}", Payload: `{"to": "{name}", "id": "{id}"}`}}
	got := Fill(&tile, Device{Root: "a/b", Name: `x", "admin": "yes`})
	if got.Topic != "a/b/position" || got.Send.Label != `to x", "admin": "yes` {
		t.Errorf("%+v, %+v", got, got.Send)
	}
	o, err := Order(&Instance{Tile: got, Device: Device{Root: "a/b", Name: `x", "admin": "yes`}}, "")
	if err != nil {
		t.Fatal(err)
	}
	topic, said, err := store().PreviewCommand(o)
	if to, ok := Lookup([]byte(said), "/to"); !ok || to != `x", "admin": "yes` || topic != "a/b/set" || err != nil {
		t.Errorf("a name broke out of its string: %s to %s, %v", said, topic, err)
	}
	o, err = Order(&Instance{Tile: got, Device: Device{Root: "a/{prompt:x}", Name: "{user}"}}, "")
	if err != nil || len(o.Spec.Prompts()) > 0 {
		t.Errorf("a device's name passed for a placeholder: %v, %v", o.Spec.Prompts(), err)
	}
	if topic, said, err = store().PreviewCommand(o); topic != "a/{prompt:x}/set" || !strings.Contains(said, `"{user}"`) || err != nil {
		t.Errorf("%s to %s, %v", said, topic, err)
	}
	if tile.Send.Topic != "{device}/set" || tile.Title != "{name}" {
		t.Error("the template itself was filled in")
	}
	if same := Fill(&tile, Device{}); same.Topic != tile.Topic {
		t.Error("filled in without a device")
	}
}

func TestPageTemplateAndBounds(t *testing.T) {
	b := &workspace.Board{Name: "A", Each: "ferry", Tiles: []workspace.Tile{{ID: "a", Place: workspace.Place{W: 1, H: 1}, Topic: "{device}/x"}}}
	out, _ := Expand(b, Device{Root: "r", Name: "R"}, nil)
	other, _ := Expand(b, Device{Root: "s", Name: "S"}, nil)
	if len(out) != 1 || out[0].Tile.Topic != "r/x" || out[0].Key == other[0].Key {
		t.Errorf("%+v", out)
	}
	b.Tiles[0].Each = "buoy"
	many := make([]Device, 2*MaxInstances)
	for i := range many {
		many[i] = Device{Root: strings.Repeat("r", i+1)}
	}
	out, left := Expand(b, Device{}, func(string) []Device { return many })
	if len(out) != MaxInstances || left != MaxInstances {
		t.Errorf("%d instances, %d left", len(out), left)
	}
}
