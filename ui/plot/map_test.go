package plot

import (
	"fmt"
	"image"
	"math"
	"testing"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/plot/plottest"
)

func mapStyle(t testing.TB, dark bool) MapStyle {
	t.Helper()
	s := MapStyle{Water: hex(0xd3e1eaff), Land: hex(0xf5f2eaff), Coast: hex(0xa3afb5ff), Shallow: hex(0xe6f0f5ff),
		Grid: hex(0x9fb4c240), Text: hex(0x22292fff), Muted: hex(0x5d6972ff), Halo: hex(0xfbfcfcf0), Accent: hex(0x2a78b5ff),
		Fence: hex(0x2a78b5ff), Font: testFont(t)}
	if dark {
		s = MapStyle{Water: hex(0x16212aff), Land: hex(0x2b3237ff), Coast: hex(0x55636dff), Shallow: hex(0x223440ff),
			Grid: hex(0x8fb0c418), Text: hex(0xd5dbe0ff), Muted: hex(0x8b96a0ff), Halo: hex(0x12181df0), Accent: hex(0x5aa2d8ff),
			Fence: hex(0x5aa2d8ff), Font: s.Font}
	}
	return s
}

// island is a made-up coast round 50.75 N 1.3 W with a bay and a lake, ragged
// enough to look like one.
func island(n int) LandLayer {
	var coast, lake, main []model.LatLon
	for i := range n {
		a := 2 * math.Pi * float64(i) / float64(n)
		r := 0.13 + 0.02*math.Sin(3*a) + 0.008*math.Sin(11*a+1) + 0.003*math.Sin(37*a)
		if a > 1.2 && a < 1.7 {
			r *= 0.72
		}
		coast = append(coast, model.LatLon{Lat: 50.66 + 0.45*r*math.Sin(a), Lon: -1.3 + 1.4*r*math.Cos(a)})
		lake = append(lake, model.LatLon{Lat: 50.65 - 0.006*math.Sin(a), Lon: -1.33 + 0.02*math.Cos(a)})
	}
	for i := range n {
		x := float64(i) / float64(n)
		main = append(main, model.LatLon{Lat: 50.79 + 0.02*math.Sin(14*x) + 0.006*math.Sin(61*x), Lon: -1.8 + x})
	}
	main = append(main, model.LatLon{Lat: 51.2, Lon: -0.8}, model.LatLon{Lat: 51.2, Lon: -1.8})
	return LandLayer{Rings: [][]model.LatLon{coast, lake, main}}
}

func solent(w, h int, scale float64) View {
	return View{Width: w, Height: h, Scale: scale, Center: model.LatLon{Lat: 50.73, Lon: -1.3}, Zoom: 90}
}

func fleet(dark bool) (symbols []Symbol, tracks []Track, fences []Fence) {
	ink := hex(0x1f78b4ff)
	if dark {
		ink = hex(0x8fc3eaff)
	}
	warn, lost := hex(0xe8913aff), hex(0xe5534bff)
	for i, name := range []string{"Red Falcon", "St Clare", "Wight Sun", "Red Eagle", "Victoria", "Hovercraft", "Sea Shuttle"} {
		at := model.LatLon{Lat: 50.745 + 0.012*math.Sin(float64(i)*2), Lon: -1.5 + 0.07*float64(i)}
		s := Symbol{Key: name, At: at, Kind: SymbolVessel, Heading: float64(i * 50), Color: ink, Label: name, Note: fmt.Sprintf("%d kn", 8+i), Status: StatusAlive, Ahead: 900}
		var t Track
		for j := range 60 {
			back := at.Move(s.Heading+180+20*math.Sin(float64(j)/12), 60*float64(j))
			t.Points = append(t.Points, TrackPoint{At: back, Age: float64(j) / 60})
		}
		t.Color = ink
		tracks = append(tracks, t)
		switch i {
		case 2:
			s.Status, s.StatusColor, s.Stale, s.Ahead = StatusSilent, warn, true, 0
		case 4:
			s.Status, s.StatusColor = StatusLost, lost
		case 3:
			s.Selected = true
		}
		symbols = append(symbols, s)
	}
	symbols = append(symbols,
		Symbol{Key: "buoy", At: model.LatLon{Lat: 50.757, Lon: -1.38}, Kind: SymbolBuoy, Color: ink, Label: "West Bramble", Status: StatusAlive},
		Symbol{Key: "quay", At: model.LatLon{Lat: 50.727, Lon: -1.16}, Color: ink, Label: "Tide gauge", Status: StatusLate, StatusColor: warn})
	fences = []Fence{{Name: "Cowes", Center: model.LatLon{Lat: 50.745, Lon: -1.3}, Radius: 900}, {Name: "Ryde", Center: model.LatLon{Lat: 50.735, Lon: -1.16}, Radius: 700}}
	return symbols, tracks, fences
}

