package widgets

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

func found() []PaletteItem {
	return []PaletteItem{{Key: "d1", Title: "Red Falcon", Detail: "vehicle ferry", Category: "device", Status: StatusAlive},
		{Key: "t1", Title: "solent/ferries/red-falcon/position", Detail: `{"lat":50.8}`, Category: "topic"},
		{Key: "p1", Title: "Map", Detail: "", Category: "page"}}
}

func TestPaletteGolden(t *testing.T) {
	golden(t, "palette/results", 760, 360, func() fyne.CanvasObject {
		p := NewPalette("Search devices, topics, actions …")
		p.SetResults(found())
		return p
	})
	golden(t, "palette/empty", 760, 200, func() fyne.CanvasObject { return NewPalette("Search devices, topics, actions …") })
}

func TestPaletteKeys(t *testing.T) {
	app(t)
	under := NewTile()
	w := test.NewTempWindow(t, under)
	w.Resize(fyne.NewSize(800, 600))
	w.Canvas().Focus(under)
	p := NewPalette("Search")
	var queries []string
	var chosen string
	closed := 0
	p.OnQuery = func(q string) { queries = append(queries, q); p.SetResults(found()) }
	p.OnChoose = func(k string) { chosen = k }
	p.OnClose = func() { closed++ }
	p.Open(w.Canvas())
	p.Open(w.Canvas())
	test.Type(p.entry, "re")
	if len(queries) != 3 || queries[2] != "re" {
		t.Errorf("queries %q", queries)
	}
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	if chosen != "" {
		t.Fatal("moving chose")
	}
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if chosen != "t1" || p.IsOpen() || closed != 1 || w.Canvas().Focused() != fyne.Focusable(under) {
		t.Errorf("chosen %q, open %v, closed %d times, focus %T", chosen, p.IsOpen(), closed, w.Canvas().Focused())
	}
	p.Open(w.Canvas())
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	p.Open(w.Canvas())
	test.TapCanvas(w.Canvas(), fyne.NewPos(5, 590))
	if closed != 3 || len(w.Canvas().Overlays().List()) != 0 {
		t.Errorf("closed %d times", closed)
	}
	p.Open(w.Canvas())
	pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(p.rows)
	test.TapCanvas(w.Canvas(), pos.AddXY(60, 2*28+10))
	if chosen != "p1" {
		t.Errorf("tap chose %q", chosen)
	}
	p.Open(w.Canvas())
	p.SetResults(nil)
	p.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !p.IsOpen() {
		t.Error("enter without results closed the palette")
	}
}

func rail() *NavRail {
	n := NewNavRail([]NavItem{{"overview", "Overview", theme.GridIcon()}, {"topics", "Topics", theme.ListIcon()},
		{"devices", "Devices", theme.ComputerIcon()}, {"map", "Map", theme.SearchIcon()}, {"charts", "Charts", theme.HistoryIcon()}})
	n.SetBadge("devices", 3, ColorLate)
	n.SetBadge("topics", 12000, "")
	return n
}

func TestNavRailGolden(t *testing.T) {
	golden(t, "navrail/plain", 76, 320, func() fyne.CanvasObject { return rail() })
	golden(t, "navrail/focused", 76, 320, func() fyne.CanvasObject {
		n := rail()
		n.SetSelected("map")
		n.FocusGained()
		n.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(10, 20)}})
		return n
	})
}

func TestNavRail(t *testing.T) {
	app(t)
	n := rail()
	w := test.NewTempWindow(t, n)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(76, 400))
	var got []string
	n.OnSelect = func(k string) { got = append(got, k) }
	test.TapCanvas(w.Canvas(), fyne.NewPos(30, navPad+navHeight*2.5))
	n.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	n.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	test.TapCanvas(w.Canvas(), fyne.NewPos(30, 395))
	if fmt.Sprint(got) != "[devices map]" || n.selected != "map" {
		t.Errorf("chosen %v, selected %q", got, n.selected)
	}
}
