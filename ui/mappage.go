package ui

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// Bounds of what the map draws.
const (
	mapDevices     = 2000
	mapTrackPoints = 400
	mapTrackAge    = 5 * time.Minute // after which a track has faded
	mapTapReach    = 18              // logical units
)

// mapPage shows where the devices are.
type mapPage struct {
	deps     pageDeps
	renderer *plot.MapRenderer // presenter's goroutine
	credit   string

	// main goroutine
	view    *widgets.MapView
	follow  *widget.Check
	info    *widget.Label
	open    *widget.Button
	card    fyne.CanvasObject
	empty   *widgets.EmptyState
	body    fyne.CanvasObject
	symbols []plot.Symbol // as shown
	at      plot.View
	touched bool // the operator moved the map: it is not fitted any more

	want box[mapWant]
}

type mapWant struct {
	view     plot.View
	selected string
	follow   bool
}

func newMapPage(d pageDeps, land *plot.Land, credit string) *mapPage {
	p := &mapPage{deps: d, renderer: plot.NewMapRenderer(land), credit: credit}
	p.view = widgets.NewMapView(portsView(d.store.Ports()))
	p.view.OnView = func(v plot.View) { p.ask(func(w *mapWant) { w.view = v }) }
	p.view.OnMove = func() {
		p.touched = true
		p.follow.SetChecked(false)
	}
	p.view.OnTap = p.tapped
	p.view.OnFit = p.fit
	p.follow = widget.NewCheck(i18n.T("Follow"), func(on bool) { p.ask(func(w *mapWant) { w.follow = on }) })
	p.info = widget.NewLabel("")
	p.open = widget.NewButtonWithIcon(i18n.T("Device"), theme.ComputerIcon(), func() { d.openDevice(p.want.get().selected) })
	card := container.NewHBox(p.info, p.follow, p.open)
	p.card = newCard(card)
	p.card.Hide()
	p.empty = widgets.NewEmptyState(nil, i18n.T("No device has said where it is"),
		i18n.T("A JSON payload with lat and lon puts its device on the map, such as\n{\"lat\": 50.76, \"lon\": -1.30} on kitchen/cat/position."), "", nil)
	overlay := container.NewBorder(container.NewHBox(p.card), nil, nil, nil)
	p.body = container.NewStack(p.view, container.NewPadded(overlay), p.empty)
	return p
}

// portsView shows all ports, or the world when there are none.
func portsView(ports []model.Geofence) plot.View {
	v := plot.View{Width: 800, Height: 600, Scale: 1, Zoom: plot.MaxZoom}
	if len(ports) == 0 {
		return v
	}
	places := make([]model.LatLon, len(ports))
	for i := range ports {
		places[i] = ports[i].Center
	}
	return v.Fit(places, 60)
}

func (p *mapPage) object() fyne.CanvasObject { return p.body }
func (p *mapPage) every() time.Duration      { return 200 * time.Millisecond }

func (p *mapPage) ask(f func(*mapWant)) {
	p.want.update(f)
	p.deps.poke()
}

// tapped chooses the device at a place, or none.
func (p *mapPage) tapped(x, y float64) {
	key, _ := plot.HitSymbol(p.at, p.symbols, x, y, mapTapReach*p.at.Scale)
	p.choose(key)
}

func (p *mapPage) choose(key string) {
	p.ask(func(w *mapWant) { w.selected = key })
	if key == "" {
		p.follow.SetChecked(false)
	}
}

// focus gives the map the keyboard.
func (p *mapPage) focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(p.view); c != nil {
		c.Focus(p.view)
	}
}

// goTo chooses a device and brings it into view.
func (p *mapPage) goTo(root string) {
	p.choose(root)
	if d, ok := p.deps.stores.shown().Device(root, 0); ok && d.HasPosition {
		v := p.view.View()
		v.Center = d.Position.LatLon
		p.touched = true
		p.view.SetView(v)
	}
}

// fit shows all devices.
func (p *mapPage) fit() {
	p.touched = false
	places := make([]model.LatLon, 0, len(p.symbols))
	for i := range p.symbols {
		places = append(places, p.symbols[i].At)
	}
	for _, g := range p.deps.store.Ports() {
		places = append(places, g.Center)
	}
	if len(places) > 0 {
		p.view.SetView(p.view.View().Fit(places, 60))
	}
}

