package plot

import (
	"image"
	"image/draw"
	"math"
)

// shallowShrink is how much coarser than the picture the tint along the coast
// is drawn: it is soft, and so costs a fraction.
const shallowShrink = 4

// shallows tints the water along the coast, softly fading out to sea.
func (p *basePainter) shallows(lines [][]xy) {
	if p.st.Shallow == nil || len(lines) == 0 {
		return
	}
	w, h := p.v.Width/shallowShrink+2, p.v.Height/shallowShrink+2
	mask := p.coastMask(lines, w, h)
	r := max(1, int(math.Round(2.2*p.v.Scale)))
	for range 2 {
		blur(mask.Pix, w, h, r)
	}
	r16, g16, b16, _ := p.st.Shallow.RGBA()
	ink := [3]uint32{r16 >> 8, g16 >> 8, b16 >> 8}
	for y := p.b.clip.Min.Y; y < p.b.clip.Max.Y; y++ {
		row := p.b.dst.Pix[p.b.dst.PixOffset(0, y):]
		up, ty := y/shallowShrink, uint32(y%shallowShrink)
		a, b := mask.Pix[up*w:(up+1)*w], mask.Pix[(up+1)*w:(up+2)*w]
		for x := p.b.clip.Min.X; x < p.b.clip.Max.X; x++ {
			i, tx := x/shallowShrink, uint32(x%shallowShrink)
			top := uint32(a[i])*(shallowShrink-tx) + uint32(a[i+1])*tx
			low := uint32(b[i])*(shallowShrink-tx) + uint32(b[i+1])*tx
			m := (top*(shallowShrink-ty) + low*ty) / (shallowShrink * shallowShrink)
			if m == 0 {
				continue
			}
			px := row[4*x : 4*x+3 : 4*x+3]
			px[0] = uint8((uint32(px[0])*(255-m) + ink[0]*m + 127) / 255)
			px[1] = uint8((uint32(px[1])*(255-m) + ink[1]*m + 127) / 255)
			px[2] = uint8((uint32(px[2])*(255-m) + ink[2]*m + 127) / 255)
		}
	}
}

// coastMask strokes the coast broadly, at the coarse size.
func (p *basePainter) coastMask(lines [][]xy, w, h int) *image.Alpha {
	b := newBrush(image.NewRGBA(image.Rect(0, 0, w, h)))
	width := float32(14 * p.v.Scale / shallowShrink)
	for _, l := range lines {
		pts := make([]point, 0, len(l))
		for i, q := range l {
			at := point{float32(q.x / shallowShrink), float32(q.y / shallowShrink)}
			if n := len(pts); n > 0 && i < len(l)-1 && math.Abs(float64(at.X-pts[n-1].X))+math.Abs(float64(at.Y-pts[n-1].Y)) < 1 {
				continue
			}
			pts = append(pts, at)
		}
		b.path.polyline(pts, width)
	}
	b.fill(image.White)
	mask := image.NewAlpha(b.dst.Rect)
	draw.Draw(mask, mask.Rect, b.dst, image.Point{}, draw.Src)
	return mask
}

// blur is a box blur of radius r, across and down.
func blur(pix []uint8, w, h, r int) {
	line := make([]uint8, max(w, h))
	pass := func(at, step, n int) {
		sum := 0
		get := func(i int) int { return int(pix[at+max(0, min(n-1, i))*step]) }
		for i := -r; i <= r; i++ {
			sum += get(i)
		}
		for i := range n {
			line[i] = uint8(sum / (2*r + 1))
			sum += get(i+r+1) - get(i-r)
		}
		for i := range n {
			pix[at+i*step] = line[i]
		}
	}
	for y := range h {
		pass(y*w, 1, w)
	}
	for x := range w {
		pass(x, w, h)
	}
}
