package ui

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/exchange"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
	"github.com/pilothouse/pilothouse/model/payload"
)

// archive is a record in a file, ten minutes old and five long: a ferry's horn
// waits for its button and a thermometer counts up by the second.
type archive struct {
	*sqlite.Store
	from time.Time
	off  error
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "history.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	a := &archive{Store: store, from: time.Now().Add(-10 * time.Minute).Truncate(time.Second)}
	var b history.Batch
	add := func(at time.Time, topic, text string) {
		b.Messages = append(b.Messages, history.Message{Message: model.Message{Topic: topic, Payload: []byte(text), At: at}})
	}
	for i := range 300 {
		at := a.from.Add(time.Duration(i) * time.Second)
		add(at, "kitchen/thermometer", formatValue(float64(i), 0))
		add(at, "solent/ferries/red-falcon/position", positionJSON(50.77, -1.29, 11.5))
		if i%10 == 0 {
			add(at, loadSeries.Topic, "2")
		}
	}
	history.NewMeter(&payload.Scanner{}).Measure(&b)
	b.Events = []model.Event{{At: a.from.Add(time.Minute), Kind: model.EventTrouble, Text: "the kettle boiled over", Serious: true}}
	b.Gaps = []history.Gap{{From: a.from.Add(5 * time.Minute), To: a.from.Add(6 * time.Minute), Kind: history.GapOff, Why: "not running"}}
	if err := store.Write(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *archive) Status() (history.Status, bool, error) {
	return history.Status{}, a.off == nil, a.off
}

func (a *archive) Retention() history.Retention { return history.DefaultRetention() }

func (a *archive) Reader() history.Reader { return a.Store }

func (a *archive) NewPlayer(onChange func()) (*history.Player, error) {
	if a.off != nil {
		return nil, a.off
	}
	return history.NewPlayer(history.PlayerOptions{Reader: a.Store, OnChange: onChange, NewStore: func(now func() time.Time) *model.Store {
		return model.NewStore(model.Options{Scanner: &payload.Scanner{}, Now: now,
			Rules: []model.DeviceRule{{Filter: "solent/ferries/+", Kind: "ferry", Commands: []model.CommandSpec{horn}}}})
	}})
}

// openArchive opens a window with a record, over an empty sea.
func openArchive(t *testing.T) (*bridge, *archive) {
	t.Helper()
	a := newArchive(t)
	s := newSea()
	s.clock.at = time.Now()
	return open(t, s, func(o *Options) { o.History = a }), a
}

// see shows a frame of the page and of the time bar, as the presenter would.
func (b *bridge) see() {
	for range 2 {
		for _, s := range []source{timed{b.pages[b.page], b.stores}, b.time} {
			if show := s.frame(time.Now()); show != nil {
				show()
			}
		}
	}
}

// goTo seeks and waits until the moment is shown.
func (b *bridge) goToMoment(at time.Time) {
	b.t.Helper()
	b.time.seek(at)
	b.app.Until(b.t, "past", patience, func() bool {
		st := b.time.past.state()
		return st.past && st.going.IsZero() && st.at.Equal(at)
	})
	b.see()
}

// TestPastIsShownAndLocked goes back: pages show what was known then, nothing can
// be sent, and live is as it was.
func TestPastIsShownAndLocked(t *testing.T) {
	b, a := openArchive(t)
	b.openTopic("kitchen/thermometer")
	b.see()
	if b.topics.detail.content.Visible() || b.time.banner.Visible() || b.time.edge.Visible() {
		t.Fatal("live shows a topic that only the record has, or the mark of the past")
	}
	b.goToMoment(a.from.Add(30 * time.Second))
	if info := b.topics.detail.info; string(info.Payload) != "30" || !b.topics.detail.content.Visible() {
		t.Errorf("after half a minute it said %q", info.Payload)
	}
	if d := b.time.banner.Data(); !b.time.banner.Visible() || !b.time.edge.Visible() || !strings.HasPrefix(d.Text, "The past: ") {
		t.Errorf("the past is marked with %+v", d)
	}
	f := b.topics.detail.publish
	if !f.submit.Disabled() || f.result.Text != pastLock() {
		t.Errorf("a message may be sent from the past: %q", f.result.Text)
	}
	if _, err := b.deps().link.Send(t.Context(), model.Outgoing{Topic: "a", Payload: nil, QoS: 0, Retain: false}); !errors.Is(err, errPast) {
		t.Errorf("publishing in the past: %v", err)
	}
	b.openDevice("solent/ferries/red-falcon")
	b.see()
	button := b.devices.detail.commands.buttons["horn"]
	if button == nil || !b.devices.detail.commands.locked.Visible() {
		t.Fatal("the ferry has no horn, or it is not said that it is locked")
	}
	test.Tap(button)
	b.send(model.Order{Device: "solent/ferries/red-falcon", Spec: horn}, nil)
	b.time.goLive()
	if b.stores.inPast() {
		t.Error("live is not at once")
	}
	b.see()
	if b.time.banner.Visible() || b.time.edge.Visible() || f.submit.Disabled() && b.page == pageTopics {
		t.Error("the mark of the past stays")
	}
	if sent := b.wire.published(); len(sent) > 0 || len(b.sea.Commands("", 9)) > 0 {
		t.Errorf("sent from the past: %v", sent)
	}
}

// TestTimeKeys steps, plays, pauses and ends with the keyboard.
func TestTimeKeys(t *testing.T) {
	b, a := openArchive(t)
	b.see()
	press := func(k fyne.KeyName) { b.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: k}) }
	at := a.from.Add(time.Minute)
	b.goToMoment(at)
	step := timeStep(10 * time.Minute)
	press(fyne.KeyRight)
	b.app.Until(t, "step on", patience, func() bool { return b.time.past.state().at.Equal(at.Add(step)) })
	press(fyne.KeyLeft)
	b.app.Until(t, "step back", patience, func() bool { return b.time.past.state().at.Equal(at) })
	b.time.speed.SetSelected("100×")
	press(fyne.KeySpace)
	b.app.Until(t, "time pass", patience, func() bool { return b.time.past.state().at.After(at.Add(5 * time.Second)) })
	b.see()
	press(fyne.KeySpace)
	b.app.Until(t, "pause", patience, func() bool { return b.time.past.state().speed == 0 })
	press(fyne.KeyEnd)
	b.app.Until(t, "live", patience, func() bool { return !b.stores.inPast() })
	if press(fyne.KeyF1); b.stores.inPast() {
		t.Error("a key without a meaning goes back")
	}
	// While a list has the keyboard.
	press(fyne.KeyEscape)
	b.goTo(pageTopics, true)
	b.win.Canvas().Focus(b.topics.rows)
	b.goToMoment(at)
	anywhere := func(k fyne.KeyName) {
		b.pressName((&desktop.CustomShortcut{KeyName: k, Modifier: ctrlShift}).ShortcutName())
	}
	anywhere(fyne.KeyLeft)
	b.app.Until(t, "step back from a list", patience, func() bool { return b.time.past.state().at.Equal(at.Add(-step)) })
	anywhere(fyne.KeyB)
	if b.overlay(); !b.time.past.state().past {
		t.Error("a bookmark leaves the past")
	}
	if anywhere(fyne.KeyEnd); !b.stores.inPast() {
		t.Error("below a dialog a key goes on")
	}
}

