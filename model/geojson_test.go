package model

import (
	"errors"
	"strings"
	"testing"
)

const squareWithLake = `{"type":"FeatureCollection","features":[
 {"type":"Feature","geometry":{"type":"Polygon","coordinates":[
  [[0,0],[10,0],[10,10],[0,10],[0,0]],
  [[4,4],[6,4],[6,6],[4,6],[4,4]]]}},
 {"type":"Feature","geometry":null},
 {"type":"Feature","geometry":{"type":"MultiPolygon","coordinates":[
  [[[20,0],[21,0],[21,1],[20,1],[20,0]]],
  [[[4.5,4.5],[5.5,4.5],[5.5,5.5],[4.5,5.5],[4.5,4.5]]]]}}]}`

func TestLandHasLakesAndIslandsInThem(t *testing.T) {
	land, err := ParseLand([]byte(squareWithLake))
	if err != nil {
		t.Fatal(err)
	}
	if len(land.Polygons) != 3 || len(land.Polygons[0].Rings) != 2 {
		t.Fatalf("%d polygons", len(land.Polygons))
	}
	for p, want := range map[LatLon]bool{
		{Lat: 1, Lon: 1}:       true,
		{Lat: 4.2, Lon: 5}:     false, // the lake
		{Lat: 5, Lon: 5}:       true,  // the island in it
		{Lat: 0.5, Lon: 20.5}:  true,
		{Lat: 0.5, Lon: 15}:    false,
		{Lat: -1, Lon: 5}:      false,
		{Lat: 10.01, Lon: 5}:   false,
		{Lat: 5, Lon: 10.0001}: false,
	} {
		if got := land.Contains(p); got != want {
			t.Errorf("%v on land: %v, want %v", p, got, want)
		}
	}
	if (Land{}).Contains(LatLon{}) {
		t.Error("no land holds a place")
	}
}

func TestParseLandReadsEachKind(t *testing.T) {
	const ring = `[[0,0],[1,0],[1,1],[0,0]]`
	for _, text := range []string{
		`{"type":"Polygon","coordinates":[` + ring + `]}`,
		`{"type":"MultiPolygon","coordinates":[[` + ring + `]]}`,
		`{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0,3],[1,0,3],[1,1,3],[0,0,3]]]}}`,
	} {
		if land, err := ParseLand([]byte(text)); err != nil || len(land.Polygons) != 1 {
			t.Errorf("%s: %d polygons, %v", text, len(land.Polygons), err)
		}
	}
}

func TestParseLandRefusesWhatIsNoLand(t *testing.T) {
	for _, text := range []string{
		``, `[]`, `{}`, `{"type":"Point","coordinates":[0,0]}`,
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]}`,
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`,
		`{"type":"Polygon","coordinates":[[[0,0],[181,0],[1,1],[0,0]]]}`,
		`{"type":"Polygon","coordinates":[[[0],[1,0],[1,1],[0]]]}`,
		`{"type":"Polygon","coordinates":"` + strings.Repeat("x", 100) + `"}`,
		`{"type":"MultiPolygon"}`,
	} {
		if _, err := ParseLand([]byte(text)); !errors.Is(err, ErrLandSyntax) {
			t.Errorf("%.60s: %v, want %v", text, err, ErrLandSyntax)
		}
	}
	if _, err := ParseLand(make([]byte, MaxLandBytes+1)); !errors.Is(err, ErrLandTooLarge) {
		t.Errorf("a file too large: %v", err)
	}
	many := strings.Repeat("[0,0],", MaxLandPoints) + "[0,0]"
	if _, err := ParseLand([]byte(`{"type":"Polygon","coordinates":[[` + many + `]]}`)); !errors.Is(err, ErrLandTooLarge) {
		t.Errorf("too many points: %v", err)
	}
}

func FuzzParseLand(f *testing.F) {
	f.Add([]byte(squareWithLake))
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		land, err := ParseLand(data)
		if err != nil {
			return
		}
		for _, g := range land.Polygons {
			for _, p := range g.Rings[0] {
				if !g.BBox.Contains(p) {
					t.Fatalf("%v lies outside its box %v", p, g.BBox)
				}
			}
			land.Contains(g.Rings[0][0])
		}
	})
}

func TestLandWithoutPonds(t *testing.T) {
	triangle := []LatLon{{Lat: 1, Lon: 1}, {Lat: 1, Lon: 2}, {Lat: 2, Lon: 1}, {Lat: 1, Lon: 1}}
	lake := []LatLon{{Lat: 4, Lon: 4}, {Lat: 4, Lon: 6}, {Lat: 6, Lon: 6}, {Lat: 6, Lon: 4}, {Lat: 4, Lon: 4}}
	shore := []LatLon{{Lat: 0, Lon: 0}, {Lat: 0, Lon: 9}, {Lat: 9, Lon: 0}, {Lat: 0, Lon: 0}}
	whole := Land{Polygons: []Polygon{{Rings: [][]LatLon{shore, triangle, lake}}}}
	got := whole.WithoutPonds(3).Rings()
	if len(got) != 2 || len(got[0]) != len(shore) || len(got[1]) != len(lake) {
		t.Errorf("the shore and the lake should be left, there are %v", got)
	}
	if len(whole.Rings()) != 3 {
		t.Error("the land asked has changed")
	}
}
