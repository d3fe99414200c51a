package plot

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

const (
	// symbolRadius is the reach of a symbol in logical units.
	symbolRadius = 9
	// maxLabels bounds the labels tried on one map; further symbols go
	// without.
	maxLabels = 400
	// maxSprites bounds the labels that are kept drawn.
	maxSprites = 2000
)

// symbol draws one thing with a halo, so that it stands out on land and water.
func (o *overlay) symbol(s *Symbol) {
	if !s.At.Valid() || s.Color == nil {
		return
	}
	x, y := o.v.ToPixel(s.At)
	if r := symbolRadius * 2 * o.k; !o.near(x, y, r) {
		return
	}
	if s.Ahead > 0 && !math.IsNaN(s.Heading) {
		o.ahead(s, x, y)
	}
	if s.Selected && o.st.Accent != nil {
		o.b.path.circle(x, y, 15*o.k)
		o.b.fill(fade(o.st.Accent, 0.18))
		o.b.path.ring(x, y, 15*o.k, 1.6*o.k)
		o.b.fill(o.st.Accent)
	}
	if o.st.Halo != nil {
		o.b.silhouette(s, x, y, o.k, 1.8)
		o.b.fill(fade(o.st.Halo, 0.85))
	}
	o.b.silhouette(s, x, y, o.k, 0)
	if s.Stale {
		o.b.hollow(s, x, y, o.k)
		o.b.fill(fade(s.Color, 0.6))
	} else {
		o.b.fill(s.Color)
	}
	o.badge(s, x, y)
	r := int(symbolRadius * o.k)
	o.taken = append(o.taken, image.Rect(int(x)-r, int(y)-r, int(x)+r, int(y)+r))
}

// ahead draws a thin line over the distance the vessel will make.
func (o *overlay) ahead(s *Symbol, x, y float64) {
	ex, ey := o.v.ToPixel(s.At.Move(s.Heading, s.Ahead))
	view := box{0, 0, float64(o.v.Width), float64(o.v.Height)}
	if a, b, ok := view.segment(xy{x, y}, xy{ex, ey}); ok {
		pts := []point{{float32(a.x), float32(a.y)}, {float32(b.x), float32(b.y)}}
		o.b.path.dashed(pts, float32(1.3*o.k), 4*o.k, 3*o.k)
		o.b.fill(fade(s.Color, 0.8))
	}
}

// badge adds the shape of liveness at the lower right, if it is not well.
func (o *overlay) badge(s *Symbol, x, y float64) {
	if s.Status == StatusNone || s.Status == StatusAlive || s.StatusColor == nil {
		return
	}
	bx, by, r := x+9*o.k, y+8*o.k, 5.5*o.k
	if o.st.Halo != nil {
		o.b.path.circle(bx, by, r+1.6*o.k)
		o.b.fill(o.st.Halo)
	}
	o.b.status(s.Status, bx, by, r, s.StatusColor)
	reach := int(r + o.k)
	o.taken = append(o.taken, image.Rect(int(bx)-reach, int(by)-reach, int(bx)+reach, int(by)+reach))
}

// silhouette adds the outline of a symbol, grown by some logical units.
func (b *brush) silhouette(s *Symbol, x, y, k, grow float64) {
	switch {
	case s.Kind == SymbolVessel && !math.IsNaN(s.Heading):
		b.path.hull(x, y, s.Heading, k, k*grow)
	case s.Kind == SymbolBuoy:
		r := (5 + grow) * k
		b.path.add(point{float32(x), float32(y - r*1.5)}, point{float32(x + r), float32(y)},
			point{float32(x), float32(y + r*1.5)}, point{float32(x - r), float32(y)})
	default:
		b.path.circle(x, y, (5.5+grow)*k)
	}
}

// hollow cuts the inside out of a silhouette.
func (b *brush) hollow(s *Symbol, x, y, k float64) {
	n := len(b.path.pts)
	b.silhouette(s, x, y, k, -1.8)
	reverse(b.path.pts[n:])
}

