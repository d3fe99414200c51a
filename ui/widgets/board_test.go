package widgets

import (
	"image"
	"image/color"
	"math"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// meters are a value in each of its states.
func meters() map[string]Meter {
	wave := make([]float64, 40)
	for i := range wave {
		wave[i] = 10 + 4*math.Sin(float64(i)/5)
	}
	m := Meter{Text: "12.4", Unit: "kn", Value: 12.4, Min: 0, Max: 25, Note: "Red Falcon", Spark: wave,
		Bands: []Band{{18, 22, LevelWarning}, {22, 25, LevelAlarm}}}
	warning, alarm, stale, unknown := m, m, m, m
	warning.Text, warning.Value, warning.Level = "19.0", 19, LevelWarning
	alarm.Text, alarm.Value, alarm.Level = "23.8", 23.8, LevelAlarm
	stale.Dim, stale.Note = true, "silent for 4 min"
	unknown.Text, unknown.Value, unknown.Spark, unknown.Note = "–", math.NaN(), nil, "nothing was heard yet"
	return map[string]Meter{"normal": m, "warning": warning, "alarm": alarm, "stale": stale, "unknown": unknown}
}

// framed puts content on a board tile.
func framed(content fyne.CanvasObject, h TileHead) *BoardTile {
	t := NewBoardTile(content, false)
	t.SetHead(h)
	return t
}

func TestMetersGolden(t *testing.T) {
	for name, m := range meters() {
		head := TileHead{Title: "Speed", Age: "3 s", Level: m.Level}
		golden(t, "valueview/"+name, 220, 140, func() fyne.CanvasObject {
			v := NewValueView()
			v.SetMeter(m)
			return framed(v, head)
		})
		golden(t, "gauge/"+name, 200, 180, func() fyne.CanvasObject {
			g := NewGauge()
			g.SetMeter(m, "0", "25")
			return framed(g, head)
		})
		golden(t, "barview/"+name, 220, 110, func() fyne.CanvasObject {
			b := NewBarView()
			b.SetMeter(m, "0", "25")
			return framed(b, head)
		})
	}
	golden(t, "valueview/small", 90, 60, func() fyne.CanvasObject {
		v := NewValueView()
		v.SetMeter(meters()["normal"])
		return framed(v, TileHead{Title: "Speed over ground"})
	})
	golden(t, "gauge/small", 80, 84, func() fyne.CanvasObject {
		g := NewGauge()
		g.SetMeter(meters()["alarm"], "0", "25")
		return framed(g, TileHead{Title: "Speed", Level: LevelAlarm})
	})
}

func TestLightGolden(t *testing.T) {
	for name, d := range map[string]Light{
		"alive": {StatusAlive, "online", "12:04:31"}, "late": {StatusLate, "late", "45 s ago"}, "lost": {StatusLost, "lost", ""},
		"offline": {StatusOffline, "offline", "said goodbye"}, "unknown": {StatusUnknown, "–", "nothing was heard yet"},
	} {
		golden(t, "lightview/"+name, 200, 90, func() fyne.CanvasObject {
			l := NewLightView()
			l.SetLight(d)
			return framed(l, TileHead{Title: "Engine room"})
		})
	}
}

func TestPictureAndTextGolden(t *testing.T) {
	golden(t, "pictureview/picture", 200, 140, func() fyne.CanvasObject {
		img := image.NewRGBA(image.Rect(0, 0, 64, 48))
		for y := range 48 {
			for x := range 64 {
				img.SetRGBA(x, y, color.RGBA{uint8(4 * x), uint8(5 * y), 128, 255})
			}
		}
		p := NewPictureView()
		p.SetPicture(img, "")
		return framed(p, TileHead{Title: "Bow camera", Age: "2 s"})
	})
	golden(t, "pictureview/none", 200, 140, func() fyne.CanvasObject {
		p := NewPictureView()
		p.SetPicture(nil, "The payload is no picture: JPEG and PNG are shown.")
		return framed(p, TileHead{Title: "Bow camera"})
	})
	golden(t, "textview/heading", 260, 120, func() fyne.CanvasObject {
		v := NewTextView()
		v.SetText("# Solent ferries\nSpeeds above 22 kn are not allowed inside the harbour.\n[no link](https://example.org)")
		return NewBoardTile(v, true)
	})
	golden(t, "boardtile/fault", 220, 100, func() fyne.CanvasObject {
		return framed(NewValueView(), TileHead{Title: "Speed", Fault: "a/#/b is no topic filter: # must be the last level."})
	})
	for name, selected := range map[string]bool{"editing": false, "selected": true} {
		golden(t, "boardtile/"+name, 220, 110, func() fyne.CanvasObject {
			v := NewValueView()
			v.SetMeter(meters()["normal"])
			tile := framed(v, TileHead{Title: "Speed", Age: "3 s"})
			tile.SetEditing(true)
			tile.SetSelected(selected)
			return tile
		})
	}
}

func TestSwitchGolden(t *testing.T) {
	for name, build := range map[string]func(s *Switch){
		"unknown": func(s *Switch) { s.SetState(SwitchUnknown, "not known") },
		"off":     func(s *Switch) { s.SetState(SwitchOff, "off") },
		"on": func(s *Switch) {
			s.SetState(SwitchOn, "on")
			s.SetProof(Proof{MarkAcknowledged, "acknowledged, 0.2 s"})
		},
		"failed":   func(s *Switch) { s.SetState(SwitchOn, "on"); s.SetProof(Proof{MarkFailed, "nobody is listening"}) },
		"focused":  func(s *Switch) { s.SetState(SwitchOff, "off"); s.FocusGained() },
		"disabled": func(s *Switch) { s.SetState(SwitchOff, "off"); s.SetEnabled(false) },
	} {
		golden(t, "switch/"+name, 200, 100, func() fyne.CanvasObject {
			s := NewSwitch(false)
			build(s)
			return framed(s, TileHead{Title: "Deck lights"})
		})
	}
	golden(t, "switch/holding", 200, 100, func() fyne.CanvasObject {
		s := NewSwitch(true)
		s.SetState(SwitchOff, "off")
		s.held.animate = halfway
		s.press()
		return framed(s, TileHead{Title: "Main engine"})
	})
}

// halfway is an animation that stays in its middle.
func halfway(_ time.Duration, tick func(float32)) func() { tick(0.5); return func() {} }

func TestSliderGolden(t *testing.T) {
	for name, build := range map[string]func(s *Slider){
		"unknown":  func(*Slider) {},
		"actual":   func(s *Slider) { s.SetActual(30) },
		"wanted":   func(s *Slider) { s.SetActual(30); s.want(72); s.SetProof(Proof{MarkAccepted, "accepted"}) },
		"focused":  func(s *Slider) { s.SetActual(30); s.FocusGained() },
		"disabled": func(s *Slider) { s.SetActual(30); s.SetEnabled(false) },
	} {
		golden(t, "slider/"+name, 240, 110, func() fyne.CanvasObject {
			s := NewSlider(0, 100, 1, false)
			s.Format = func(v float64) string { return formatPlain(v) + " %" }
			build(s)
			return framed(s, TileHead{Title: "Thrust"})
		})
	}
	golden(t, "slider/holding", 240, 110, func() fyne.CanvasObject {
		s := NewSlider(0, 100, 1, true)
		s.SetActual(30)
		s.want(72)
		s.held.animate = halfway
		s.KeyDown(&fyne.KeyEvent{Name: fyne.KeySpace})
		return framed(s, TileHead{Title: "Thrust"})
	})
}

func TestSwitchAsksAndWaits(t *testing.T) {
	app(t)
	var asked []bool
	s := NewSwitch(false)
	s.OnSwitch = func(on bool) { asked = append(asked, on) }
	test.NewTempWindow(t, s)
	test.Tap(s) // of what is not known
	s.SetState(SwitchOn, "on")
	test.Tap(s)
	if s.State() != SwitchOn {
		t.Error("it moved before the device said so")
	}
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	s.SetEnabled(false)
	test.Tap(s)
	if len(asked) != 3 || !asked[0] || asked[1] || asked[2] {
		t.Errorf("asked for %v", asked)
	}
}

// TestHolding holds a switch and a slider, too briefly at first.
func TestHolding(t *testing.T) {
	app(t)
	press := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
	sent := 0
	s := NewSwitch(true)
	s.OnSwitch = func(bool) { sent++ }
	d := NewSlider(0, 10, 1, true)
	d.OnSend = func(v float64) { sent += int(v) }
	var tick func(float32)
	for _, h := range []*holder{s.held, d.held} {
		h.animate = func(_ time.Duration, f func(float32)) func() { tick = f; return func() {} }
	}
	test.NewTempWindow(t, s)
	test.NewTempWindow(t, d).Resize(fyne.NewSize(200, 80))
	test.Tap(s)
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	s.MouseDown(press)
	tick(0.9)
	s.MouseUp(press)
	tick(1)
	s.MouseDown(press)
	s.MouseOut()
	tick(1)
	if sent != 0 {
		t.Fatalf("sent %d times without being held", sent)
	}
	s.MouseDown(press)
	tick(1)
	tick(1)
	if sent != 1 {
		t.Fatalf("held: sent %d times", sent)
	}
	d.want(7)
	d.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	d.Tapped(&fyne.PointEvent{Position: fyne.NewPos(d.x(7), 30)})
	if sent != 1 {
		t.Fatal("a slider that is to be held sent at once")
	}
	d.KeyDown(&fyne.KeyEvent{Name: fyne.KeySpace})
	tick(1)
	if sent != 8 {
		t.Errorf("held: %d", sent)
	}
}

func TestSliderSteps(t *testing.T) {
	app(t)
	var sent []float64
	s := NewSlider(-1, 1, 0.1, false)
	s.OnSend = func(v float64) { sent = append(sent, v) }
	w := test.NewTempWindow(t, s)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(226, 80))
	s.Tapped(&fyne.PointEvent{Position: fyne.NewPos(113, 30)})
	for range 3 {
		s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	}
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(900, 30)}})
	s.DragEnd()
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnter})
	if want := []float64{0, 0.3, 1, -1}; len(sent) != 4 || sent[0] != want[0] || sent[1] != want[1] || sent[2] != want[2] || sent[3] != want[3] {
		t.Errorf("sent %v, want %v", sent, want)
	}
	s.SetEnabled(false)
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnter})
	if len(sent) != 4 {
		t.Error("sent while disabled")
	}
	if odd := NewSlider(5, 5, math.NaN(), false); odd.max <= odd.min || odd.step <= 0 {
		t.Errorf("a slider over nothing: %+v", odd)
	}
}

