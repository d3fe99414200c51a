//go:build linux

package e2e

import (
	"bufio"
	"context"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
	"github.com/pilothouse/pilothouse/model/payload"
)

// The recorded voyage: Red Falcon sails east between two ferries that lie still,
// and is faster from fasterAfter on; a buoy is heard no more after silentAfter.
const (
	voyage       = 6 * time.Minute
	fasterAfter  = 3 * time.Minute
	silentAfter  = 150 * time.Second
	west, east   = -1.50, -1.10
	falcon       = "solent/ferries/red-falcon"
	recordedShip = 3 // on the map
)

// falconAt is how far Red Falcon has come between the two, from 0 to 1.
func falconAt(after time.Duration) float64 { return 0.1 + 0.8*after.Seconds()/voyage.Seconds() }

// recordVoyage writes the voyage, which began so long ago, into a data folder, with
// a chart of Red Falcon's speed, and returns when it began.
func recordVoyage(t *testing.T, dir string, ago time.Duration) time.Time {
	t.Helper()
	settings := `{"version":1,"settings":{"chart_window_s":60,"charts":[{"lines":[{"key":{"Topic":"` + falcon + `/position","Pointer":"/sog"}}]}]}}`
	if err := os.WriteFile(filepath.Join(dir, "settings.json"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "history.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now().Add(-ago)
	var b history.Batch
	for after := time.Duration(0); after < voyage; after += time.Second {
		say := func(topic, text string, args ...any) {
			b.Messages = append(b.Messages, history.Message{Message: model.Message{
				Topic: topic, Payload: fmt.Appendf(nil, text, args...), At: start.Add(after), QoS: 1,
			}})
		}
		speed := 5
		if after >= fasterAfter {
			speed = 15
		}
		const position = `{"lat":%.4f,"lon":%.5f,"sog":%d,"hdg":0}`
		say("solent/ferries/wight-sun/position", position, 50.73, west, 0)
		say("solent/ferries/st-clare/position", position, 50.73, east, 0)
		say(falcon+"/position", position, 50.80, west+(east-west)*falconAt(after), speed)
		if after < silentAfter {
			say("solent/buoys/black-rock/beat", "%d", int(after.Seconds()))
		}
	}
	history.NewMeter(&payload.Scanner{}).Measure(&b)
	b.Alarms = []history.Alarm{{At: start.Add(silentAfter + 20*time.Second), ID: "a", Source: "solent/buoys/black-rock", State: history.AlarmActive, Severity: 2, Text: "Black Rock fell silent"}}
	if err := store.Write(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return start
}

// below is a picture of a page as it would be without the banner above it.
func below(p image.Image) image.Image { return shifted{p, image.Pt(0, 42)} }

// The inks of the dark theme that are looked for.
var (
	accentInk  = color.NRGBA{R: 0x5a, G: 0xa9, B: 0xe0, A: 0xff}
	traceInk   = color.NRGBA{R: 0x58, G: 0xa6, B: 0xe0, A: 0xff}
	warningInk = color.NRGBA{R: 0xe3, G: 0xb7, B: 0x4f, A: 0xff}
)

// tall counts the pixels of an ink in each column of an area.
func tall(p image.Image, area image.Rectangle, ink color.Color) []int {
	columns := make([]int, area.Dx())
	for x := range columns {
		for y := area.Min.Y; y < area.Max.Y; y++ {
			if desktop.Near(p.At(area.Min.X+x, y), ink, 24) {
				columns[x]++
			}
		}
	}
	return columns
}

// vessels are where the map shows vessels, from west to east: where something of
// their ink is higher than a track is thick.
func vessels(p image.Image) []float64 {
	area := image.Rect(84, 92, 1200, 690)
	var found []float64
	from := -1
	for x, n := range append(tall(p, area, accentInk), 0) {
		switch high := n >= 7; {
		case high && from < 0:
			from = x
		case !high && from >= 0:
			if x-from >= 4 {
				found = append(found, float64(area.Min.X)+float64(from+x-1)/2)
			}
			from = -1
		}
	}
	return found
}

// falconOn is how far Red Falcon has come on a map, from 0 to 1; NaN when the map
// does not show what was recorded.
func falconOn(p image.Image) float64 {
	v := vessels(p)
	if len(v) != recordedShip {
		return math.NaN()
	}
	return (v[1] - v[0]) / (v[2] - v[0])
}

// near tells whether Red Falcon is shown where she was, give or take some seconds
// of her voyage.
func near(p image.Image, after, tolerance time.Duration) bool {
	return math.Abs(falconOn(p)-falconAt(after)) < 0.8*tolerance.Seconds()/voyage.Seconds()
}

// trace is the height of a chart's trace in a part of the plot, in pixels from the
// top; NaN where there is none.
func trace(p image.Image, area image.Rectangle) float64 {
	sum, n := 0, 0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if desktop.Near(p.At(x, y), traceInk, 32) {
				sum, n = sum+y, n+1
			}
		}
	}
	if n < area.Dx()/2 {
		return math.NaN()
	}
	return float64(sum) / float64(n)
}

// The left and the right part of a chart of a minute that fills the page, between
// its axis and its legend.
var chartLeft, chartRight = image.Rect(150, 150, 350, 660), image.Rect(600, 150, 760, 660)

// listen subscribes with the tool that people have, and returns what it tells once
// it has subscribed.
func listen(t *testing.T, address, filter string) *heard {
	t.Helper()
	host, port := split(t, address)
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, need(t, "stdbuf"), "-oL", need(t, "mosquitto_sub"), "-d", "-h", host, "-p", port, "-q", "1", "-t", filter)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	h, subscribed, done := &heard{}, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			fmt.Fprintln(h, lines.Text())
			if strings.Contains(lines.Text(), "received SUBACK") {
				close(subscribed)
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		_ = command.Wait() // it was killed
	})
	select {
	case <-subscribed:
	case <-time.After(desktop.Deadline):
		t.Fatalf("mosquitto_sub did not subscribe: %s", h)
	}
	return h
}

