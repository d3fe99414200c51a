package widgets

import (
	"fmt"
	"image/color"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/pilothouse/pilothouse/ui/plot"
)

func topicColumns() []Column {
	return []Column{
		{Title: "Topic", Width: 160, Weight: 2, Sortable: true},
		{Title: "Value", Width: 120, Weight: 1, Monospace: true},
		{Title: "Rate", Width: 70, Align: fyne.TextAlignTrailing, Sortable: true},
		{Title: "Trend", Width: 90},
	}
}

func numbered(n, tick int) []Row {
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{Key: fmt.Sprint("k", i), Cells: []Cell{{Text: fmt.Sprint("topic ", i)},
			{Text: fmt.Sprint("value ", i, " ", tick)}, {Text: fmt.Sprint(tick, " /s")}, {}}}
	}
	return rows
}

// list shows a list of 100,000 rows that are supplied on demand.
func list(t testing.TB, total int) (*Rows, fyne.Window) {
	t.Helper()
	r := NewRows(topicColumns())
	all := numbered(total, 0)
	r.OnRange = func(first, count int) {
		end := min(first+count, total)
		r.SetRows(total, first, all[min(first, end):end])
	}
	w := test.NewTempWindow(t, r)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(600, 28*11))
	return r, w
}

func TestRowsGolden(t *testing.T) {
	ink := color.NRGBA{0x58, 0xa6, 0xe0, 0xff}
	spark := plot.Spark([]float64{3, 4, 2, 5, 8, 6, 7, 9}, 150, 44, plot.SparkStyle{Color: ink, Width: 2})
	golden(t, "rows/topics", 620, 28*11, func() fyne.CanvasObject {
		r := NewRows(topicColumns())
		r.SetSort(0, true)
		r.SetRows(40, 0, []Row{
			{Key: "a", Expander: ExpanderOpen, Cells: []Cell{{Text: "solent", Bold: true}, {}, {Text: "41.2 /s"}}},
			{Key: "b", Depth: 1, Expander: ExpanderOpen, Cells: []Cell{{Text: "ferries"}, {}, {Text: "40.9 /s"}}},
			{Key: "c", Depth: 2, Status: StatusAlive, Expander: ExpanderClosed, Cells: []Cell{{Text: "red-falcon"}, {Text: `{"lat":50.8}`}, {Text: "1.0 /s"}, {Spark: spark}}},
			{Key: "d", Depth: 2, Status: StatusLate, Flash: 1, Cells: []Cell{{Text: "st-clare-of-the-eastern-solent-passage"}, {Text: "12.4"}, {Text: "1.0 /s"}, {Spark: spark}}},
			{Key: "e", Depth: 2, Status: StatusSilent, Selected: true, Cells: []Cell{{Text: "selected"}, {Text: "a value that is far too long to be shown"}, {Text: "0.0 /s"}}},
			{Key: "f", Depth: 2, Status: StatusLost, Cells: []Cell{{Text: "lost"}, {Text: "!!", Color: ColorLost}, {Text: "0.0 /s"}}},
			{Key: "g", Depth: 2, Status: StatusOffline, Dim: true, Cells: []Cell{{Text: "dim"}, {Text: "7.0"}, {Text: "0.0 /s"}}},
			{Key: "h", Depth: 2, Status: StatusUnknown, Cells: []Cell{{Text: "control\tcharacters\n"}, {Text: "ok"}, {Text: "3 /min"}}},
		})
		return r
	})
}

func TestRowsFocusGolden(t *testing.T) {
	golden(t, "rows/focused", 420, 28*6, func() fyne.CanvasObject {
		r := NewRowsWithoutHeader(topicColumns())
		r.SetRows(3, 0, numbered(3, 0))
		r.SetSelected("k1")
		r.FocusGained()
		r.hover = 2
		return r
	})
}

func TestRowsCostDoesNotDependOnLength(t *testing.T) {
	app(t)
	short, _ := list(t, 50)
	long, _ := list(t, 100_000)
	if a, b := len(short.view.lines), len(long.view.lines); a != b {
		t.Errorf("50 rows use %d line views, 100,000 rows %d", a, b)
	}
	long.SetOffset(1e12)
	if got := shownText(long, 99_999); got != "topic 99999" {
		t.Errorf("last row shows %q", got)
	}
}

