package widgets

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/pilothouse/pilothouse/ui/plot"
)

// chartOn shows a chart of ten minutes in a window and gathers what it asks for.
func chartOn(t *testing.T) (c *ChartView, w fyne.Window, spans *[]plot.Span, backs *int) {
	t.Helper()
	app(t)
	c = chartShown(t)
	spans, backs = new([]plot.Span), new(int)
	c.OnSpan = func(s plot.Span) { *spans = append(*spans, s) }
	c.OnBack = func() { *backs++ }
	w = test.NewTempWindow(t, c)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(520, 220))
	w.Canvas().Capture()
	return c, w, spans, backs
}

// drag drags from x across a way, as a desktop's driver tells of it: in steps, each
// with where the pointer has come to.
func drag(c *ChartView, x, way float32) {
	const steps = 4
	for i := range steps {
		at := fyne.NewPos(x+way*float32(i+1)/steps, 80)
		c.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: at}, Dragged: fyne.NewDelta(way/steps, 0)})
	}
	c.DragEnd()
}

func near(a, b time.Time) bool { return a.Sub(b).Abs() < 3*time.Second }

func TestChartDragZooms(t *testing.T) {
	c, _, spans, _ := chartOn(t)
	from, to := noon.Add(2*time.Minute), noon.Add(5*time.Minute)
	x0, x1 := float32(c.layout.X(from)), float32(c.layout.X(to))
	for _, way := range [][2]float32{{x0, x1}, {x1, x0}} { // either way
		*spans = nil
		drag(c, way[0], way[1]-way[0])
		if len(*spans) != 1 || !near((*spans)[0].From, from) || !near((*spans)[0].To, to) {
			t.Errorf("dragged from %v to %v: asked for %v", way[0], way[1], *spans)
		}
	}
	*spans = nil
	drag(c, x0, 3)
	if len(*spans) != 0 {
		t.Errorf("a slip of the hand asks for %v", *spans)
	}
	drag(c, x1, 2000)
	if len(*spans) != 1 || !near((*spans)[0].To, noon.Add(10*time.Minute)) {
		t.Errorf("dragged beyond the plot: asked for %v", *spans)
	}
}

func TestChartWheelAndTaps(t *testing.T) {
	c, _, spans, backs := chartOn(t)
	at := noon.Add(3 * time.Minute)
	p := fyne.NewPos(float32(c.layout.X(at)), 80)
	for _, by := range []fyne.Delta{{DY: 10}, {DY: -10}, {DX: 50}} {
		c.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: p}, Scrolled: by})
	}
	if len(*spans) != 3 {
		t.Fatalf("the wheel asks for %v", *spans)
	}
	in, out, on := (*spans)[0], (*spans)[1], (*spans)[2]
	if in.Length() != 8*time.Minute || out.Length() != 750*time.Second || !near(in.From.Add(time.Duration(0.3*float64(in.Length()))), at) {
		t.Errorf("zoomed in to %v, out to %v", in, out)
	}
	if on.Length() != 10*time.Minute || !on.From.Before(noon) {
		t.Errorf("panned to %v", on)
	}
	test.DoubleTap(c)
	if *backs != 1 {
		t.Errorf("two taps go back %d times", *backs)
	}
}

// TestChartKeys presses each key that a chart says it has.
func TestChartKeys(t *testing.T) {
	c, w, spans, backs := chartOn(t)
	w.Canvas().Focus(c)
	for _, k := range ChartKeys() {
		before := len(*spans) + *backs
		if k.char != 0 {
			c.TypedRune(k.char)
		} else {
			c.TypedKey(&fyne.KeyEvent{Name: k.name})
		}
		if len(*spans)+*backs != before+1 {
			t.Errorf("%s does not: %s", k.Label, k.Does)
		}
	}
	var passed rune
	w.Canvas().SetOnTypedRune(func(r rune) { passed = r })
	c.TypedRune('?')
	if passed != '?' {
		t.Error("a character of no meaning to the chart is swallowed")
	}
}

// TestChartsShareACursor reads two charts out at the same moment.
func TestChartsShareACursor(t *testing.T) {
	c, _, _, _ := chartOn(t)
	var at time.Time
	on := false
	c.OnCursor = func(t time.Time, is bool) { at, on = t, is }
	want := noon.Add(4 * time.Minute)
	c.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(float32(c.layout.X(want)), 90)}})
	if !on || !near(at, want) || !c.view.line.Visible() {
		t.Errorf("the cursor is at %v, %v", at, on)
	}
	c.MouseOut()
	if on || c.view.line.Visible() {
		t.Error("the cursor stays when the pointer has left")
	}
	c.SetCursor(want)
	if !c.view.line.Visible() || !c.view.box.Visible() || c.view.rows[1].value.Text == "" {
		t.Error("the moment on another chart is not read out")
	}
	c.SetCursor(noon.Add(time.Hour))
	if c.view.line.Visible() {
		t.Error("a moment beyond the chart is shown")
	}
	c.SetCursor(time.Time{})
	if c.view.line.Visible() || c.view.box.Visible() {
		t.Error("the cursor stays")
	}
}

func TestChartViewMarkedGolden(t *testing.T) {
	golden(t, "chartview/marked", 520, 220, func() fyne.CanvasObject {
		c := chartShown(t)
		c.resized(520, 220)
		c.FocusGained()
		c.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(300, 90)}, Dragged: fyne.NewDelta(140, 0)})
		return c
	})
	golden(t, "chartview/cursor", 520, 220, func() fyne.CanvasObject {
		c := chartShown(t)
		c.SetCursor(noon.Add(7 * time.Minute))
		return c
	})
}
