package plot

import (
	"math"

	"github.com/pilothouse/pilothouse/model"
)

const (
	// mercatorRadius is the sphere of Web Mercator (EPSG:3857) in metres.
	mercatorRadius = 6378137.0
	worldWidth     = 2 * math.Pi * mercatorRadius
	// maxLatitude is where Web Mercator is as high as it is wide.
	maxLatitude = 85.05112878
	// MinZoom is the closest View.Zoom.
	MinZoom = 0.1
	// MaxZoom is the farthest View.Zoom.
	MaxZoom = 160_000
)

// View is what part of the world a map shows, in Web Mercator. It is a plain
// value; its methods return changed copies.
type View struct {
	// Width and Height of the picture in pixels.
	Width, Height int
	// Scale is pixels per logical unit; 0 is 1.
	Scale float64
	// Center is the place in the middle.
	Center model.LatLon
	// Zoom is Mercator metres per logical unit: true metres on the equator,
	// fewer away from it by the cosine of the latitude.
	Zoom float64
}

// mercator is a place on the Mercator plane in metres, y up.
type mercator struct{ x, y float64 }

func project(p model.LatLon) mercator {
	lat := math.Max(-maxLatitude, math.Min(maxLatitude, p.Lat))
	return mercator{p.Lon / 360 * worldWidth, mercatorRadius * math.Asinh(math.Tan(lat*math.Pi/180))}
}

func (m mercator) place() model.LatLon {
	lon := math.Mod(m.x/worldWidth*360+540, 360)
	if lon < 0 {
		lon += 360
	}
	return model.LatLon{Lat: math.Atan(math.Sinh(m.y/mercatorRadius)) * 180 / math.Pi, Lon: lon - 180}
}

// perPixel is Mercator metres per pixel.
func (v View) perPixel() float64 {
	zoom, scale := v.Zoom, v.Scale
	if !finite(scale) || scale <= 0 {
		scale = 1
	}
	if !finite(zoom) || zoom <= 0 {
		zoom = 1000
	}
	return math.Max(MinZoom, math.Min(MaxZoom, zoom)) / scale
}

// MetresPerPixel is the length on the ground of one pixel at the centre.
func (v View) MetresPerPixel() float64 { return v.groundPerPixel(v.Center.Lat) }

func (v View) groundPerPixel(lat float64) float64 {
	return v.perPixel() * math.Max(math.Cos(lat*math.Pi/180), 0.05)
}

// ToPixel is where p lies in the picture; the world repeats, so it is the
// repetition nearest to the centre.
func (v View) ToPixel(p model.LatLon) (x, y float64) {
	c, m, k := project(v.Center), project(p), v.perPixel()
	dx := m.x - c.x
	dx -= math.Round(dx/worldWidth) * worldWidth
	return float64(v.Width)/2 + dx/k, float64(v.Height)/2 - (m.y-c.y)/k
}

// FromPixel is the place at (x, y) of the picture.
func (v View) FromPixel(x, y float64) model.LatLon {
	c, k := project(v.Center), v.perPixel()
	return mercator{c.x + (x-float64(v.Width)/2)*k, c.y - (y-float64(v.Height)/2)*k}.place()
}

// Pan moves the picture by pixels: positive dx shows what lies further west.
func (v View) Pan(dx, dy float64) View {
	v.Center = v.FromPixel(float64(v.Width)/2-dx, float64(v.Height)/2-dy)
	return v.bounded()
}

// ZoomAt multiplies Zoom by factor (below 1 shows more detail) and keeps the
// place at (x, y) where it is.
func (v View) ZoomAt(x, y, factor float64) View {
	if !finite(factor) || factor <= 0 {
		return v
	}
	keep := v.FromPixel(x, y)
	v.Zoom = math.Max(MinZoom, math.Min(MaxZoom, v.Zoom*factor))
	px, py := v.ToPixel(keep)
	return v.Pan(x-px, y-py)
}

// From tells how a picture of old is to be stretched by factor and then moved by
// (dx, dy) pixels to lie where v has it.
func (v View) From(old View) (factor, dx, dy float64) {
	factor = old.perPixel() / v.perPixel()
	x, y := v.ToPixel(old.Center)
	return factor, x - float64(old.Width)/2*factor, y - float64(old.Height)/2*factor
}

// bounded keeps the centre on the map.
func (v View) bounded() View {
	v.Center.Lat = math.Max(-maxLatitude, math.Min(maxLatitude, v.Center.Lat))
	return v
}

// Fit centres on the given places and zooms so that they all lie inside, with
// pad logical units of air. Without places the view is unchanged; a single
// place is shown with a few hundred metres around it.
func (v View) Fit(places []model.LatLon, pad float64) View {
	if len(places) == 0 {
		return v
	}
	first := project(places[0])
	lo, hi := first, first
	for _, p := range places[1:] {
		m := project(p)
		m.x -= math.Round((m.x-first.x)/worldWidth) * worldWidth // the short way round
		lo.x, hi.x = math.Min(lo.x, m.x), math.Max(hi.x, m.x)
		lo.y, hi.y = math.Min(lo.y, m.y), math.Max(hi.y, m.y)
	}
	v.Center = mercator{(lo.x + hi.x) / 2, (lo.y + hi.y) / 2}.place()
	scale := v.Scale
	if scale <= 0 {
		scale = 1
	}
	w := math.Max(16, float64(v.Width)/scale-2*pad)
	h := math.Max(16, float64(v.Height)/scale-2*pad)
	v.Zoom = math.Max(math.Max((hi.x-lo.x)/w, (hi.y-lo.y)/h), 1.5)
	v.Zoom = math.Min(v.Zoom, MaxZoom)
	return v.bounded()
}

// frame is the part of the Mercator plane in view, widened by pad pixels.
func (v View) frame(pad float64) (lo, hi mercator) {
	c, k := project(v.Center), v.perPixel()
	w, h := (float64(v.Width)/2+pad)*k, (float64(v.Height)/2+pad)*k
	return mercator{c.x - w, c.y - h}, mercator{c.x + w, c.y + h}
}
