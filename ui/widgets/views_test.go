package widgets

import (
	"image"
	"math"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/plot"
)

func plotFont(t testing.TB) *plot.Font {
	t.Helper()
	f, err := plot.NewFont(theme.DefaultTextFont().Content())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// chartShown shows a real chart of two waves.
func chartShown(t testing.TB) *ChartView {
	t.Helper()
	c := NewChartView()
	ink := func() (out plot.ChartStyle) {
		out.Background, out.Plot, out.Grid = colorOf(c, ColorSurface), colorOf(c, ColorSurface), colorOf(c, ColorGrid)
		out.Axis, out.Text, out.Muted = colorOf(c, ColorBorder), colorOf(c, theme.ColorNameForeground), colorOf(c, ColorMuted)
		out.Font = plotFont(t)
		return out
	}
	spec := plot.ChartSpec{From: noon, To: noon.Add(10 * time.Minute), Location: time.UTC, Style: ink(), Legend: true}
	for i, name := range []string{"Red Falcon speed", "Oil temperature"} {
		s := plot.Series{Name: name, Unit: []string{"kn", "°C"}[i], Color: colorOf(c, Traces()[i])}
		for k := range 600 {
			s.Times = append(s.Times, noon.Add(time.Duration(k)*time.Second).UnixNano())
			s.Values = append(s.Values, float64(10+60*i)+3*math.Sin(float64(k)/60+float64(i)))
		}
		spec.Series = append(spec.Series, s)
	}
	c.OnResize = func(w, h int, scale float64) {
		spec.Width, spec.Height, spec.Scale = w, h, scale
		img, layout, err := plot.Chart(spec)
		if err != nil {
			t.Fatal(err)
		}
		c.SetChart(img, layout, func(x float64) []plot.Reading { return layout.ReadOut(spec, x) })
	}
	return c
}

func TestChartViewGolden(t *testing.T) {
	golden(t, "chartview/plain", 520, 220, func() fyne.CanvasObject { return chartShown(t) })
	golden(t, "chartview/hover", 520, 220, func() fyne.CanvasObject {
		c := chartShown(t)
		c.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(260, 90)}})
		return c
	})
	golden(t, "chartview/hover_right", 520, 220, func() fyne.CanvasObject {
		c := chartShown(t)
		c.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(440, 190)}})
		return c
	})
}

func TestChartViewReportsItsSizeOnce(t *testing.T) {
	app(t)
	c := NewChartView()
	var sizes []image.Point
	c.OnResize = func(w, h int, _ float64) { sizes = append(sizes, image.Pt(w, h)) }
	w := test.NewTempWindow(t, c)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(300, 200))
	w.Canvas().Capture()
	w.Canvas().Capture()
	if n := len(sizes); n == 0 || sizes[n-1] != image.Pt(300, 200) {
		t.Errorf("sizes %v", sizes)
	}
	before := len(sizes)
	w.Canvas().Capture()
	if len(sizes) != before {
		t.Error("the same size was reported again")
	}
}

func mapShown(t testing.TB) *MapView {
	t.Helper()
	m := NewMapView(plot.View{Center: model.LatLon{Lat: 50.75, Lon: -1.3}, Zoom: 100})
	land := plot.NewLand(plot.LandLayer{Rings: [][]model.LatLon{{{Lat: 50.6, Lon: -1.5}, {Lat: 50.76, Lon: -1.3}, {Lat: 50.6, Lon: -1.1}}}})
	r := plot.NewMapRenderer(land)
	m.OnView = func(v plot.View) {
		st := plot.MapStyle{Water: colorOf(m, ColorWater), Land: colorOf(m, ColorLand), Coast: colorOf(m, ColorCoast), Text: colorOf(m, theme.ColorNameForeground),
			Muted: colorOf(m, ColorMuted), Halo: colorOf(m, ColorSurface), Accent: colorOf(m, ColorAccent), Font: plotFont(t)}
		m.SetImage(r.Render(plot.MapSpec{View: v, Style: st, ScaleBar: true, Symbols: []plot.Symbol{
			{At: v.Center, Kind: plot.SymbolVessel, Heading: 40, Color: colorOf(m, ColorAccent), Label: "Red Falcon", Selected: true}}}), v)
	}
	return m
}