// hull adds a ship seen from above, bow forward, whose edge is moved outwards by
// grow pixels.
func (p *path) hull(x, y, heading, unit, grow float64) {
	outline := [...][2]float64{{0, -11}, {2.6, -7}, {4.4, -2}, {4.6, 3}, {4.2, 8}, {3.2, 9.5}, {-3.2, 9.5}, {-4.2, 8}, {-4.6, 3}, {-4.4, -2}, {-2.6, -7}}
	s, c := math.Sincos(heading * math.Pi / 180)
	for _, q := range outline {
		px, py := q[0]*unit+sign(q[0])*grow, q[1]*unit+sign(q[1])*grow
		p.pts = append(p.pts, point{float32(x + px*c - py*s), float32(y + px*s + py*c)})
	}
	p.end()
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

type labelKey struct {
	text, note string
	ink        color.Color
	size       float64
}

// sprite is a line of text with a halo, kept for the next frame.
func (o *overlay) sprite(text, note string, ink color.Color, size float64) *image.RGBA {
	f := o.st.Font
	if f == nil || ink == nil || text+note == "" {
		return nil
	}
	px := math.Round(o.st.TextSize * size * o.k)
	key := labelKey{text, note, ink, px}
	if s := o.m.labels[key]; s != nil {
		return s
	}
	if len(o.m.labels) >= maxSprites {
		clear(o.m.labels)
	}
	text = f.Cut(text, px, 220*o.k)
	gap := 0.0
	if note != "" {
		gap = px * 0.4
		note = f.Cut(note, px, 220*o.k)
	}
	wide := f.Measure(text, px)
	pad := math.Ceil(1.6 * o.k)
	up, down := f.Height(px)
	s := image.NewRGBA(image.Rect(0, 0, int(wide+gap+f.Measure(note, px)+2*pad)+1, int((up+down)*0.92+2*pad)))
	write := func(dx, dy float64, a, b color.Color) {
		f.Draw(s, text, pad+dx, pad+up*0.92+dy, px, a)
		if note != "" {
			f.Draw(s, note, pad+dx+wide+gap, pad+up*0.92+dy, px, b)
		}
	}
	if o.st.Halo != nil {
		for i := range 12 {
			sn, cs := math.Sincos(float64(i) * math.Pi / 6)
			write(cs*pad*0.9, sn*pad*0.9, o.st.Halo, o.st.Halo)
		}
	}
	quiet := o.st.Muted
	if quiet == nil {
		quiet = ink
	}
	write(0, 0, ink, quiet)
	o.m.labels[key] = s
	return s
}

// label writes a symbol's name where there is room: right, left, below, above.
func (o *overlay) label(s *Symbol) {
	if s.Label+s.Note == "" || !s.At.Valid() || o.tries >= maxLabels {
		return
	}
	x, y := o.v.ToPixel(s.At)
	if !o.near(x, y, 0) {
		return
	}
	o.tries++
	img := o.sprite(s.Label, s.Note, o.st.Text, 1)
	if img == nil {
		return
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	d := int(12 * o.k)
	if s.Selected {
		d = int(18 * o.k)
	}
	cx, cy := int(x), int(y)
	for _, at := range []image.Point{{cx + d, cy - h/2}, {cx - d - w, cy - h/2}, {cx - w/2, cy + d}, {cx - w/2, cy - d - h}} {
		if o.put(img, img.Rect.Add(at)) {
			return
		}
	}
	if s.Selected { // must be readable, whatever it covers
		o.paste(img, img.Rect.Add(image.Pt(cx+d, cy-h/2)))
	}
}

// put pastes a sprite if nothing is there yet.
func (o *overlay) put(s *image.RGBA, at image.Rectangle) bool {
	if !at.In(o.b.dst.Rect) {
		return false
	}
	for _, t := range o.taken {
		if t.Overlaps(at) {
			return false
		}
	}
	o.paste(s, at)
	return true
}

func (o *overlay) paste(s *image.RGBA, at image.Rectangle) {
	draw.Draw(o.b.dst, at, s, image.Point{}, draw.Over)
	o.taken = append(o.taken, at)
}
