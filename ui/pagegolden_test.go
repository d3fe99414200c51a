package ui

import (
	"fmt"
	"image"
	"testing"

	"github.com/pilothouse/pilothouse/ui/plot/plottest"
	"github.com/pilothouse/pilothouse/ui/uitest"
)

var _ = plottest.Flag()

// pictured are the sizes and themes that the pages are pictured in: those of a field
// laptop in both themes, and a large screen.
var pictured = []struct {
	name          string
	theme         string
	width, height float32
	pages         []string
}{
	{"dark", "dark", 1024, 640, PageNames()},
	{"light", "light", 1024, 640, PageNames()},
	{"large", "light", 1920, 1080, []string{pageOverview, pageBoards}},
}

// TestPagesGolden compares every page, with something of everything on it, with its
// pictures. Run with -update-golden after a change that was meant, and look.
func TestPagesGolden(t *testing.T) {
	uitest.Painting(t)
	for _, as := range pictured {
		t.Run(as.name, func(t *testing.T) {
			s := newSea()
			s.fill()
			b := open(t, s, func(o *Options) {
				o.Settings.Theme, o.Settings.Width, o.Settings.Height = as.theme, as.width, as.height
				o.Watch, o.Boards, o.User = busyGuard(s), boardsOf(everyTile()...), "anna"
			})
			b.chart.add(key(falconRoot+"/position", "/sog"))
			b.chart.add(key("kitchen/thermometer", ""))
			b.chart.add(key(falconRoot+"/engine", "/oil_temp_c"))
			for _, page := range as.pages {
				b.goTo(page, true)
				switch page {
				case pageTopics:
					b.openTopic(falconRoot + "/position")
				case pageDevices:
					b.openDevice(falconRoot)
				case pageMap:
					b.openMap(falconRoot)
				}
				for range 2 {
					b.draw()
					uitest.Arrange(b.win.Canvas())
				}
				picture := b.win.Canvas().Capture()
				if size := picture.Bounds().Size(); size != image.Pt(int(as.width), int(as.height)) {
					t.Errorf("the picture of %s is %v large", page, size)
				}
				plottest.Golden(t, fmt.Sprintf("pages/%s_%s.png", page, as.name), picture)
			}
		})
	}
}
