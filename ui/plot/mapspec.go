package plot

import (
	"image"
	"image/color"
	"math"

	"github.com/pilothouse/pilothouse/model"
)

// MapStyle holds the colours and the font of a map.
type MapStyle struct {
	// Water, Land and Coast are the base; Shallow, if not nil, tints the water
	// along the coast.
	Water, Land, Coast, Shallow color.Color
	// Grid colours the graticule, Text labels, Muted the small print, Halo what
	// surrounds text and symbols, Accent the selected symbol's ring, Fence
	// geofences.
	Grid, Text, Muted, Halo, Accent, Fence color.Color
	// Font is for all text; without it the map has none.
	Font *Font
	// TextSize in logical units; 0 is 12.
	TextSize float64
}

// SymbolKind is the silhouette of a symbol.
type SymbolKind uint8

// The silhouettes: a hull that points where the vessel heads, a buoy, a dot.
const (
	SymbolGeneric SymbolKind = iota
	SymbolVessel
	SymbolBuoy
)

// Symbol is a thing on the map.
type Symbol struct {
	// Key names it in HitSymbol.
	Key  string
	At   model.LatLon
	Kind SymbolKind
	// Heading in degrees clockwise from north; NaN draws a vessel as a dot.
	Heading float64
	// Ahead is how far, in metres, a line runs out ahead; 0 draws none.
	Ahead float64
	Color color.Color
	// Label is written beside the symbol where there is room, Note after it in
	// a quieter colour.
	Label, Note string
	// Status adds the shape of liveness, unless alive or none, in StatusColor.
	Status      Status
	StatusColor color.Color
	// Selected draws a ring and gives the label precedence.
	Selected bool
	// Stale symbols are hollow and pale: the place is not current.
	Stale bool
}

// TrackPoint is one place on a track. Age runs from 0 (now) to 1 (oldest, all
// but invisible).
type TrackPoint struct {
	At  model.LatLon
	Age float64
}

// Track is where something has been, oldest first or last.
type Track struct {
	Points []TrackPoint
	Color  color.Color
	// Width in logical units; 0 is 2.
	Width float64
}

// Fence is a named circle.
type Fence struct {
	Name   string
	Center model.LatLon
	// Radius in metres on the ground.
	Radius float64
}

// MapSpec says what to draw.
type MapSpec struct {
	View  View
	Style MapStyle
	// Graticule draws meridians and parallels; ScaleBar a scale; Nautical
	// measures it in nautical miles.
	Graticule, ScaleBar, Nautical bool
	// Attribution is written in the lower right corner, as licences of map
	// data ask for.
	Attribution string
	Fences      []Fence
	Tracks      []Track
	// Symbols are drawn in order, selected ones last; labels are given room in
	// order, selected ones first.
	Symbols []Symbol
	// Into is drawn into and returned if it has the right size.
	Into *image.RGBA
}

// HitSymbol is the key of the symbol nearest to (x, y), within a number of
// pixels.
func HitSymbol(v View, symbols []Symbol, x, y, within float64) (key string, ok bool) {
	best := within
	for i := range symbols {
		sx, sy := v.ToPixel(symbols[i].At)
		if d := math.Hypot(sx-x, sy-y); d <= best {
			best, key, ok = d, symbols[i].Key, true
		}
	}
	return key, ok
}