func mapSpec(t testing.TB, dark bool, v View) MapSpec {
	t.Helper()
	s, tr, f := fleet(dark)
	return MapSpec{View: v, Style: mapStyle(t, dark), Graticule: true, ScaleBar: true, Nautical: true,
		Attribution: "© Someone (made up)", Symbols: s, Tracks: tr, Fences: f}
}

func TestMapGolden(t *testing.T) {
	land := NewLand(island(400))
	for _, c := range []struct {
		name string
		dark bool
		v    View
	}{
		{"fleet_dark", true, solent(800, 480, 1)},
		{"fleet_light", false, solent(800, 480, 1)},
		{"doubled_dark", true, solent(900, 600, 2)},
		{"doubled_light", false, solent(600, 400, 2)},
		{"near_light", false, solent(500, 300, 1).ZoomAt(250, 150, 0.1)},
	} {
		plottest.Golden(t, "map/"+c.name+".png", NewMapRenderer(land).Render(mapSpec(t, c.dark, c.v)))
	}
	plottest.Golden(t, "map/empty.png", NewMapRenderer(nil).Render(MapSpec{View: View{Width: 200, Height: 100}}))
}

func TestViewMapsBothWays(t *testing.T) {
	for _, v := range []View{solent(800, 600, 1), solent(1600, 900, 2), {Width: 500, Height: 500, Center: model.LatLon{Lat: -70, Lon: 179.9}, Zoom: 20000}} {
		for _, p := range [][2]float64{{0, 0}, {400, 300}, {777, 5}, {3, 499}} {
			x, y := v.ToPixel(v.FromPixel(p[0], p[1]))
			if math.Abs(x-p[0]) > 1e-5 || math.Abs(y-p[1]) > 1e-5 {
				t.Errorf("%v: pixel %v comes back as %g, %g", v, p, x, y)
			}
		}
	}
}

func TestViewZoomAtKeepsThePlace(t *testing.T) {
	v := solent(800, 600, 2)
	for _, f := range []float64{0.5, 2, 1e-9, 1e9, math.NaN(), -1} {
		before := v.FromPixel(640, 100)
		got := v.ZoomAt(640, 100, f)
		if d := before.Distance(got.FromPixel(640, 100)); d > 1 && f < 1e6 {
			t.Errorf("zoom by %g moved the place under the pointer by %g m", f, d)
		}
		if got.Zoom < MinZoom || got.Zoom > MaxZoom {
			t.Errorf("zoom by %g gives %g", f, got.Zoom)
		}
	}
	east := v.Pan(-100, 0)
	if x, y := east.ToPixel(v.Center); math.Abs(x-300) > 1e-6 || math.Abs(y-300) > 1e-6 {
		t.Errorf("panned centre at %g, %g", x, y)
	}
}

func TestViewFit(t *testing.T) {
	places := []model.LatLon{{Lat: 50.6, Lon: -1.6}, {Lat: 50.9, Lon: -1.0}, {Lat: 50.7, Lon: -1.2}}
	v := View{Width: 800, Height: 400, Scale: 2}.Fit(places, 20)
	for _, p := range places {
		if x, y := v.ToPixel(p); x < 39 || y < 39 || x > 761 || y > 361 {
			t.Errorf("%v lies at %g, %g", p, x, y)
		}
	}
	across := View{Width: 400, Height: 400}.Fit([]model.LatLon{{Lon: 179}, {Lon: -179}}, 0)
	if math.Abs(math.Abs(across.Center.Lon)-180) > 0.01 {
		t.Errorf("two sides of the date line are centred on %v", across.Center)
	}
	if one := (View{Width: 400, Height: 400}).Fit(places[:1], 0); one.Zoom > 10 || one.Zoom < 1 {
		t.Errorf("a single place is shown at zoom %g", one.Zoom)
	}
	if got := v.Fit(nil, 0); got != v {
		t.Error("no places change the view")
	}
}

