//go:build linux

package e2e

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"net"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// The pages, by their place in the rail on the left.
const (
	overview = iota
	topics
	devices
	chart // of the sea
	charts
)

// large and small are the sizes of window that the tests use.
var (
	large = image.Pt(1280, 800)
	small = image.Pt(1024, 640)
)

// banner is where a window of the large size says what is wrong with the link.
var banner = image.Rect(84, 44, 1268, 80)

// window is the program in a window, with a broker at an address.
type window struct {
	desktop.Tester
	t       *testing.T
	started time.Time
	address string
}

// setup is how a window is opened.
type setup struct {
	size image.Point // large when zero
	dir  string      // a new one when empty
	args []string
	env  []string
}

// open starts the program with a free port for devices and gives its window a
// size.
func open(t *testing.T, s setup) *window {
	t.Helper()
	if s.size == (image.Point{}) {
		s.size = large
	}
	w := start(t, s)
	w.Step(func(ctx context.Context) error { return w.Resize(ctx, s.size) })
	w.Sees(fmt.Sprintf("a window of %v", s.size), func(p image.Image) bool { return p.Bounds().Size() == s.size })
	// Out of the way: what is under the pointer is drawn as hovered.
	w.point(image.Pt(s.size.X-1, 0))
	return w
}

// start starts the program and leaves its window as it comes.
func start(t *testing.T, s setup) *window {
	t.Helper()
	if s.dir == "" {
		s.dir = t.TempDir()
	}
	w := &window{t: t, address: freeAddress(t), started: time.Now()}
	w.Tester = desktop.Open(t, program, desktop.Options{
		Args:  append([]string{"--data-dir", s.dir, "--listen", w.address}, s.args...),
		Env:   append([]string{"FYNE_THEME=dark"}, s.env...),
		Width: s.size.X, Height: s.size.Y,
	})
	return w
}

// end ends the program as a desktop session does, and fails the test unless it
// ends by itself in time and without complaint.
func (w *window) end() {
	w.t.Helper()
	if err := w.Process().Stop(); err != nil {
		w.t.Fatalf("%v; it said:\n%s", err, w.Process().Output())
	}
	if err := w.Process().Err(); err != nil {
		w.t.Fatalf("the program ended with %v; it said:\n%s", err, w.Process().Output())
	}
}

// point moves the pointer.
func (w *window) point(at image.Point) {
	w.t.Helper()
	w.Step(func(ctx context.Context) error { return w.Move(ctx, at) })
}

// isOn waits until a page is the one marked in the rail.
func (w *window) isOn(page int) {
	w.t.Helper()
	w.Sees(fmt.Sprintf("page %d marked in the rail", page+1), func(p image.Image) bool { return marked(p) == page })
}

// marked is the page marked in the rail, by the bar at the window's edge; -1
// when there is none.
func marked(p image.Image) int {
	const first, every = 37, 58
	empty := p.At(1, p.Bounds().Max.Y-40)
	for page := overview; page <= charts; page++ {
		if !desktop.Near(p.At(1, first+page*every), empty, 24) {
			return page
		}
	}
	return -1
}

// search finds something by the search that works everywhere, and goes there.
func (w *window) search(text string) {
	w.t.Helper()
	w.Press("ctrl+k")
	w.Enter(text)
	w.Press("Return")
}

// changes waits until an area no longer looks as it did.
func (w *window) changes(what string, before image.Image, area image.Rectangle) image.Image {
	w.t.Helper()
	return w.sees(what, func(p image.Image) bool { return desktop.Difference(before, p, area) > 0 })
}

// sees waits as Sees does, and returns the picture that satisfied.
func (w *window) sees(what string, holds func(image.Image) bool) image.Image {
	w.t.Helper()
	var seen image.Image
	w.Sees(what, func(p image.Image) bool {
		seen = p
		return holds(p)
	})
	return seen
}

// within waits as sees does, for so long only.
func (w *window) within(limit time.Duration, what string, holds func(image.Image) bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := w.Wait(ctx, what, holds); err != nil {
		w.t.Fatal(err)
	}
}

// seconds waits until the clock in the window has gone on n times.
func (w *window) seconds(n int) {
	w.t.Helper()
	before := w.Shot()
	right := before.Bounds().Max.X
	clock := image.Rect(right-80, 8, right-4, 32)
	for range n {
		before = w.changes("the clock go on", before, clock)
	}
}

// ink is the share of an area's pixels that are not of its lower right corner's
// colour.
func ink(p image.Image, area image.Rectangle) float64 {
	return 1 - desktop.Share(p, area, p.At(area.Max.X-1, area.Max.Y-1))
}

// shifted is a picture seen from elsewhere.
type shifted struct {
	image.Image
	by image.Point
}

func (s shifted) At(x, y int) color.Color { return s.Image.At(x+s.by.X, y+s.by.Y) }

// freeAddress is an address on this machine where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// settled waits until an area looks the same in pictures one second apart, and
// returns the last of them.
func (w *window) settled(what string, area image.Rectangle) image.Image {
	w.t.Helper()
	const still = time.Second
	last, since := w.Shot(), time.Now()
	return w.sees(what+" at rest", func(p image.Image) bool {
		if desktop.Difference(last, p, area) > 0 {
			last, since = p, time.Now()
		}
		return time.Since(since) >= still
	})
}