// TestBoardTileEditing drags a tile and its corner, and looks whether its content
// can be reached.
func TestBoardTileEditing(t *testing.T) {
	app(t)
	sent := 0
	tile := NewBoardTile(NewCommandButton("Horn", false, func() { sent++ }), false)
	w := test.NewTempWindow(t, tile)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(200, 100))
	middle := fyne.NewPos(100, 50)
	test.TapCanvas(w.Canvas(), middle)
	if sent != 1 {
		t.Fatalf("the button was pressed %d times", sent)
	}
	tile.SetEditing(true)
	chosen := 0
	var moves, sizes []fyne.Position
	ended := 0
	note := func(list *[]fyne.Position) func(dx, dy float32, done bool) {
		return func(dx, dy float32, done bool) {
			if done {
				ended++
			}
			*list = append(*list, fyne.NewPos(dx, dy))
		}
	}
	tile.OnChoose, tile.OnMove, tile.OnResize = func() { chosen++ }, note(&moves), note(&sizes)
	var keys []fyne.KeyName
	tile.OnKey = func(e *fyne.KeyEvent) { keys = append(keys, e.Name) }
	test.TapCanvas(w.Canvas(), middle)
	test.Drag(w.Canvas(), middle, 30, -4)
	tile.layer.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(195, 95)}})
	test.Drag(w.Canvas(), fyne.NewPos(195, 95), 12, 8)
	tile.layer.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	if sent != 1 {
		t.Error("the button was pressed while its tile was edited")
	}
	if chosen != 3 || ended != 2 || moves[len(moves)-1] != fyne.NewPos(30, -4) || sizes[len(sizes)-1] != fyne.NewPos(12, 8) {
		t.Errorf("chosen %d times, moved %v, resized %v, ended %d", chosen, moves, sizes, ended)
	}
	if len(keys) != 1 || keys[0] != fyne.KeyDelete || w.Canvas().Focused() != tile.layer {
		t.Errorf("keys %v", keys)
	}
	tile.SetEditing(false)
	test.TapCanvas(w.Canvas(), middle)
	if sent != 2 {
		t.Error("the button cannot be reached any more")
	}
}

