package plot

import (
	"image"
	"image/color"
	"math"
)

// overlay draws what moves: fences, tracks, symbols, labels, small print.
type overlay struct {
	m     *MapRenderer
	spec  *MapSpec
	st    *MapStyle
	v     View
	k     float64
	b     *brush
	taken []image.Rectangle // where labels may not go
	tries int
}

func newOverlay(m *MapRenderer, spec *MapSpec, img *image.RGBA) *overlay {
	return &overlay{m: m, spec: spec, st: &spec.Style, v: spec.View, k: spec.View.Scale, b: newBrush(img)}
}

func (o *overlay) draw() {
	for i := range o.spec.Fences {
		o.fence(&o.spec.Fences[i])
	}
	for i := range o.spec.Tracks {
		o.track(&o.spec.Tracks[i])
	}
	o.smallPrint()
	for _, selected := range []bool{false, true} {
		for i := range o.spec.Symbols {
			if s := &o.spec.Symbols[i]; s.Selected == selected {
				o.symbol(s)
			}
		}
	}
	for _, selected := range []bool{true, false} {
		for i := range o.spec.Symbols {
			if s := &o.spec.Symbols[i]; s.Selected == selected {
				o.label(s)
			}
		}
	}
	for i := range o.spec.Fences {
		o.fenceName(&o.spec.Fences[i])
	}
}

// fence draws a geofence as a pale disc with a dashed edge.
func (o *overlay) fence(f *Fence) {
	if o.st.Fence == nil || f.Radius <= 0 || !f.Center.Valid() {
		return
	}
	x, y := o.v.ToPixel(f.Center)
	r := f.Radius / o.v.groundPerPixel(f.Center.Lat)
	if r < 3*o.k || !o.near(x, y, r) || r > maxCoord/4 {
		return
	}
	o.b.path.circle(x, y, r)
	o.b.fill(fade(o.st.Fence, 0.10))
	n := max(12, int(2*math.Pi*r/(9*o.k)))
	n = min(n, 720)
	for i := range n {
		a := 2 * math.Pi * float64(i) / float64(n)
		b := a + math.Pi/float64(n)
		var arc path
		arc.arc(x, y, r, a, b)
		o.b.path.polyline(arc.pts, float32(1.2*o.k))
	}
	o.b.fill(fade(o.st.Fence, 0.75))
}

// fenceName writes the name below the fence, when the fence is not tiny.
func (o *overlay) fenceName(f *Fence) {
	if f.Name == "" || !f.Center.Valid() {
		return
	}
	x, y := o.v.ToPixel(f.Center)
	r := f.Radius / o.v.groundPerPixel(f.Center.Lat)
	if r < 8*o.k || r > float64(o.v.Width) || !o.near(x, y, r) {
		return
	}
	if s := o.sprite(f.Name, "", o.st.Muted, 0.92); s != nil {
		w, h := s.Rect.Dx(), s.Rect.Dy()
		for _, top := range []float64{y + r + 2*o.k, y - r - 2*o.k - float64(h)} {
			at := image.Rect(0, 0, w, h).Add(image.Pt(int(x)-w/2, int(top)))
			if o.put(s, at) {
				return
			}
		}
	}
}

// near reports whether a disc touches the picture.
func (o *overlay) near(x, y, r float64) bool {
	return finite(x) && finite(y) && x+r >= 0 && y+r >= 0 && x-r <= float64(o.v.Width) && y-r <= float64(o.v.Height)
}

// fadeSteps is how many tones a track fades through.
const fadeSteps = 10

// track draws a line that fades with age, one fill for each tone.
func (o *overlay) track(t *Track) {
	if t.Color == nil || len(t.Points) < 2 {
		return
	}
	width := t.Width * o.k
	if width <= 0 {
		width = 2 * o.k
	}
	view := box{-width, -width, float64(o.v.Width) + width, float64(o.v.Height) + width}
	var tones [fadeSteps]path
	var last xy
	for i, p := range t.Points {
		x, y := o.v.ToPixel(p.At)
		at := xy{x, y}
		if i > 0 && math.Abs(at.x-last.x) < float64(o.v.Width)*4 {
			if a, b, ok := view.segment(last, at); ok {
				tone := min(fadeSteps-1, max(0, int(p.Age*fadeSteps)))
				q := &tones[tone]
				q.line(point{float32(a.x), float32(a.y)}, point{float32(b.x), float32(b.y)}, float32(width))
				q.joint(point{float32(b.x), float32(b.y)}, float32(width)/2)
			}
		}
		last = at
	}
	for i := fadeSteps - 1; i >= 0; i-- {
		o.b.path = tones[i]
		o.b.fill(fade(t.Color, 0.85*(1-float64(i)/fadeSteps)+0.04))
	}
}

// smallPrint writes the scale bar and the attribution.
func (o *overlay) smallPrint() {
	f := o.st.Font
	if f == nil {
		return
	}
	size := o.st.TextSize * 0.8 * o.k
	if a := o.spec.Attribution; a != "" && o.st.Muted != nil {
		a = f.Cut(a, size, float64(o.v.Width)*0.7)
		w := f.Measure(a, size)
		x, y := float64(o.v.Width)-w-6*o.k, float64(o.v.Height)-6*o.k
		f.Draw(o.b.dst, a, x, y, size, o.st.Muted)
		o.taken = append(o.taken, image.Rect(int(x), int(y-size), o.v.Width, o.v.Height))
	}
	if o.spec.ScaleBar && o.st.Text != nil {
		o.scaleBar(size)
	}
}

// scaleBar draws a round length, at most 120 units long.
func (o *overlay) scaleBar(size float64) {
	ground := o.v.MetresPerPixel()
	unit, name := 1.0, "m"
	if longest := 120 * o.k * ground; o.spec.Nautical && longest >= 185 {
		unit, name = 1852, "nm"
	} else if longest >= 1000 {
		unit, name = 1000, "km"
	}
	length := floor125(120 * o.k * ground / unit)
	w := float32(length * unit / ground)
	x, y, t := float32(12*o.k), float32(float64(o.v.Height)-10*o.k), float32(1.5*o.k)
	p := &o.b.path
	draw := func(grow float32, c color.Color) {
		p.rect(x-grow, y-t-grow, x+w+grow, y+grow)
		p.rect(x-grow, y-4*t-grow, x+t+grow, y+grow)
		p.rect(x+w-t-grow, y-4*t-grow, x+w+grow, y+grow)
		o.b.fill(c)
	}
	if o.st.Halo != nil {
		draw(t, fade(o.st.Halo, 0.6))
	}
	draw(0, o.st.Text)
	text := valueLabel(length, length) + " " + name
	if s := o.sprite(text, "", o.st.Text, 0.85); s != nil {
		at := s.Rect.Add(image.Pt(int(x)+int(6*o.k), int(float64(y)-float64(s.Rect.Dy())-2*o.k)))
		o.put(s, at)
	}
	o.taken = append(o.taken, image.Rect(int(x), int(float64(y)-2*size), int(x+w), int(y)))
}

// floor125 is the greatest of 1, 2, 5 times a power of ten that is at most v.
func floor125(v float64) float64 {
	if v <= 0 || !finite(v) {
		return 1
	}
	p := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{5, 2} {
		if m*p <= v {
			return m * p
		}
	}
	return p
}
