package plot

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// MapRenderer draws maps of one land. It keeps the base (water, land,
// graticule) of the last view, so that moving symbols cost little, and the
// labels it has drawn, up to a bound. It is not safe for concurrent use; the
// pictures it returns are the caller's.
type MapRenderer struct {
	land   *Land
	base   *image.RGBA
	key    baseKey
	labels map[labelKey]*image.RGBA
}

// baseKey is all that the base depends on.
type baseKey struct {
	view      View
	style     MapStyle
	graticule bool
}

// NewMapRenderer makes a renderer; land may be nil for open water.
func NewMapRenderer(land *Land) *MapRenderer {
	if land == nil {
		land = &Land{}
	}
	return &MapRenderer{land: land, labels: map[labelKey]*image.RGBA{}}
}

// Render draws spec.
func (m *MapRenderer) Render(spec MapSpec) *image.RGBA {
	v := spec.View
	v.Width, v.Height = clampSide(v.Width), clampSide(v.Height)
	if !finite(v.Scale) || v.Scale <= 0 {
		v.Scale = 1
	}
	if !v.Center.Valid() {
		v.Center.Lat, v.Center.Lon = 0, 0
	}
	spec.View = v
	if spec.Style.TextSize <= 0 {
		spec.Style.TextSize = 12
	}
	m.ensureBase(&spec)
	img := spec.Into
	if img == nil || img.Rect != m.base.Rect || img.Stride != m.base.Stride {
		img = image.NewRGBA(m.base.Rect)
	}
	copy(img.Pix, m.base.Pix)
	o := newOverlay(m, &spec, img)
	o.draw()
	return img
}

func (m *MapRenderer) ensureBase(spec *MapSpec) {
	key := baseKey{spec.View, spec.Style, spec.Graticule}
	if m.base != nil && m.key == key {
		return
	}
	if m.key.style != key.style {
		clear(m.labels)
	}
	m.key = key
	if r := image.Rect(0, 0, spec.View.Width, spec.View.Height); m.base == nil || m.base.Rect != r {
		m.base = image.NewRGBA(r)
	}
	b := &basePainter{b: newBrush(m.base), v: spec.View, st: &spec.Style, lp: newLandPainter(spec.View)}
	b.paint(m.land)
	if spec.Graticule {
		b.graticule()
	}
}

// basePainter draws what does not move.
type basePainter struct {
	b  *brush
	v  View
	st *MapStyle
	lp *landPainter
}

// paint fills the water, then each layer over the ones before it.
func (p *basePainter) paint(land *Land) {
	draw.Draw(p.b.dst, p.b.dst.Rect, image.NewUniform(opaque(p.st.Water)), image.Point{}, draw.Src)
	lo, hi := p.v.frame(0)
	// One world more on each side: rings may reach beyond the date line.
	first, last := math.Floor(lo.x/worldWidth+0.5)-1, math.Floor(hi.x/worldWidth+0.5)+1
	for i := range land.layers {
		for w := first; w <= last && w-first < 6; w++ {
			p.layer(&land.layers[i], w*worldWidth)
		}
	}
}

func opaque(c color.Color) color.Color {
	if c == nil {
		return color.RGBA{A: 255}
	}
	return c
}

// layer draws one layer: its water, a tint along its coast, its land, its
// coastline.
func (p *basePainter) layer(l *landLayer, shift float64) {
	k := p.v.Scale
	area, ok := p.lp.area(l, shift, 24*k)
	if !ok {
		return
	}
	if l.bound {
		p.b.clip = within(area).Intersect(p.b.dst.Rect)
		draw.Draw(p.b.dst, p.b.clip, image.NewUniform(opaque(p.st.Water)), image.Point{}, draw.Src)
		defer func() { p.b.clip = p.b.dst.Rect }()
	}
	var fills path
	var lines [][]xy
	for i := range l.rings {
		pts := p.lp.ring(&l.rings[i], shift, area)
		if pts == nil {
			continue
		}
		lines = p.lp.coast(pts, area, lines)
		for _, q := range p.lp.polygon(pts, area) {
			fills.pts = append(fills.pts, point{float32(q.x), float32(q.y)})
		}
		fills.end()
	}
	p.shallows(lines)
	p.b.path = fills
	p.b.fill(opaque(p.st.Land))
	if p.st.Coast != nil {
		p.strokes(lines, 1.1*k, p.st.Coast)
	}
}

func (p *basePainter) strokes(lines [][]xy, w float64, c color.Color) {
	for _, l := range lines {
		pts := make([]point, len(l))
		for i, q := range l {
			pts[i] = point{float32(q.x), float32(q.y)}
		}
		p.b.path.polyline(pts, float32(w))
	}
	p.b.fill(c)
}

// within is the whole pixels inside b, so that a layer's border is never
// blended with what lies under it.
func within(b box) image.Rectangle {
	return image.Rect(int(math.Ceil(b.x0)), int(math.Ceil(b.y0)), int(math.Floor(b.x1)), int(math.Floor(b.y1)))
}
