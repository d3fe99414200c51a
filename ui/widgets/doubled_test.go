package widgets

import (
	"image"
	"image/color"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/pilothouse/pilothouse/ui/plot"
)

// TestDoubledGolden pictures what draws its own pixels on a screen with two of them
// to a unit: as large as elsewhere, and with twice the detail.
func TestDoubledGolden(t *testing.T) {
	for _, c := range []struct {
		widget string
		w, h   float32
		build  func() fyne.CanvasObject
	}{
		{"chartview", 260, 130, func() fyne.CanvasObject { return chartShown(t) }},
		{"mapview", 300, 130, func() fyne.CanvasObject { return mapShown(t) }},
		{"gauge", 120, 110, func() fyne.CanvasObject {
			g := NewGauge()
			g.SetMeter(meters()["warning"], "0", "25")
			return g
		}},
		{"barview", 120, 60, func() fyne.CanvasObject {
			b := NewBarView()
			b.SetMeter(meters()["alarm"], "0", "25")
			return b
		}},
		{"sparkline", 120, 28, func() fyne.CanvasObject {
			s := NewSparkline(ColorTrace1)
			s.SetValues([]float64{1, 2, 3, 2, 4, 6, 5, 7, 3, 8})
			return s
		}},
		{"shape", 8 * 14, 14, func() fyne.CanvasObject {
			row := container.NewHBox()
			for _, s := range statuses() {
				row.Add(NewStatusShape(s, 14))
			}
			return row
		}},
		{"tile", 240, 150, func() fyne.CanvasObject {
			tile := NewTile()
			tile.SetData(ferryTile())
			return tile
		}},
		{"rows", 420, 28 * 3, func() fyne.CanvasObject { return sparkRows() }},
		{"timeline", 300, timelineHeight, func() fyne.CanvasObject {
			return timelineOf(func(d *TimelineData) { d.At = d.Now.Add(-5 * time.Minute) })
		}},
		{"pictureview", 80, 60, func() fyne.CanvasObject { return squares() }},
	} {
		goldenAt(t, 2, c.widget+"/doubled", c.w, c.h, c.build)
	}
}

// sparkRows is a short list with a curve in a row.
func sparkRows() *Rows {
	spark := plot.Spark([]float64{3, 4, 2, 5, 8, 6, 7, 9}, 150, 44, plot.SparkStyle{Color: color.NRGBA{0x58, 0xa6, 0xe0, 0xff}, Width: 2})
	r := NewRowsWithoutHeader(topicColumns())
	r.SetRows(3, 0, []Row{
		{Key: "a", Expander: ExpanderOpen, Cells: []Cell{{Text: "ferries", Bold: true}}},
		{Key: "b", Depth: 1, Status: StatusAlive, Cells: []Cell{{Text: "red"}, {Text: "12.4"}, {Text: "1.0 /s"}, {Spark: spark}}},
		{Key: "c", Depth: 1, Status: StatusLost, Cells: []Cell{{Text: "blue"}, {Text: "!!", Color: ColorLost}, {Text: "0.0 /s"}}},
	})
	return r
}

// squares is a view of a picture of few and large ones.
func squares() *PictureView {
	img := image.NewRGBA(image.Rect(0, 0, 8, 6))
	for i := range 48 {
		img.SetRGBA(i%8, i/8, color.RGBA{uint8(30 * (i % 8)), uint8(40 * (i / 8)), 128, 255})
	}
	p := NewPictureView()
	p.SetPicture(img, "")
	return p
}
