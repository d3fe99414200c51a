package widgets

import (
	"fmt"
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

func statuses() []Status {
	return []Status{StatusAlive, StatusLate, StatusSilent, StatusOffline, StatusLost, StatusUnknown}
}

func TestStatusShapeGolden(t *testing.T) {
	for _, side := range []float32{12, 32} {
		golden(t, fmt.Sprint("shape/all_", side), 8*side, side, func() fyne.CanvasObject {
			row := container.NewHBox()
			for _, s := range statuses() {
				row.Add(NewStatusShape(s, side))
			}
			return row
		})
	}
}

func TestStatusShapesDifferInGrey(t *testing.T) {
	app(t)
	ink := colorOf(NewTile(), theme.ColorNameForeground)
	for i, a := range statuses() {
		for _, b := range statuses()[i+1:] {
			if d := difference(statusPicture(a, ink), statusPicture(b, ink)); d < 0.06 {
				t.Errorf("%v and %v differ in %.1f %% of their pixels only", a, b, d*100)
			}
		}
	}
}

func difference(a, b *image.RGBA) float64 {
	n := 0
	for i := 3; i < len(a.Pix); i += 4 {
		if d := int(a.Pix[i]) - int(b.Pix[i]); d > 100 || d < -100 {
			n++
		}
	}
	return float64(n) / float64(len(a.Pix)/4)
}

func ferryTile() TileData {
	return TileData{Key: "f", Name: "Red Falcon", Kind: "vehicle ferry", Status: StatusAlive, Age: "2 s",
		Values: [2]TileValue{
			{Label: "Speed", Value: "12.4", Unit: "kn", Spark: []float64{10, 11, 12, 12, 13, 12, 12.4}},
			{Label: "Oil", Value: "82.1", Unit: "°C", Spark: []float64{70, 74, 77, 79, 81, 82, 82.1}}},
		Note: "→ East Cowes 12:41  +4 min"}
}

func TestTileGolden(t *testing.T) {
	show := func(name string, change func(*TileData, *Tile)) {
		golden(t, "tile/"+name, 240, 160, func() fyne.CanvasObject {
			d, tile := ferryTile(), NewTile()
			change(&d, tile)
			tile.SetData(d)
			return tile
		})
	}
	show("alive", func(*TileData, *Tile) {})
	show("selected", func(_ *TileData, t *Tile) { t.SetSelected(true) })
	show("focused", func(_ *TileData, t *Tile) { t.FocusGained() })
	show("hovered", func(_ *TileData, t *Tile) { t.MouseIn(nil) })
	show("late_note", func(d *TileData, _ *Tile) { d.Status, d.NoteColor = StatusLate, ColorLate })
	show("lost_dim", func(d *TileData, _ *Tile) { d.Status, d.Dim, d.Age = StatusLost, true, "12 min" })
	show("long", func(d *TileData, _ *Tile) {
		d.Name, d.Note = "A vessel with a very long name indeed", "a note that does not fit into the width of any tile"
		d.Values[0].Value = "1234567890123"
	})
	show("bare", func(d *TileData, _ *Tile) { *d = TileData{Key: "b", Name: "Buoy 7", Status: StatusUnknown} })
}

func TestTileTapAndKeys(t *testing.T) {
	app(t)
	tile := NewTile()
	tile.SetData(ferryTile())
	var got []string
	tile.OnTap = func(k string) { got = append(got, k) }
	test.NewTempWindow(t, tile)
	test.Tap(tile)
	tile.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(got) != 2 || got[1] != "f" {
		t.Errorf("taps %v", got)
	}
}

func grid(t testing.TB, n int) (*TileGrid, fyne.Window, *[2]int) {
	t.Helper()
	g := NewTileGrid()
	all := make([]TileData, n)
	for i := range all {
		all[i] = TileData{Key: fmt.Sprint("k", i), Name: fmt.Sprint("Device ", i), Status: statuses()[i%6]}
	}
	var asked [2]int
	g.OnRange = func(first, count int) {
		asked = [2]int{first, count}
		g.SetTiles(n, first, all[min(first, n):min(first+count, n)])
	}
	w := test.NewTempWindow(t, g)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(720, 420))
	return g, w, &asked
}

func TestTileGridGolden(t *testing.T) {
	golden(t, "tilegrid/seven", 720, 420, func() fyne.CanvasObject {
		g, _, _ := grid(t, 7)
		g.SetSelected("k1")
		return g
	})
}

func TestTileGridCostDoesNotDependOnLength(t *testing.T) {
	app(t)
	g, w, asked := grid(t, 5000)
	if n := len(g.content.tiles); n > 16 {
		t.Errorf("5,000 tiles have %d objects", n)
	}
	g.scroll.ScrollToBottom()
	w.Canvas().Capture()
	g.update()
	last := false
	for _, tile := range g.content.tiles {
		last = last || tile.Visible() && tile.Key() == "k4999"
	}
	if !last {
		t.Errorf("the last tile is not shown at the bottom; asked for %v", *asked)
	}
	if n := len(g.content.tiles); n > 16 {
		t.Errorf("after scrolling there are %d objects", n)
	}
	var chosen string
	g.OnSelect = func(k string) { chosen = k }
	test.Tap(g.content.tiles[0])
	if chosen == "" || g.selected != chosen {
		t.Errorf("chosen %q, selected %q", chosen, g.selected)
	}
}