func TestMapViewGolden(t *testing.T) {
	golden(t, "mapview/plain", 420, 260, func() fyne.CanvasObject { return mapShown(t) })
	golden(t, "mapview/waiting", 420, 260, func() fyne.CanvasObject {
		return NewMapView(plot.View{Zoom: 100})
	})
}

// TestMapViewMovesTheOldPicture pans without a new picture and looks for the
// old one in its new place.
func TestMapViewMovesTheOldPicture(t *testing.T) {
	app(t)
	m := mapShown(t)
	w := test.NewTempWindow(t, m)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(400, 300))
	before := w.Canvas().Capture()
	m.OnView = nil
	test.Drag(w.Canvas(), fyne.NewPos(200, 150), 50, 20)
	after := w.Canvas().Capture()
	for _, p := range []image.Point{{100, 200}, {200, 150}, {210, 160}} {
		if a, b := before.At(p.X, p.Y), after.At(p.X+50, p.Y+20); a != b {
			t.Errorf("pixel %v was %v, is now %v at its new place", p, a, b)
		}
	}
	test.Scroll(w.Canvas(), fyne.NewPos(250, 170), 0, notch)
	if got, want := m.View().Zoom, 100/zoomStep; math.Abs(got-want) > 1e-9 {
		t.Errorf("one notch zooms to %g, want %g", got, want)
	}
	w.Canvas().Capture()
}

func TestMapViewIntents(t *testing.T) {
	app(t)
	m := mapShown(t)
	now := time.Unix(0, 0)
	m.now = func() time.Time { return now }
	w := test.NewTempWindow(t, m)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(400, 300))
	moved, fits := 0, 0
	var tap, hover [2]float64
	m.OnMove = func() { moved++ }
	m.OnFit = func() { fits++ }
	m.OnTap = func(x, y float64) { tap = [2]float64{x, y} }
	m.OnHover = func(x, y float64, _ bool) { hover = [2]float64{x, y} }
	test.TapCanvas(w.Canvas(), fyne.NewPos(120, 80))
	if tap != [2]float64{120, 80} || moved != 0 {
		t.Errorf("tap at %v, moved %d", tap, moved)
	}
	zoom := m.View().Zoom
	test.TapCanvas(w.Canvas(), fyne.NewPos(121, 80))
	if m.View().Zoom != zoom/2 || moved != 1 {
		t.Errorf("two taps zoom from %g to %g, moved %d", zoom, m.View().Zoom, moved)
	}
	test.MoveMouse(w.Canvas(), fyne.NewPos(10, 20))
	if hover != [2]float64{10, 20} {
		t.Errorf("hover %v", hover)
	}
	for _, k := range []fyne.KeyName{fyne.KeyLeft, fyne.KeyRight, fyne.KeyUp, fyne.KeyDown} {
		m.TypedKey(&fyne.KeyEvent{Name: k})
	}
	m.TypedRune('+')
	m.TypedRune('-')
	if math.Abs(m.View().Zoom-zoom/2) > 1e-9 {
		t.Errorf("plus and minus leave zoom %g", m.View().Zoom)
	}
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	test.Tap(m.buttons[2])
	if fits != 2 || moved != 7 {
		t.Errorf("fit %d times, moved %d times", fits, moved)
	}
	moved = 0
	m.SetView(plot.View{Center: model.LatLon{Lat: 1}, Zoom: 5})
	if v := m.View(); moved != 0 || v.Width != 400 || v.Zoom != 5 {
		t.Errorf("set view: moved %d, %+v", moved, v)
	}
}

func TestSparklineGolden(t *testing.T) {
	golden(t, "sparkline/gap", 120, 28, func() fyne.CanvasObject {
		s := NewSparkline(ColorTrace1)
		s.SetValues([]float64{1, 2, 3, 2, math.NaN(), 4, 6, 5, 7, 3, 8})
		return s
	})
	golden(t, "sparkline/empty", 120, 28, func() fyne.CanvasObject { return NewSparkline("") })
}
