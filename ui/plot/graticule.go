package plot

import (
	"fmt"
	"math"

	"github.com/pilothouse/pilothouse/model"
)

// graticuleSteps are the spacings of meridians and parallels in minutes of
// arc.
func graticuleSteps() []float64 {
	return []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800}
}

// graticule draws meridians and parallels, labelled along the left and the
// upper edge.
func (p *basePainter) graticule() {
	if p.st.Grid == nil {
		return
	}
	want := 150 * p.v.Scale * p.v.perPixel() / worldWidth * 360 * 60 // minutes of longitude in 150 units
	steps := graticuleSteps()
	step := steps[len(steps)-1]
	for _, s := range steps {
		if s >= want {
			step = s
			break
		}
	}
	lo, hi := p.v.frame(0)
	w, h := float32(p.v.Width), float32(p.v.Height)
	line := float32(math.Max(1, math.Floor(p.v.Scale)))
	var labels []gridLabel
	for m := math.Ceil(lo.x / worldWidth * 360 * 60 / step); m*step <= hi.x/worldWidth*360*60; m++ {
		lon := m * step / 60
		x := float32(math.Round(p.lp.pixel(mercator{x: lon / 360 * worldWidth}, 0).x))
		p.b.path.rect(x, 0, x+line, h)
		labels = append(labels, gridLabel{degrees(math.Mod(lon+540, 360)-180, step, "E", "W"), x, 0, true})
	}
	south, north := lo.place().Lat, hi.place().Lat
	for m := math.Ceil(south * 60 / step); m*step <= north*60; m++ {
		y := float32(math.Round(p.lp.pixel(project(model.LatLon{Lat: m * step / 60}), 0).y))
		p.b.path.rect(0, y, w, y+line)
		labels = append(labels, gridLabel{degrees(m*step/60, step, "N", "S"), 0, y, false})
	}
	p.b.fill(p.st.Grid)
	p.gridLabels(labels)
}

type gridLabel struct {
	text   string
	x, y   float32
	across bool
}

func (p *basePainter) gridLabels(labels []gridLabel) {
	f := p.st.Font
	if f == nil || p.st.Muted == nil {
		return
	}
	k, size := p.v.Scale, p.st.TextSize*0.8*p.v.Scale
	for _, l := range labels {
		x, y := float64(l.x)+4*k, float64(l.y)-4*k
		if l.across {
			y = size + 2*k
		} else if x = 4 * k; y < 3*size {
			continue // the corner belongs to the meridians
		}
		f.Draw(p.b.dst, l.text, x, y, size, fade(p.st.Muted, 0.8))
	}
}

// degrees writes an angle with as many digits as a spacing of step minutes
// needs.
func degrees(v, step float64, positive, negative string) string {
	side := positive
	if v < 0 {
		side, v = negative, -v
	}
	minutes := math.Round(v*600) / 10
	d := math.Floor(minutes / 60)
	m := minutes - 60*d
	switch {
	case step < 1:
		return fmt.Sprintf("%.0f°%04.1f′%s", d, m, side)
	case step < 60:
		return fmt.Sprintf("%.0f°%02.0f′%s", d, m, side)
	}
	return fmt.Sprintf("%.0f°%s", d, side)
}
