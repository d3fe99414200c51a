package ui

import (
	"bytes"
	"image"
	_ "image/jpeg" // JPEG and PNG payloads are shown
	_ "image/png"
	"time"

	"fyne.io/fyne/v2"
	"golang.org/x/image/draw"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/board"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// chartTile is a chart of the series that match.
type chartTile struct {
	matches board.Matches
	view    *widgets.ChartView
	want    box[chartWant]
	painter plot.Painter // presenter's goroutine
}

func newChartTile(p *boardsPage) *chartTile {
	t := &chartTile{view: widgets.NewChartView()}
	t.view.OnResize = func(width, height int, scale float64) {
		t.want.update(func(w *chartWant) { w.sizes = []chartSize{{width, height, scale}} })
		p.deps.poke()
	}
	return t
}

func (t *chartTile) object() fyne.CanvasObject { return t.view }

// chartSeconds is the time that a chart shows when its tile does not say.
const chartSeconds = 300

func (t *chartTile) build(in *board.Instance, c *tileContext, head *widgets.TileHead) func() {
	tile := &in.Tile
	topics, more := t.matches.Find(c.store, tile.Topic, maxChartSeries, c.now)
	if more {
		head.Age = i18n.Tf("the first %d series", maxChartSeries)
	}
	var chart Chart
	for _, path := range topics {
		chart.Lines = append(chart.Lines, ChartLine{Key: model.SeriesKey{Topic: path, Pointer: tile.Field}})
	}
	w := t.want.get()
	w.window = chartSeconds * time.Second
	if tile.Seconds > 0 {
		w.window = time.Duration(tile.Seconds) * time.Second
	}
	if tile.Min != nil && tile.Max != nil {
		chart.Left = &Range{*tile.Min, *tile.Max}
	}
	spec := chartSpecs(c.store, &chartPast{}, []Chart{chart}, w, c.look, c.now)[0]
	spec.Legend = len(spec.Series) > 1
	if tile.Unit != "" {
		for i := range spec.Series {
			spec.Series[i].Unit = tile.Unit
		}
	}
	if spec.Width == 0 || spec.Height == 0 {
		return nil
	}
	img, layout, err := t.painter.Chart(spec)
	if err != nil {
		head.Fault = i18n.Tf("This chart cannot be drawn: %v", errorText(err))
		return nil
	}
	return func() {
		t.view.SetChart(img, layout, func(x float64) []plot.Reading { return layout.ReadOut(spec, x) })
	}
}

// mapTile shows where devices are: those whose topic matches, or all.
type mapTile struct {
	page     *boardsPage
	renderer *plot.MapRenderer // presenter's goroutine
	fitted   int               // devices that the view was fitted to; presenter's goroutine
	view     *widgets.MapView
	at       plot.View
	symbols  []plot.Symbol
	want     box[mapTileWant]
}

type mapTileWant struct {
	view  plot.View
	moved bool // by the operator: it is not fitted any more
}

func newMapTile(p *boardsPage) *mapTile {
	t := &mapTile{page: p, renderer: plot.NewMapRenderer(p.land), view: widgets.NewMapView(portsView(p.deps.store.Ports()))}
	t.view.OnView = func(v plot.View) {
		t.want.update(func(w *mapTileWant) { w.view = v })
		p.deps.poke()
	}
	t.view.OnMove = func() { t.want.update(func(w *mapTileWant) { w.moved = true }) }
	t.view.OnFit = func() {
		t.want.update(func(w *mapTileWant) { w.moved = false })
		p.deps.poke()
	}
	t.view.OnTap = func(x, y float64) {
		if key, ok := plot.HitSymbol(t.at, t.symbols, x, y, mapTapReach*t.at.Scale); ok {
			p.deps.openDevice(key)
		}
	}
	return t
}

func (t *mapTile) object() fyne.CanvasObject { return t.view }

// fitPad is the air round the devices that a map is fitted to, in logical units.
const fitPad = 40

func (t *mapTile) build(in *board.Instance, c *tileContext, _ *widgets.TileHead) func() {
	w := t.want.get()
	if w.view.Width == 0 || w.view.Height == 0 {
		return nil
	}
	all, _ := c.store.MapDevices(mapDevices, mapTrackPoints)
	devices := all[:0]
	for i := range all {
		if f := in.Tile.Topic; f == "" || model.MatchTopic(f, all[i].Root) || model.MatchTopic(f, all[i].Root+"/position") {
			devices = append(devices, all[i])
		}
	}
	view := w.view
	refit := !w.moved && len(devices) != t.fitted
	if refit {
		view = fitDevices(view, devices)
	}
	spec := mapSpec(devices, c.store.Ports(), mapWant{view: view}, c.look, c.now)
	img := t.renderer.Render(spec)
	t.fitted = len(devices)
	if w.moved {
		t.fitted = -1
	}
	return func() {
		if refit {
			t.view.SetView(view)
		}
		t.symbols, t.at = spec.Symbols, view
		t.view.SetImage(img, view)
	}
}

// fitDevices is a view of all devices; of one, its surroundings.
func fitDevices(v plot.View, devices []model.MapDevice) plot.View {
	places := make([]model.LatLon, len(devices))
	for i := range devices {
		places[i] = devices[i].Position.LatLon
	}
	switch len(places) {
	case 0:
		return v
	case 1:
		v.Center = places[0]
		return v
	}
	return v.Fit(places, fitPad)
}

// Bounds of pictures in payloads.
const (
	maxPictureBytes  = 8 << 20
	maxPicturePixels = 12 << 20
	// decoders is how many pictures are decoded at a time.
	decoders = 2
	// shownSide is the longest side that a picture is kept with, in pixels.
	shownSide = 2048
)

// imageTile shows the latest picture of the topics that match. It is decoded by
// a goroutine of its own, one picture at a time; pictures that come meanwhile are
// passed over.
type imageTile struct {
	page    *boardsPage
	matches board.Matches
	seen    imageStamp // presenter's goroutine: what was decoded last
	view    *widgets.PictureView
	result  box[decoded]
}

// imageStamp names a message.
type imageStamp struct {
	topic    string
	messages uint64
}

type decoded struct {
	picture image.Image
	why     string
	busy    bool
}

func newImageTile(p *boardsPage) *imageTile {
	return &imageTile{page: p, view: widgets.NewPictureView()}
}

func (t *imageTile) object() fyne.CanvasObject { return t.view }

func (t *imageTile) build(in *board.Instance, c *tileContext, head *widgets.TileHead) func() {
	topics, _ := t.matches.Find(c.store, in.Tile.Topic, logTopics, c.now)
	var latest model.TopicInfo
	for _, path := range topics {
		if info, ok := c.store.Topic(path); ok && !info.At.Before(latest.At) {
			latest = info
		}
	}
	done := t.result.get()
	stamp := imageStamp{latest.Path, latest.Messages}
	switch {
	case latest.Path == "":
		done = decoded{why: i18n.T("Nothing was heard yet.")}
	case stamp != t.seen && !done.busy && t.start(&latest):
		t.seen = stamp
	}
	head.Age = ageOf(latest.At, c.now)
	return func() { t.view.SetPicture(done.picture, done.why) }
}

// start begins to decode; it reports false when enough others are at it.
func (t *imageTile) start(info *model.TopicInfo) bool {
	if t.page.busy.Add(1) > decoders {
		t.page.busy.Add(-1)
		return false
	}
	raw, size := info.Payload, info.Size
	t.result.update(func(d *decoded) { d.busy = true })
	t.page.decoding.Go(func() {
		img, why := decodePicture(raw, size)
		t.page.busy.Add(-1)
		t.result.update(func(d *decoded) { *d = decoded{picture: img, why: why} })
		t.page.deps.wake()
	})
	return true
}

// decodePicture decodes a payload of size bytes, of which raw may be the front
// only, or says why it cannot. Nothing is reserved for a picture before its size
// is known to be sane.
func decodePicture(raw []byte, size int) (img image.Image, why string) {
	switch {
	case len(raw) < size:
		return nil, i18n.T("Only the front of the picture was kept: the memory for messages is full.")
	case size > maxPictureBytes:
		return nil, i18n.Tf("The picture has %s: the most that is shown is %s.", formatBytes(size), formatBytes(maxPictureBytes))
	}
	about, kind, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || kind != "jpeg" && kind != "png" {
		return nil, i18n.T("The payload is no picture: JPEG and PNG are shown.")
	}
	if about.Width < 1 || about.Height < 1 || about.Width > maxPicturePixels/about.Height {
		return nil, i18n.Tf("The picture has %d x %d pixels: that is more than is shown.", about.Width, about.Height)
	}
	img, _, err = image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, i18n.Tf("The picture is damaged: %v", errorText(err))
	}
	return shrink(img), ""
}

// shrink is a picture no larger than is ever shown.
func shrink(img image.Image) image.Image {
	b := img.Bounds()
	long := max(b.Dx(), b.Dy())
	if long <= shownSide {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()*shownSide/long), max(1, b.Dy()*shownSide/long)))
	draw.ApproxBiLinear.Scale(out, out.Rect, img, b, draw.Src, nil)
	return out
}