// shownText is the first column's text of the line that shows row index.
func shownText(r *Rows, index int) string {
	for _, l := range r.view.lines {
		if l.index == index {
			return l.texts[0].Text
		}
	}
	return "(not shown)"
}

func TestRowsRefreshOnlyWhatDiffers(t *testing.T) {
	app(t)
	r, _ := list(t, 100)
	r.SetRows(100, 0, numbered(100, 1))
	before := r.refreshes
	r.SetRows(100, 0, numbered(100, 1))
	if n := r.refreshes - before; n != 0 {
		t.Errorf("nothing changed, %d refreshes", n)
	}
	rows := numbered(100, 1)
	rows[3].Cells[1].Text = "new"
	before = r.refreshes
	r.SetRows(100, 0, rows)
	if n := r.refreshes - before; n != 1 {
		t.Errorf("one text changed, %d refreshes", n)
	}
}

func TestRowsAskForWhatIsVisible(t *testing.T) {
	app(t)
	r := NewRows(topicColumns())
	var got [][2]int
	r.OnRange = func(first, count int) { got = append(got, [2]int{first, count}) }
	w := test.NewTempWindow(t, r)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(600, 28*11))
	if len(got) == 0 || got[0][0] != 0 || got[0][1] < 10 {
		t.Fatalf("an empty list asks for its first page; asked %v", got)
	}
	r.SetRows(1000, 0, numbered(40, 0))
	r.SetOffset(28 * 500)
	last := got[len(got)-1]
	if last[0] != 500-overscan || last[1] != 10+2*overscan {
		t.Errorf("scrolled to row 500, asked for %v", last)
	}
}

func TestRowsKeyboard(t *testing.T) {
	app(t)
	r, w := list(t, 1000)
	var chosen, active string
	r.OnSelect = func(k string) { chosen = k }
	r.OnActivate = func(k string) { active = k }
	w.Canvas().Focus(r)
	press := func(k fyne.KeyName) { r.TypedKey(&fyne.KeyEvent{Name: k}) }
	for _, step := range []struct {
		key  fyne.KeyName
		want string
	}{{fyne.KeyDown, "k0"}, {fyne.KeyDown, "k1"}, {fyne.KeyPageDown, "k10"}, {fyne.KeyUp, "k9"},
		{fyne.KeyEnd, "k999"}, {fyne.KeyPageUp, "k990"}, {fyne.KeyHome, "k0"}} {
		press(step.key)
		if chosen != step.want {
			t.Errorf("%s selects %q, want %q", step.key, chosen, step.want)
		}
		if shownText(r, r.cursor) == "(not shown)" {
			t.Errorf("after %s the selected row is out of view", step.key)
		}
	}
	press(fyne.KeyReturn)
	if active != "k0" {
		t.Errorf("enter activates %q", active)
	}
}

func TestRowsSelectionWaitsForRow(t *testing.T) {
	app(t)
	r := NewRows(topicColumns())
	w := test.NewTempWindow(t, r)
	w.Resize(fyne.NewSize(600, 300))
	r.SetRows(5000, 0, numbered(40, 0))
	var chosen string
	r.OnSelect = func(k string) { chosen = k }
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if chosen != "" {
		t.Fatalf("selected %q before the row came", chosen)
	}
	r.SetRows(5000, 4990, numbered(10, 0))
	if chosen != "k9" {
		t.Errorf("selected %q when the row came, want k9", chosen)
	}
}

func TestRowsTree(t *testing.T) {
	app(t)
	r := NewRows(topicColumns())
	w := test.NewTempWindow(t, r)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(600, 300))
	var toggled, chosen string
	r.OnToggle = func(k string) { toggled = k }
	r.OnSelect = func(k string) { chosen = k }
	r.SetRows(3, 0, []Row{{Key: "a", Expander: ExpanderOpen}, {Key: "b", Depth: 1, Expander: ExpanderClosed}, {Key: "c", Depth: 1}})
	test.TapCanvas(w.Canvas(), fyne.NewPos(expanderEnd(1)-4, 28*2+10))
	if toggled != "b" || chosen != "" {
		t.Errorf("tap on the expander toggled %q, selected %q", toggled, chosen)
	}
	r.SetSelected("c")
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	if chosen != "a" {
		t.Errorf("left on a leaf selects %q, want its parent", chosen)
	}
	toggled = ""
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	if toggled != "a" {
		t.Errorf("left on an open row toggles %q", toggled)
	}
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	if chosen != "b" {
		t.Errorf("right on an open row selects %q", chosen)
	}
}