// TestMetresPerPixel compares the scale with the great-circle distance.
func TestMetresPerPixel(t *testing.T) {
	v := solent(800, 600, 1)
	d := v.FromPixel(350, 300).Distance(v.FromPixel(450, 300))
	if got := v.MetresPerPixel() * 100; math.Abs(got-d) > d*0.005 {
		t.Errorf("100 pixels are %g m, the scale says %g", d, got)
	}
}

// TestMapAcrossTheDateLine finds land on both sides of 180 degrees.
func TestMapAcrossTheDateLine(t *testing.T) {
	box := func(w, e float64) []model.LatLon {
		return []model.LatLon{{Lat: -5, Lon: w}, {Lat: -5, Lon: e}, {Lat: 5, Lon: e}, {Lat: 5, Lon: w}}
	}
	r := NewMapRenderer(NewLand(LandLayer{Rings: [][]model.LatLon{box(170, 178), box(-178, -170)}}))
	for _, lon := range []float64{179.9, -179.9} {
		v := View{Width: 400, Height: 200, Center: model.LatLon{Lon: lon}, Zoom: 8000}
		st := MapStyle{Water: hex(0x0000ffff), Land: hex(0x00ff00ff)}
		img := r.Render(MapSpec{View: v, Style: st})
		for _, at := range []float64{174, -174} {
			x, y := v.ToPixel(model.LatLon{Lon: at})
			if c := img.RGBAAt(int(x), int(y)); c.G != 255 {
				t.Errorf("centred on %g: no land at %g (%v)", lon, at, c)
			}
		}
		if x, y := v.ToPixel(model.LatLon{Lon: 180}); img.RGBAAt(int(x), int(y)).B != 255 {
			t.Errorf("centred on %g: no water at 180", lon)
		}
	}
}

// TestLayerReplacesCoarser draws a detailed layer without land over a coarse
// one that is all land.
func TestLayerReplacesCoarser(t *testing.T) {
	all := []model.LatLon{{Lat: -80, Lon: -80}, {Lat: -80, Lon: 80}, {Lat: 80, Lon: 80}, {Lat: 80, Lon: -80}}
	r := NewMapRenderer(NewLand(LandLayer{Rings: [][]model.LatLon{all}},
		LandLayer{SouthWest: model.LatLon{Lat: 50, Lon: -2}, NorthEast: model.LatLon{Lat: 51, Lon: -1}}))
	v := View{Width: 400, Height: 300, Center: model.LatLon{Lat: 50.5, Lon: -1}, Zoom: 300}
	img := r.Render(MapSpec{View: v, Style: MapStyle{Water: hex(0x0000ffff), Land: hex(0x00ff00ff)}})
	if c := img.RGBAAt(100, 150); c.B != 255 {
		t.Errorf("inside the detailed layer: %v", c)
	}
	if c := img.RGBAAt(350, 150); c.G != 255 {
		t.Errorf("outside of it: %v", c)
	}
}

func TestMapBaseIsKept(t *testing.T) {
	r := NewMapRenderer(NewLand(island(100)))
	spec := mapSpec(t, true, solent(300, 200, 1))
	r.Render(spec)
	base := r.base.Pix[0]
	r.base.Pix[0] = base + 7 // a mark that drawing the base anew would erase
	r.Render(spec)
	if r.base.Pix[0] != base+7 {
		t.Error("the base was drawn again though the view is the same")
	}
	spec.View = spec.View.Pan(1, 0)
	if img := r.Render(spec); img.Pix[0] == base+7 {
		t.Error("the base was kept though the view moved")
	}
}

func TestMapOddInput(t *testing.T) {
	nan := math.NaN()
	r := NewMapRenderer(NewLand(island(50), LandLayer{Rings: [][]model.LatLon{nil, {{}}, {{Lat: nan}, {Lat: 90}, {Lat: -90}}}}))
	for _, v := range []View{{}, {Width: -5, Height: 1 << 30, Zoom: nan, Scale: nan}, {Width: 50, Height: 50, Center: model.LatLon{Lat: nan, Lon: 900}, Zoom: math.Inf(1)}} {
		s := mapSpec(t, true, v)
		s.View.Height = min(s.View.Height, 100)
		s.Symbols = append(s.Symbols, Symbol{At: model.LatLon{Lat: nan}, Color: hex(0xffffffff)}, Symbol{Kind: SymbolVessel, Heading: nan, Color: hex(0xffffffff), Label: "x"})
		s.Fences = append(s.Fences, Fence{Radius: math.Inf(1)}, Fence{Radius: nan, Name: "n"})
		s.Tracks = append(s.Tracks, Track{Color: hex(0xffffffff), Points: []TrackPoint{{At: model.LatLon{Lat: nan}}, {Age: nan}, {Age: -3}}})
		if img := r.Render(s); img.Rect.Empty() {
			t.Errorf("%v: empty picture", v)
		}
	}
}