// TestSettersCompare sets what is shown already and counts what is drawn again.
func TestSettersCompare(t *testing.T) {
	app(t)
	g := NewGauge()
	w := test.NewTempWindow(t, g)
	w.Resize(fyne.NewSize(100, 100))
	drawn := 0
	plain := g.view.picture.Generator
	g.view.picture.Generator = func(w, h int) image.Image { drawn++; return plain(w, h) }
	m := meters()["unknown"]
	for range 3 {
		g.SetMeter(m, "0", "25")
		m.Bands = append([]Band(nil), m.Bands...)
	}
	w.Canvas().Capture()
	before := drawn
	g.SetMeter(m, "0", "25")
	if drawn != before || g.Meter().Text != "–" {
		t.Errorf("drawn again: %d, %d", before, drawn)
	}
	p := NewPictureView()
	p.SetPicture(nil, "why")
	img := image.NewRGBA(image.Rect(0, 0, 1, 1))
	p.SetPicture(img, "why")
	if p.Why() != "" || p.Picture() != img {
		t.Errorf("shows %v and %q", p.Picture(), p.Why())
	}
	v := NewTextView()
	v.SetText("![](https://example.org/x.png)")
	if _, found := find[*canvas.Image](v); found {
		t.Error("a text shows a picture from elsewhere")
	}
}

// find looks for an object of a kind below o.
func find[T fyne.CanvasObject](o fyne.CanvasObject) (found T, ok bool) {
	if x, is := o.(T); is {
		return x, true
	}
	var below []fyne.CanvasObject
	switch x := o.(type) {
	case *fyne.Container:
		below = x.Objects
	case fyne.Widget:
		below = test.WidgetRenderer(x).Objects()
	}
	for _, b := range below {
		if found, ok = find[T](b); ok {
			return found, true
		}
	}
	return found, false
}