// TestTimeBarShowsTheRecord has density, what happened, gaps and bookmarks along
// the bar, and jumps to a bookmark.
func TestTimeBarShowsTheRecord(t *testing.T) {
	b, a := openArchive(t)
	b.time.zoom.SetSelected("1 h")
	loaded := func() bool { b.see(); return len(b.time.line.Data().Marks) > 0 && len(b.time.line.Data().Gaps) > 0 }
	b.app.Until(t, "record", patience, loaded)
	d := b.time.line.Data()
	if len(d.Gaps) != 1 || d.Gaps[0].Title != "not running" || len(d.Marks) != 1 || !strings.Contains(d.Marks[0].Title, "kettle") || !d.First.Equal(a.from) {
		t.Errorf("the bar shows %+v", d)
	}
	full := 0
	for _, v := range d.Density {
		if v > 0 {
			full++
		}
	}
	if full < 5 || full > 20 {
		t.Errorf("%d of %d columns of an hour are of the five minutes of the record", full, len(d.Density))
	}
	at := a.from.Add(2 * time.Minute)
	b.time.keepBookmark(history.Bookmark{At: at, Title: "look here", Note: "why"})
	b.app.Until(t, "bookmark", patience, func() bool { b.see(); return len(b.time.marks.bookmarks) == 1 })
	m := b.time.marks.bookmarks[0]
	if m.Title != "look here" || m.Note != "why" || !m.At.Equal(at) {
		t.Errorf("kept %+v", m)
	}
	b.time.later("Removed", func(ctx context.Context) error { return a.RemoveBookmark(ctx, m.ID) })
	b.app.Until(t, "bookmark gone", patience, func() bool { b.see(); return len(b.time.marks.bookmarks) == 0 })
}

