package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/ui/plot"
)

// chartsOpen is the page with two charts of a ferry.
func chartsOpen(t *testing.T) *bridge {
	t.Helper()
	s := newSea()
	s.fill()
	b := open(t, s, nil)
	for _, p := range []string{"position /sog", "engine /oil_temp_c", "engine /rpm"} {
		topic, pointer, _ := strings.Cut(p, " ")
		b.charts.add(key("solent/ferries/red-falcon/"+topic, pointer))
	}
	b.goTo(pageCharts, true)
	b.draw()
	b.draw()
	return b
}

// TestChartsShareATimeAxis looks at two charts one below the other, in line.
func TestChartsShareATimeAxis(t *testing.T) {
	b := chartsOpen(t)
	p := b.charts
	if len(p.views) != 2 || len(p.shown) != 2 {
		t.Fatalf("%d charts are shown", len(p.views))
	}
	if a, c := p.shown[0], p.shown[1]; !a.From.Equal(c.From) || !a.To.Equal(c.To) || a.LeftRoom == 0 || a.LeftRoom != c.LeftRoom {
		t.Errorf("the charts show %v to %v and %v to %v, with room of %d and %d", a.From, a.To, c.From, c.To, a.LeftRoom, c.LeftRoom)
	}
	if v := p.views[1]; v.Position().Y <= p.views[0].Position().Y || v.Size().Height < leastChartHeight {
		t.Errorf("the second chart lies at %v, %v large", v.Position(), v.Size())
	}
	want := plot.Span{From: noon.Add(10 * time.Second), To: noon.Add(20 * time.Second)}
	p.views[1].OnSpan(want)
	b.draw()
	for i, spec := range p.shown {
		if !spec.From.Equal(want.From) || !spec.To.Equal(want.To) {
			t.Errorf("chart %d shows %v to %v after the zoom", i+1, spec.From, spec.To)
		}
	}
	if p.pause.Text != "Resume" {
		t.Errorf("a zoomed page offers to %s", p.pause.Text)
	}
	p.views[0].OnBack()
	b.draw()
	if p.pause.Text != "Pause" || p.shown[0].To.Equal(want.To) {
		t.Error("it does not go back")
	}
}

// TestChartEditor gives a series and a chart what can be given them.
func TestChartEditor(t *testing.T) {
	b := chartsOpen(t)
	e, line := b.charts.edit, func() ChartLine { return b.chart.get()[0].Lines[0] }
	b.charts.legend.OnSelect(lineKey(0, 0))
	if !e.line.Visible() || e.chart.Visible() || e.hint.Visible() {
		t.Fatal("the fields of a series are not shown")
	}
	e.axis.SetSelected(axisChoices().label(axisRight))
	e.step.SetChecked(true)
	e.normal[0].SetText("10")
	if line().Normal != nil {
		t.Error("half a range is a range")
	}
	e.normal[1].SetText("12.5")
	e.limits[1].SetText("14")
	e.limits[0].SetText("much")
	if l := line(); l.Axis != axisRight || !l.Step || *l.Normal != (Range{10, 12.5}) || *l.High != 14 || l.Low != nil {
		t.Errorf("the series is %+v", l)
	}
	b.draw()
	if s := b.charts.shown[0]; len(s.Bands) != 1 || len(s.Limits) != 1 {
		t.Errorf("the chart has %d bands and %d limits", len(s.Bands), len(s.Limits))
	}
	b.charts.legend.OnSelect(lineKey(0, 1))
	if axisChoices().key(e.axis.Selected) != "" || e.step.Checked || e.normal[0].Text != "" {
		t.Error("another series shows the fields of the first")
	}
	b.charts.legend.OnSelect(lineKey(0, 0))
	if e.normal[1].Text != "12.5" {
		t.Errorf("the range ends at %q", e.normal[1].Text)
	}
	e.on.SetSelected("New chart")
	if c := b.chart.get(); len(c) != 3 || len(c[2].Lines) != 1 || c[2].Lines[0].Axis != axisRight || e.key != lineKey(2, 0) {
		t.Errorf("the series moved: %+v, shown is %s", c, e.key)
	}
	b.charts.legend.OnSelect(chartKey(2))
	e.title.SetText("Speed")
	e.left[0].SetText("0")
	e.left[1].SetText("20")
	e.shift(-1)
	if c := b.chart.get(); c[1].Title != "Speed" || *c[1].Left != (Range{0, 20}) || e.key != chartKey(1) {
		t.Errorf("the chart is %+v", c)
	}
	b.charts.legend.OnCell(chartKey(1), legendRemove)
	if c := b.chart.get(); len(c) != 2 || !e.hint.Visible() {
		t.Errorf("%d charts are left", len(c))
	}
}

func TestChartExportMenu(t *testing.T) {
	b := chartsOpen(t)
	if m := b.charts.exportMenu(); len(m.Items) != 2 || m.Items[1].Label != "Chart 2" || len(m.Items[1].ChildMenu.Items) != len(chartFormats()) {
		t.Errorf("the menu of two charts has %d items", len(m.Items))
	}
	b.charts.legend.OnCell(chartKey(1), legendRemove)
	b.draw()
	if m := b.charts.exportMenu(); len(m.Items) != len(chartFormats()) || m.Items[1].Label != "Drawing as SVG" {
		t.Errorf("the menu of one chart has %d items", len(m.Items))
	}
}

// TestChartColumn shares the height out, and lets it scroll when it is too little.
func TestChartColumn(t *testing.T) {
	objects := []fyne.CanvasObject{newChartEditor(pageDeps{}).body, newChartEditor(pageDeps{}).body}
	if got := (chartColumn{}).MinSize(objects).Height; got != 2*leastChartHeight {
		t.Errorf("two charts are at least %v high", got)
	}
	chartColumn{}.Layout(objects, fyne.NewSize(300, 400))
	if a, c := objects[0], objects[1]; a.Position().Y != 0 || c.Position().Y != 200 || c.Size().Height != 200 || a.Size().Height >= 200 {
		t.Errorf("the charts lie at %v and %v", a.Position(), c.Position())
	}
}
