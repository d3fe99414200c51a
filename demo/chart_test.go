package demo

import (
	"testing"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/model"
)

// Ports lie in the water and apart from each other, lanes lead from one to the
// other, and buoys float.
func TestChartIsSound(t *testing.T) {
	chart, err := LoadChart()
	if err != nil {
		t.Fatal(err)
	}
	land := solentLand(t)
	for i, p := range chart.Ports {
		if land.Contains(p.Center) {
			t.Errorf("%s is on land", p.Name)
		}
		for _, q := range chart.Ports[:i] {
			if p.ID == q.ID || p.Name == q.Name || p.Center.Distance(q.Center) <= p.Radius+q.Radius {
				t.Errorf("%s and %s are not apart", p.Name, q.Name)
			}
		}
	}
	for _, l := range chart.Lanes {
		from, okFrom := chart.port(l.From)
		to, okTo := chart.port(l.To)
		if !okFrom || !okTo || !from.Contains(l.Points[0]) || !to.Contains(l.Points[len(l.Points)-1]) {
			t.Errorf("the lane from %s to %s does not lead there", l.From, l.To)
		}
	}
	for _, l := range chart.Limits {
		if _, ok := chart.port(l.Port); !ok {
			t.Errorf("a limit is set round %q, which is no port", l.Port)
		}
	}
	for _, b := range chart.Buoys {
		if land.Contains(b.Place) {
			t.Errorf("the buoy %s is on land", b.Name)
		}
	}
	if len(chart.Lanes) != 5 || len(chart.Buoys) != 6 || len(Ports()) != len(chart.Ports) || len(Lanes()) != 5 {
		t.Errorf("%d lanes, %d buoys", len(chart.Lanes), len(chart.Buoys))
	}
}

func TestWorldKnowsLandFromSea(t *testing.T) {
	world, err := model.ParseLand(assets.WorldLand())
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range map[model.LatLon]bool{
		{Lat: 51.5, Lon: -1}:  true,  // Berkshire
		{Lat: 48, Lon: -20}:   false, // the Atlantic
		{Lat: -25, Lon: 135}:  true,  // Australia
		{Lat: 42, Lon: 51}:    false, // the Caspian Sea
		{Lat: 20, Lon: 179.9}: false,
	} {
		if got := world.Contains(p); got != want {
			t.Errorf("%v on land: %v, want %v", p, got, want)
		}
	}
}