func TestRowsPointer(t *testing.T) {
	app(t)
	r, w := list(t, 1000)
	now := time.Unix(0, 0)
	r.now = func() time.Time { return now }
	var chosen, active string
	sorted := -1
	r.OnSelect = func(k string) { chosen = k }
	r.OnActivate = func(k string) { active = k }
	r.OnSort = func(c int) { sorted = c }
	at := fyne.NewPos(200, 28*3+5)
	test.TapCanvas(w.Canvas(), at)
	if chosen != "k2" || w.Canvas().Focused() != fyne.Focusable(r) {
		t.Errorf("tap selects %q, focus %v", chosen, w.Canvas().Focused())
	}
	now = now.Add(100 * time.Millisecond)
	test.TapCanvas(w.Canvas(), at)
	if active != "k2" {
		t.Errorf("second tap activates %q", active)
	}
	test.TapCanvas(w.Canvas(), fyne.NewPos(10, 5))
	if sorted != 0 {
		t.Errorf("tap on a title sorts %d", sorted)
	}
	test.Scroll(w.Canvas(), at, 0, -280)
	if got := shownText(r, 10); got != "topic 10" || r.Offset() != 280 {
		t.Errorf("wheel: offset %g, row 10 shows %q", r.Offset(), got)
	}
	test.Drag(w.Canvas(), fyne.NewPos(200, 100), 0, 28)
	if r.Offset() != 252 {
		t.Errorf("drag: offset %g", r.Offset())
	}
	test.Drag(w.Canvas(), fyne.NewPos(595, 60), 0, 1000)
	if got := shownText(r, 999); got != "topic 999" {
		t.Errorf("scroll bar dragged to its end shows %q", got)
	}
	r.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(50, 40)}})
	if r.hover != r.indexAt(40) {
		t.Errorf("hover %d", r.hover)
	}
	r.MouseOut()
}

func TestFitterCuts(t *testing.T) {
	app(t)
	f := newFitter(14, fyne.TextStyle{})
	for _, c := range []struct {
		in    string
		width float32
		want  string
	}{
		{"short", 500, "short"},
		{"a\tb\x00", 500, "a·b·"},
		{"abc", 1, ""},
		{"", 10, ""},
	} {
		if got := f.cut(c.in, c.width); got != c.want {
			t.Errorf("cut(%q, %g) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
	long := f.cut("the quick brown fox jumps over the lazy dog", 100)
	if w := f.measure(long); w > 100 || long[len(long)-3:] != "…" {
		t.Errorf("cut to %q, %g wide", long, w)
	}
}

func BenchmarkRowsNothingChanged(b *testing.B) {
	app(b)
	r, w := list(b, 1000)
	w.Resize(fyne.NewSize(900, 28*46))
	rows := numbered(60, 1)
	r.SetRows(1000, 0, rows)
	for b.Loop() {
		r.SetRows(1000, 0, rows)
	}
}

func BenchmarkRowsNinetyTexts(b *testing.B) {
	app(b)
	r, w := list(b, 1000)
	w.Resize(fyne.NewSize(900, 28*46))
	frames := [2][]Row{numbered(60, 1), numbered(60, 2)}
	for i := 0; b.Loop(); i++ {
		r.SetRows(1000, 0, frames[i%2])
	}
}

func TestRowsCopy(t *testing.T) {
	app(t)
	r, _ := list(t, 10)
	var copied string
	r.OnCopy = func(k string) { copied = k }
	r.TypedShortcut(&fyne.ShortcutCopy{})
	if copied != "" {
		t.Errorf("copied %q with nothing selected", copied)
	}
	r.SetSelected("k3")
	r.TypedShortcut(&fyne.ShortcutCopy{})
	r.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyK, Modifier: fyne.KeyModifierControl})
	if copied != "k3" {
		t.Errorf("copied %q", copied)
	}
}