func TestHitSymbol(t *testing.T) {
	v := solent(800, 480, 1)
	symbols, _, _ := fleet(true)
	x, y := v.ToPixel(symbols[2].At)
	if key, ok := HitSymbol(v, symbols, x+4, y-3, 12); !ok || key != symbols[2].Key {
		t.Errorf("hit %q, %v", key, ok)
	}
	if key, ok := HitSymbol(v, symbols, x, y-60, 5); ok {
		t.Errorf("hit %q in open water", key)
	}
}

func TestDegrees(t *testing.T) {
	for _, c := range []struct {
		v, step float64
		want    string
	}{{50.75, 5, "50°45′N"}, {-1.25, 15, "1°15′W"}, {-30, 600, "30°W"}, {50.751666, 0.1, "50°45.1′N"}, {0.9999999, 1, "1°00′N"}} {
		pos, neg := "N", "S"
		if c.want[len(c.want)-1] == 'W' {
			pos, neg = "E", "W"
		}
		if got := degrees(c.v, c.step, pos, neg); got != c.want {
			t.Errorf("degrees(%g, %g) = %q, want %q", c.v, c.step, got, c.want)
		}
	}
}

// TestRingsAcrossTheDateLine draws a ring that steps over 180 degrees and one
// that runs round the south pole.
func TestRingsAcrossTheDateLine(t *testing.T) {
	east := []model.LatLon{{Lat: 60, Lon: 170}, {Lat: 70, Lon: 170}, {Lat: 70, Lon: -170}, {Lat: 60, Lon: -170}}
	var pole []model.LatLon
	for lon := -180.0; lon <= 180; lon += 10 {
		pole = append(pole, model.LatLon{Lat: -70, Lon: lon})
	}
	r := NewMapRenderer(NewLand(LandLayer{Rings: [][]model.LatLon{east, pole}}))
	v := View{Width: 600, Height: 600, Zoom: worldWidth / 600}
	img := r.Render(MapSpec{View: v, Style: MapStyle{Water: hex(0x0000ffff), Land: hex(0x00ff00ff)}})
	for _, c := range []struct {
		at   model.LatLon
		land bool
	}{{model.LatLon{Lat: 65, Lon: 175}, true}, {model.LatLon{Lat: 65, Lon: -175}, true}, {model.LatLon{Lat: 65}, false},
		{model.LatLon{Lat: -80}, true}, {model.LatLon{Lat: -80, Lon: 120}, true}, {model.LatLon{Lat: -50}, false}} {
		x, y := v.ToPixel(c.at)
		if got := img.RGBAAt(int(x), int(y)).G == 255; got != c.land {
			t.Errorf("%v: land %v, want %v", c.at, got, c.land)
		}
	}
}

func BenchmarkMapBase(b *testing.B) {
	r := NewMapRenderer(NewLand(island(25_000)))
	spec := mapSpec(b, true, solent(1400, 900, 1))
	for i := 0; b.Loop(); i++ {
		spec.View = spec.View.Pan(float64(i%2*2-1), 0)
		r.Render(spec)
	}
}

func BenchmarkMapOverlay(b *testing.B) {
	r := NewMapRenderer(NewLand(island(25_000)))
	spec := mapSpec(b, true, solent(1400, 900, 1))
	spec.Into = image.NewRGBA(image.Rect(0, 0, 1400, 900))
	for b.Loop() {
		r.Render(spec)
	}
}

func TestViewFrom(t *testing.T) {
	old := solent(800, 600, 1)
	next := old.ZoomAt(100, 100, 0.5).Pan(30, -20)
	next.Width = 900
	f, dx, dy := next.From(old)
	p := model.LatLon{Lat: 50.7, Lon: -1.35}
	ox, oy := old.ToPixel(p)
	nx, ny := next.ToPixel(p)
	if math.Abs(ox*f+dx-nx) > 1e-6 || math.Abs(oy*f+dy-ny) > 1e-6 {
		t.Errorf("%g, %g goes to %g, %g, want %g, %g", ox, oy, ox*f+dx, oy*f+dy, nx, ny)
	}
}
