package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Bounds on a land file. A coastline of the whole world at 1:10 million, the
// finest that a small program would carry, stays well below them.
const (
	MaxLandBytes  = 32 << 20
	MaxLandPoints = 1 << 20
)

// Errors of [ParseLand], wrapped with the particulars.
var (
	ErrLandTooLarge = fmt.Errorf("land file is larger than %d bytes or %d points", MaxLandBytes, MaxLandPoints)
	ErrLandSyntax   = errors.New("land file is not GeoJSON made of polygons")
)

// BBox is a range of latitudes and longitudes (RFC 7946 section 5). It never
// spans the antimeridian: polygons that do are cut there (section 3.1.9).
type BBox struct{ Min, Max LatLon }

// Contains reports whether p lies in b, its edges included.
func (b BBox) Contains(p LatLon) bool {
	return p.Lat >= b.Min.Lat && p.Lat <= b.Max.Lat && p.Lon >= b.Min.Lon && p.Lon <= b.Max.Lon
}

// Polygon is an area of land: Rings[0] is its shore, the others the waters
// inside it. Each ring is closed: its first and last point are the same.
type Polygon struct {
	Rings [][]LatLon
	BBox  BBox
}

// Contains reports whether p lies in the polygon and in none of its holes, on
// the plane of latitude and longitude, as RFC 7946 section 3.1.1 draws lines.
func (g Polygon) Contains(p LatLon) bool {
	if !g.BBox.Contains(p) {
		return false
	}
	in := false
	for _, ring := range g.Rings {
		if ringContains(ring, p) {
			in = !in
		}
	}
	return in
}

// Land is where a ship cannot be: any number of polygons. It is immutable and
// may be used from any goroutine. The zero value is open water.
type Land struct{ Polygons []Polygon }

// Rings are the rings of all polygons, shores and waters alike.
func (l Land) Rings() [][]LatLon {
	var rings [][]LatLon
	for i := range l.Polygons {
		rings = append(rings, l.Polygons[i].Rings...)
	}
	return rings
}

// WithoutPonds is l without the waters inside land that have at most so many
// corners. A shoreline that was generalised far leaves such triangles where it
// closed an inlet: they are neither the inlet nor a lake.
func (l Land) WithoutPonds(corners int) Land {
	kept := make([]Polygon, len(l.Polygons))
	for i, g := range l.Polygons {
		kept[i] = Polygon{BBox: g.BBox, Rings: g.Rings[:1:1]}
		for _, water := range g.Rings[1:] {
			if len(water)-1 > corners {
				kept[i].Rings = append(kept[i].Rings, water)
			}
		}
	}
	return Land{Polygons: kept}
}

// Contains reports whether p is on land.
func (l Land) Contains(p LatLon) bool {
	for i := range l.Polygons {
		if l.Polygons[i].Contains(p) {
			return true
		}
	}
	return false
}

// ParseLand reads GeoJSON (RFC 7946): a FeatureCollection, a Feature, a
// Polygon or a MultiPolygon. Features without geometry are passed over; any
// other geometry is refused, since it is not land.
func ParseLand(data []byte) (Land, error) {
	if len(data) > MaxLandBytes {
		return Land{}, ErrLandTooLarge
	}
	var root geoObject
	if err := json.Unmarshal(data, &root); err != nil {
		return Land{}, fmt.Errorf("%w: %w", ErrLandSyntax, err)
	}
	p := landParser{left: MaxLandPoints}
	if err := p.object(root); err != nil {
		return Land{}, err
	}
	return p.land, nil
}

// geoObject is any GeoJSON object this parser knows. Features holds features,
// not objects, so that a file cannot nest without end.
type geoObject struct {
	Type        string          `json:"type"`
	Geometry    *geoGeometry    `json:"geometry"`
	Coordinates json.RawMessage `json:"coordinates"`
	Features    []struct {
		Geometry *geoGeometry `json:"geometry"`
	} `json:"features"`
}

type geoGeometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

type landParser struct {
	land Land
	left int
}

func (p *landParser) object(o geoObject) error {
	switch o.Type {
	case "FeatureCollection":
		for i, f := range o.Features {
			if err := p.geometry(f.Geometry); err != nil {
				return fmt.Errorf("feature %d: %w", i, err)
			}
		}
		return nil
	case "Feature":
		return p.geometry(o.Geometry)
	}
	return p.geometry(&geoGeometry{Type: o.Type, Coordinates: o.Coordinates})
}

func (p *landParser) geometry(g *geoGeometry) error {
	if g == nil {
		return nil
	}
	var polygons [][][][]float64
	switch g.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		if err := json.Unmarshal(g.Coordinates, &polygons[0]); err != nil {
			return fmt.Errorf("%w: %w", ErrLandSyntax, err)
		}
	case "MultiPolygon":
		if err := json.Unmarshal(g.Coordinates, &polygons); err != nil {
			return fmt.Errorf("%w: %w", ErrLandSyntax, err)
		}
	default:
		return fmt.Errorf("%w: it holds a %.40q", ErrLandSyntax, g.Type)
	}
	for _, rings := range polygons {
		if err := p.polygon(rings); err != nil {
			return err
		}
	}
	return nil
}

func (p *landParser) polygon(rings [][][]float64) error {
	if len(rings) == 0 {
		return nil
	}
	g := Polygon{Rings: make([][]LatLon, 0, len(rings))}
	for _, positions := range rings {
		if p.left -= len(positions); p.left < 0 {
			return ErrLandTooLarge
		}
		ring, err := parseRing(positions)
		if err != nil {
			return err
		}
		g.Rings = append(g.Rings, ring)
	}
	g.BBox = ringBBox(g.Rings[0])
	p.land.Polygons = append(p.land.Polygons, g)
	return nil
}

// parseRing reads a linear ring: four positions or more, the last one like the
// first, longitude before latitude (RFC 7946 sections 3.1.1 and 3.1.6).
func parseRing(positions [][]float64) ([]LatLon, error) {
	if len(positions) < 4 {
		return nil, fmt.Errorf("%w: a ring has %d positions, 4 are needed", ErrLandSyntax, len(positions))
	}
	ring := make([]LatLon, len(positions))
	for i, c := range positions {
		if len(c) < 2 {
			return nil, fmt.Errorf("%w: a position has %d numbers, 2 are needed", ErrLandSyntax, len(c))
		}
		ring[i] = LatLon{Lat: c[1], Lon: c[0]}
		if !ring[i].Valid() {
			return nil, fmt.Errorf("%w: there is no place at longitude %g, latitude %g", ErrLandSyntax, c[0], c[1])
		}
	}
	if ring[0] != ring[len(ring)-1] {
		return nil, fmt.Errorf("%w: a ring does not end where it starts", ErrLandSyntax)
	}
	return ring, nil
}

func ringBBox(ring []LatLon) BBox {
	b := BBox{Min: ring[0], Max: ring[0]}
	for _, p := range ring {
		b.Min.Lat, b.Max.Lat = math.Min(b.Min.Lat, p.Lat), math.Max(b.Max.Lat, p.Lat)
		b.Min.Lon, b.Max.Lon = math.Min(b.Min.Lon, p.Lon), math.Max(b.Max.Lon, p.Lon)
	}
	return b
}

// ringContains counts the edges that a ray from p towards the east crosses.
func ringContains(ring []LatLon, p LatLon) bool {
	in := false
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < a.Lon+(p.Lat-a.Lat)/(b.Lat-a.Lat)*(b.Lon-a.Lon) {
			in = !in
		}
	}
	return in
}
