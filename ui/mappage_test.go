package ui

import (
	"math"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// vessel is a ferry under way.
func vessel() model.MapDevice {
	return model.MapDevice{
		Root: "solent/ferries/red-falcon", Name: "Red Falcon", Kind: "ferry", Liveness: model.Alive, Voyage: voyage(),
		Position: model.Position{LatLon: cowes.Center, At: noon, SOG: 10, COG: 20, HDG: 25},
	}
}

func TestSymbol(t *testing.T) {
	k := testLook(t)
	for _, c := range []struct {
		name   string
		change func(*model.MapDevice)
		check  func(plot.Symbol) bool
	}{
		{"vessel", func(*model.MapDevice) {}, func(s plot.Symbol) bool {
			return s.Kind == plot.SymbolVessel && s.Heading == 25 && s.Label == "Red Falcon" && s.Note == "to East Cowes 12:41" &&
				math.Abs(s.Ahead-926) < 0.01 && !s.Stale // three minutes at ten knots
		}},
		{"by its course", func(d *model.MapDevice) { d.Position.HDG = math.NaN() }, func(s plot.Symbol) bool { return s.Heading == 20 }},
		{"late", func(d *model.MapDevice) { d.Voyage.Delay = 5 * time.Minute }, func(s plot.Symbol) bool { return s.Note == "to East Cowes 12:41 +5 min" }},
		{"in port", func(d *model.MapDevice) { d.Voyage.InPort = "cowes" }, func(s plot.Symbol) bool { return s.Note == "" }},
		{"lost", func(d *model.MapDevice) { d.Liveness = model.Lost }, func(s plot.Symbol) bool { return s.Stale && s.Status == widgets.StatusLost }},
		{"late word", func(d *model.MapDevice) { d.Liveness = model.Late }, func(s plot.Symbol) bool { return !s.Stale && s.Status == widgets.StatusLate }},
		{"buoy", func(d *model.MapDevice) { d.Kind, d.Voyage, d.Position.SOG = "buoy", nil, math.NaN() }, func(s plot.Symbol) bool {
			return s.Kind == plot.SymbolBuoy && math.IsNaN(s.Heading) && s.Ahead == 0
		}},
		{"anything", func(d *model.MapDevice) { d.Kind, d.Voyage, d.Position.SOG = "device", nil, math.NaN() }, func(s plot.Symbol) bool {
			return s.Kind == plot.SymbolGeneric
		}},
	} {
		d := vessel()
		c.change(&d)
		if s := symbol(&d, true, k); !s.Selected || s.Key != d.Root || !c.check(s) {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}

func TestTrackFades(t *testing.T) {
	k, d := testLook(t), vessel()
	for i := range 10 {
		d.Track = append(d.Track, model.TrackPoint{LatLon: cowes.Center, At: noon.Add(time.Duration(i-9) * time.Minute)})
	}
	points := fadingTrack(&d, k, noon).Points
	if len(points) != 5 {
		t.Fatalf("%d points of the last %v, one a minute", len(points), mapTrackAge)
	}
	for i, p := range points {
		if want := float64(4-i) / 5; math.Abs(p.Age-want) > 1e-9 {
			t.Errorf("point %d has the age %v, want %v", i, p.Age, want)
		}
	}
}

func TestMapSpec(t *testing.T) {
	k, moving, still := testLook(t), vessel(), vessel()
	moving.Track = []model.TrackPoint{{LatLon: cowes.Center, At: noon}, {LatLon: southampton.Center, At: noon}}
	still.Root, still.Track = "other", moving.Track[:1]
	spec := mapSpec([]model.MapDevice{moving, still}, []model.Geofence{cowes, southampton}, mapWant{selected: "other"}, k, noon)
	if len(spec.Fences) != 2 || spec.Fences[0].Name != "East Cowes" || spec.Fences[0].Radius != 500 {
		t.Errorf("the fences are %+v", spec.Fences)
	}
	if len(spec.Symbols) != 2 || spec.Symbols[0].Selected || !spec.Symbols[1].Selected {
		t.Errorf("the symbols are %+v", spec.Symbols)
	}
	if len(spec.Tracks) != 1 {
		t.Errorf("%d tracks: one place is no track", len(spec.Tracks))
	}
	if !spec.ScaleBar || !spec.Graticule {
		t.Error("the map has no scale bar or graticule")
	}
}

func TestPortsView(t *testing.T) {
	if v := portsView(nil); v.Zoom != plot.MaxZoom {
		t.Errorf("without ports the view is %+v", v)
	}
	v := portsView([]model.Geofence{cowes, southampton})
	for _, g := range []model.Geofence{cowes, southampton} {
		if x, y := v.ToPixel(g.Center); x < 0 || y < 0 || x > float64(v.Width) || y > float64(v.Height) {
			t.Errorf("%s is out of view at %v, %v", g.Name, x, y)
		}
	}
}

func TestSelectedInfo(t *testing.T) {
	d := vessel()
	for says, p := range map[string]*model.Publisher{
		"publisher unknown":               nil,
		"vouched for":                     {ClientID: "ferry-1", Identity: "red-falcon"},
		"client ferry-1, not vouched for": {ClientID: "ferry-1"},
	} {
		d.Publisher = p
		text, ok := selectedInfo([]model.MapDevice{d}, d.Root, noon.Add(4*time.Second))
		if !ok || text != "Red Falcon · alive · 10.0 kn · to East Cowes 12:41 · 4 s · "+says {
			t.Errorf("%q, %v", text, ok)
		}
	}
	if text, ok := selectedInfo([]model.MapDevice{d}, "", noon); ok {
		t.Errorf("nothing is selected, and yet: %q", text)
	}
}
