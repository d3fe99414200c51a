package plot

import (
	"errors"
	"image"
	"slices"

	"github.com/wcharczuk/go-chart/v2"
)

// Painter draws one chart again and again as it moves. It keeps what does not
// move, the axes with their text, the grid, bands and limits, as a picture of its
// own, and draws only the series anew over a copy of it. The result is that of
// [Chart], pixel for pixel.
//
// A time axis that moves with every picture makes everything move: give it ends
// on whole pixels, see [Snap]. The zero value is ready; a Painter is not safe for
// concurrent use.
type Painter struct {
	base *image.RGBA
	job  *chartJob // that base shows
	plot chart.Box
	kept int // pictures drawn over a base that was there already
}

// Chart draws spec as [Chart] does.
func (p *Painter) Chart(spec ChartSpec) (*image.RGBA, Layout, error) {
	if spec.Style.Font == nil {
		return nil, Layout{}, errors.New("draw chart: the style has no font")
	}
	j := newChartJob(spec)
	if err := p.prepare(j); err != nil {
		return nil, Layout{}, err
	}
	img := spec.Into
	if img == nil || img.Rect != p.base.Rect {
		img = image.NewRGBA(p.base.Rect)
	}
	copy(img.Pix, p.base.Pix)
	r := &imageRenderer{img: img, b: newBrush(img), font: spec.Style.Font}
	for i := range spec.Series {
		j.trace(i).Render(r, p.plot, nil, nil, chart.Style{})
	}
	return img, j.layout, nil
}

// prepare draws what does not move, unless it is there already.
func (p *Painter) prepare(j *chartJob) error {
	if p.job != nil && p.job.looksLike(j) {
		p.kept++
		j.layout, j.shift = p.job.layout, p.job.shift
		return nil
	}
	p.job = nil
	base, err := j.draw(p.base, false)
	if err != nil {
		return err
	}
	at := j.layout.Plot
	p.base, p.plot = base, chart.Box{Left: at.Min.X, Top: at.Min.Y, Right: at.Max.X, Bottom: at.Max.Y}
	p.job = j.withoutSamples()
	return nil
}

// withoutSamples is j without what must not be kept: samples that may change.
func (j *chartJob) withoutSamples() *chartJob {
	kept := *j
	kept.spec.Into = nil
	kept.spec.Bands, kept.spec.Limits = slices.Clone(j.spec.Bands), slices.Clone(j.spec.Limits)
	kept.spec.Series = slices.Clone(j.spec.Series)
	for i := range kept.spec.Series {
		kept.spec.Series[i].Times, kept.spec.Series[i].Values = nil, nil
	}
	return &kept
}

// looksLike reports whether two charts differ in their samples at most.
func (j *chartJob) looksLike(k *chartJob) bool {
	a, b := &j.spec, &k.spec
	return j.w == k.w && j.h == k.h && j.k == k.k && j.text == k.text &&
		j.from == k.from && j.to == k.to && j.known == k.known && j.loc == k.loc && j.values == k.values &&
		a.Legend == b.Legend && a.LeftRoom == b.LeftRoom && a.RightRoom == b.RightRoom && a.Style == b.Style &&
		slices.Equal(a.Bands, b.Bands) && slices.Equal(a.Limits, b.Limits) && slices.EqualFunc(a.Series, b.Series, sameKey)
}

// sameKey reports whether two series have the same place on the axes and in the
// legend.
func sameKey(a, b Series) bool {
	return a.Name == b.Name && a.Unit == b.Unit && a.Axis == b.Axis && a.Color == b.Color && a.Dash == b.Dash
}