// TestNoHistorySaysWhy shows why there is nothing to go back to.
func TestNoHistorySaysWhy(t *testing.T) {
	b, a := openArchive(t)
	a.off = errors.New("the disk is on fire")
	b.see()
	if note := b.time.line.Data().Note; !strings.Contains(note, "on fire") {
		t.Errorf("the bar says %q", note)
	}
	b.time.seek(a.from)
	b.app.Until(t, "word of it", patience, func() bool { b.see(); return strings.Contains(b.time.banner.Data().Detail, "on fire") })
	if b.stores.inPast() {
		t.Error("it is the past all the same")
	}
}

// TestChartReachesBack draws what was recorded in front of what is live, with no
// peak lost.
func TestChartReachesBack(t *testing.T) {
	b, a := openArchive(t)
	b.chart.add(key("kitchen/thermometer", ""))
	b.goTo(pageCharts, true)
	b.charts.window.OnSelect("1h")
	b.app.Until(t, "record on the chart", patience, func() bool {
		b.draw()
		return len(b.charts.shown) == 1 && len(b.charts.shown[0].Series[0].Values) > 0
	})
	s := b.charts.shown[0].Series[0]
	least, most := s.Values[0], s.Values[0]
	for _, v := range s.Values {
		least, most = min(least, v), max(most, v)
	}
	if least != 0 || most != 299 || s.Times[0] != a.from.UnixNano() {
		t.Errorf("the chart goes from %v to %v, and begins at %v", least, most, time.Unix(0, s.Times[0]))
	}
}

// TestChartOfThePastIsSaved saves what a chart shows of a moment in the past, as a
// picture, a drawing and points.
func TestChartOfThePastIsSaved(t *testing.T) {
	b, a := openArchive(t)
	b.chart.add(key("kitchen/thermometer", ""))
	b.goTo(pageCharts, true)
	at := a.from.Add(4 * time.Minute)
	b.goToMoment(at)
	b.app.Until(t, "chart", patience, func() bool { b.see(); return len(b.charts.shown) == 1 && len(b.charts.shown[0].Series[0].Values) > 0 })
	spec := b.charts.shown[0]
	if spec.To.After(at.Add(time.Second)) || spec.To.Before(at.Add(-time.Second)) {
		t.Errorf("the chart ends at %v, want %v", spec.To, at)
	}
	for _, f := range chartFormats() {
		var out bytes.Buffer
		if err := f.write(spec, &out); err != nil {
			t.Fatal(err)
		}
		switch text := out.String(); {
		case strings.HasSuffix(f.name, ".png") && !strings.HasPrefix(text, "\x89PNG"),
			strings.HasSuffix(f.name, ".svg") && (!strings.Contains(text, "<svg") || !strings.Contains(text, at.Add(-time.Minute).Truncate(time.Minute).Local().Format("15:04"))),
			strings.HasSuffix(f.name, ".csv") && (!strings.Contains(text, ",239") || strings.Contains(text, ",241")):
			t.Errorf("%s:\n%.400s", f.name, text)
		}
	}
}

// TestExport writes the numbers of a chart and the messages of a topic, and stops
// when told.
func TestExport(t *testing.T) {
	a := newArchive(t)
	var out bytes.Buffer
	what := exportWhat{keys: []model.SeriesKey{key("kitchen/thermometer", "")}, from: a.from, to: a.from.Add(time.Minute)}
	if n, err := exportTo(t.Context(), a.Store, &out, what, exchange.CSV, nil); n != 60 || err != nil || strings.Contains(out.String(), "ferries") {
		t.Errorf("exported %d rows, %v", n, err)
	}
	out.Reset()
	what = exportWhat{filter: "kitchen/thermometer", from: a.from, to: a.from.Add(time.Hour)}
	if n, err := exportTo(t.Context(), a.Store, &out, what, exchange.JSONLines, nil); n != 300 || err != nil || strings.Count(out.String(), "\n") != 300 {
		t.Errorf("exported %d rows, %v", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := exportTo(ctx, a.Store, &out, what, exchange.Parquet, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("an export that was stopped ends with %v", err)
	}
	if _, err := exportTo(t.Context(), nil, &out, what, exchange.CSV, nil); err == nil {
		t.Error("no history was exported")
	}
}