func (p *mapPage) frame(now time.Time) func() {
	w := p.want.get()
	if w.view.Width == 0 || w.view.Height == 0 {
		return nil
	}
	store := p.deps.stores.shown()
	devices, total := store.MapDevices(mapDevices, mapTrackPoints)
	k := p.deps.looks.get()
	spec := mapSpec(devices, store.Ports(), w, k, now)
	spec.Attribution = p.credit
	if w.follow {
		for i := range devices {
			if devices[i].Root == w.selected {
				spec.View.Center = devices[i].Position.LatLon
			}
		}
	}
	img := p.renderer.Render(spec)
	info, found := selectedInfo(devices, w.selected, now)
	view := spec.View
	return func() {
		setShown(p.empty, total == 0)
		setShown(p.card, found)
		setText(p.info, info)
		p.symbols, p.at = spec.Symbols, view
		if w.follow && p.follow.Checked {
			p.view.SetView(view)
		}
		p.view.SetImage(img, view)
	}
}

// mapSpec says what the map shows.
func mapSpec(devices []model.MapDevice, ports []model.Geofence, w mapWant, k *look, now time.Time) plot.MapSpec {
	spec := plot.MapSpec{View: w.view, Style: k.sea, Graticule: true, ScaleBar: true, Nautical: true}
	for i := range ports {
		spec.Fences = append(spec.Fences, plot.Fence{Name: ports[i].Name, Center: ports[i].Center, Radius: ports[i].Radius})
	}
	for i := range devices {
		d := &devices[i]
		spec.Symbols = append(spec.Symbols, symbol(d, d.Root == w.selected, k))
		if track := fadingTrack(d, k, now); len(track.Points) > 1 {
			spec.Tracks = append(spec.Tracks, track)
		}
	}
	return spec
}

func symbol(d *model.MapDevice, selected bool, k *look) plot.Symbol {
	s := plot.Symbol{
		Key: d.Root, At: d.Position.LatLon, Heading: math.NaN(), Label: d.Name, Status: statusOf(d.Liveness),
		Color: k.ink(widgets.ColorAccent), StatusColor: k.ink(widgets.StatusColor(statusOf(d.Liveness))), Selected: selected,
		Stale: d.Liveness == model.Silent || d.Liveness == model.Lost || d.Liveness == model.Offline,
	}
	switch {
	case !math.IsNaN(d.Position.SOG):
		s.Kind, s.Heading = plot.SymbolVessel, d.Position.HDG
		if math.IsNaN(s.Heading) {
			s.Heading = d.Position.COG
		}
		s.Ahead = d.Position.SOG * model.KnotsToMS * aheadFor.Seconds()
	case d.Kind == "buoy":
		s.Kind, s.Color = plot.SymbolBuoy, k.ink(widgets.ColorAlive)
	}
	if v := d.Voyage; v != nil && v.InPort == "" && !v.Predicted.IsZero() {
		s.Note = i18n.Tf("to %s %s", v.ToName, formatMinute(v.Predicted))
		if note := lateNote(v); note != "" {
			s.Note += " " + note
		}
	}
	return s
}

// aheadFor is how far ahead a vessel's course line runs.
const aheadFor = 3 * time.Minute

func fadingTrack(d *model.MapDevice, k *look, now time.Time) plot.Track {
	t := plot.Track{Color: k.ink(widgets.ColorAccent)}
	for _, p := range d.Track {
		if age := float64(now.Sub(p.At)) / float64(mapTrackAge); age < 1 {
			t.Points = append(t.Points, plot.TrackPoint{At: p.LatLon, Age: age})
		}
	}
	return t
}

// selectedInfo is the line about the chosen device.
func selectedInfo(devices []model.MapDevice, root string, now time.Time) (string, bool) {
	for i := range devices {
		d := &devices[i]
		if d.Root != root {
			continue
		}
		text := d.Name + " · " + say(d.Liveness)
		if !math.IsNaN(d.Position.SOG) {
			text += " · " + formatValue(d.Position.SOG, 1) + " kn"
		}
		if note, _ := voyageNote(d.Voyage); note != "" {
			text += " · " + note
		}
		return text + " · " + formatAge(now.Sub(d.Position.At)) + " · " + vouchText(d.Publisher), true
	}
	return "", false
}