// TestThePast turns the time back in a window, and looks at every page that shows
// it: devices are as well as they were, the map has vessels where they were and the
// chart that stretch; time goes on in steps and when played, a moment is bookmarked
// with a note, commands are locked, and what is said meanwhile is recorded.
func TestThePast(t *testing.T) {
	need(t, "mosquitto_sub")
	desktop.Require(t)
	dir, home := t.TempDir(), t.TempDir()
	start := recordVoyage(t, dir, 8*time.Minute)
	w := open(t, setup{dir: dir, args: []string{"--demo=false", "--page", "overview"}, env: []string{"HOME=" + home}})
	v := &voyager{window: w, start: start}
	w.isOn(overview)
	w.Sees("nothing, live", func(p image.Image) bool { return !inPast(p) && alive(p) == 0 })
	commands := listen(t, w.address, falcon+"/command/#")

	v.seesDevices()
	v.seesMap()
	v.movesOn()
	v.bookmarks()
	v.exports(home)
	v.seesChart()
	for i := range 3 {
		publish(t, w.address, "-t", "kitchen/thermometer", "-m", fmt.Sprint(20+i))
	}
	v.isLocked()
	w.Press("ctrl+shift+End")
	w.Press("ctrl+1")
	w.Sees("the kitchen, live", func(p image.Image) bool { return !inPast(p) && ink(p, tileValues(0)) > 0.02 })
	w.end()
	if strings.Contains(commands.String(), "PUBLISH") {
		t.Errorf("a command was sent from the past: %s", commands)
	}
	v.isRecorded(dir)
}

// voyager is a window with the record of the voyage.
type voyager struct {
	*window
	start time.Time
}

// goTo goes to a moment of the voyage by a click on the time bar.
func (v *voyager) goTo(after time.Duration) {
	v.t.Helper()
	v.Step(func(ctx context.Context) error { return v.Click(ctx, momentAt(v.start.Add(after))) })
	v.point(image.Pt(1270, 5))
}

func (v *voyager) seesDevices() {
	v.t.Helper()
	v.Step(func(ctx context.Context) error { return v.Drag(ctx, timeNow, momentAt(v.start.Add(100*time.Second))) })
	v.Sees("all four devices alive, under the mark of the past", func(p image.Image) bool { return inPast(p) && alive(below(p)) == 4 })
	v.goTo(5 * time.Minute)
	v.Sees("the buoy silent", func(p image.Image) bool { return inPast(p) && alive(below(p)) == 3 })
}

func (v *voyager) seesMap() {
	v.t.Helper()
	v.Press("ctrl+4")
	v.Sees("Red Falcon where she was after five minutes", func(p image.Image) bool { return inPast(p) && near(p, 5*time.Minute, 8*time.Second) })
	v.goTo(100 * time.Second)
	v.Sees("Red Falcon where she was after 100 seconds", func(p image.Image) bool { return inPast(p) && near(p, 100*time.Second, 8*time.Second) })
}

// movesOn goes on by six steps of five seconds, and then plays at thirty times the
// pace until a minute has passed.
func (v *voyager) movesOn() {
	v.t.Helper()
	from := falconOn(v.Shot())
	v.Press("ctrl+shift+Right", "ctrl+shift+Right", "ctrl+shift+Right", "ctrl+shift+Right", "ctrl+shift+Right", "ctrl+shift+Right")
	step := 0.8 * 30 / voyage.Seconds()
	at := falconOn(v.sees("Red Falcon half a minute later", func(p image.Image) bool { return math.Abs(falconOn(p)-from-step) < step/4 }))
	v.ClickAt(292, barY) // the speeds
	v.Press("Down", "Down", "Down", "Down", "Down", "Return")
	v.Press("ctrl+shift+space")
	began := time.Now()
	v.Sees("a minute pass", func(p image.Image) bool { return falconOn(p)-at > 2*step })
	if took := time.Since(began); took > 30*time.Second {
		v.t.Errorf("played at thirty times its pace a minute took %v", took)
	}
	v.Press("ctrl+shift+space")
	v.settled("the map", sea)
}

func (v *voyager) bookmarks() {
	v.t.Helper()
	v.Press("ctrl+shift+b")
	v.Enter("Wind rose")
	v.Press("Tab")
	v.Enter("from the west")
	v.ClickAt(682, 469) // Keep
	v.Sees("the form gone", inPast)
	v.Press("ctrl+shift+Left", "ctrl+shift+Left") // out of the way
	v.Sees("the flag of a bookmark", func(p image.Image) bool {
		white := color.NRGBA{R: 0xdd, G: 0xe3, B: 0xe8, A: 0xff}
		for _, n := range tall(p, image.Rect(barFrom, barY-24, barTo, barY-10), white) {
			if n >= 10 {
				return true
			}
		}
		return false
	})
}

// exports saves the alarms in view, from the menu of the time bar.
func (v *voyager) exports(home string) {
	v.t.Helper()
	v.ClickAt(1260, barY)
	v.Press("Down", "Down", "Down", "Down", "Right", "Return")
	blue := image.Rect(830, 550, 845, 570) // the button that saves
	v.Sees("the form for a file", func(p image.Image) bool { return desktop.Share(p, blue, accentInk) > 0.5 })
	v.ClickAt(855, 560)
	v.Sees("the file whole", func(p image.Image) bool {
		files, err := filepath.Glob(filepath.Join(home, "alarms *.csv"))
		if err != nil || len(files) != 1 {
			return false
		}
		raw, err := os.ReadFile(files[0])
		return err == nil && inPast(p) && strings.Contains(string(raw), ",solent/buoys/black-rock,active,2,Black Rock fell silent,")
	})
	v.point(image.Pt(1270, 5))
}

func (v *voyager) seesChart() {
	v.t.Helper()
	v.Press("ctrl+5")
	v.goTo(fasterAfter + 25*time.Second)
	v.Sees("the chart rise where she went faster", func(p image.Image) bool { return inPast(p) && trace(p, chartLeft)-trace(p, chartRight) > 100 })
	v.goTo(100 * time.Second)
	v.Sees("a level chart before", func(p image.Image) bool { return inPast(p) && math.Abs(trace(p, chartLeft)-trace(p, chartRight)) < 10 })
}

func (v *voyager) isLocked() {
	v.t.Helper()
	v.search("red falcon")
	var horn image.Rectangle
	p := v.sees("the horn's button under the word why it is locked", func(p image.Image) bool {
		var ok bool
		horn, ok = hornButton(p)
		why := image.Rect(horn.Min.X, horn.Min.Y-44, horn.Min.X+280, horn.Min.Y-4)
		return ok && inPast(p) && desktop.Share(p, why, warningInk) > 0.005
	})
	v.ClickAt(horn.Min.X+60, horn.Min.Y+20)
	v.point(image.Pt(1270, 5))
	if d := desktop.Difference(p, v.settled("the device", proof(horn)), proof(horn)); d > 0 {
		v.t.Errorf("the button tells of something sent: %.4f of its line changed", d)
	}
}

// isRecorded looks at the record after the program ended.
func (v *voyager) isRecorded(dir string) {
	v.t.Helper()
	file := filepath.Join(dir, "history.db")
	rows := func(what, topic string) int {
		out, err := exec.Command(program, "export", "--history", file, "--what", what, "--topic", topic, "--format", "jsonl").Output()
		if err != nil {
			v.t.Fatal(err)
		}
		return strings.Count(string(out), "\n")
	}
	if c, m := rows("commands", "#"), rows("messages", "kitchen/#"); c != 0 || m != 3 {
		v.t.Errorf("recorded are %d commands and %d messages said meanwhile, want none and 3", c, m)
	}
	store, err := sqlite.Open(v.t.Context(), file, sqlite.Options{ReadOnly: true})
	if err != nil {
		v.t.Fatal(err)
	}
	marks, err := store.Bookmarks(v.t.Context(), v.start, time.Now())
	if err != nil || len(marks) != 1 || marks[0].Title != "Wind rose" || marks[0].Note != "from the west" || marks[0].At.Sub(v.start) < 3*time.Minute {
		v.t.Errorf("bookmarked %+v, %v", marks, err)
	}
	if err := store.Close(); err != nil {
		v.t.Error(err)
	}
}
