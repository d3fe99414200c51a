package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/exchange"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// overlay is the dialog in front.
func (b *bridge) overlay() fyne.CanvasObject {
	b.t.Helper()
	top := b.win.Canvas().Overlays().Top()
	if top == nil {
		b.t.Fatal("there is no dialog")
	}
	return top
}

// press presses a button of the dialog in front.
func (b *bridge) press(text string) {
	b.t.Helper()
	button, ok := uitest.Find(b.overlay(), func(w *widget.Button) bool { return w.Text == text })
	if !ok {
		b.t.Fatalf("the dialog has no button %q", text)
	}
	test.Tap(button)
}

// said waits for a message in passing.
func (b *bridge) said(text string) {
	b.t.Helper()
	b.app.Until(b.t, "message "+text, patience, func() bool {
		for _, n := range b.notices.list {
			if strings.Contains(n.toast.Text, text) {
				return true
			}
		}
		return false
	})
}

// TestBookmarkDialogs keeps a bookmark with a note through its dialog, goes to it
// from the list, and removes it there.
func TestBookmarkDialogs(t *testing.T) {
	b, a := openArchive(t)
	b.see()
	at := a.from.Add(time.Minute)
	b.goToMoment(at)
	test.Tap(b.time.mark)
	type entry interface {
		fyne.CanvasObject
		SetText(string)
	}
	var entries []entry
	uitest.Find(b.overlay(), func(e entry) bool {
		if _, label := e.(*widget.Label); !label {
			if _, button := e.(*widget.Button); !button {
				entries = append(entries, e)
			}
		}
		return false
	})
	if len(entries) != 2 {
		t.Fatalf("the dialog has %d fields", len(entries))
	}
	entries[0].SetText("Wind rose")
	entries[1].SetText("from the west")
	b.press("Keep")
	b.said("Bookmarked Wind rose")
	b.app.Until(t, "bookmark", patience, func() bool { b.see(); return len(b.time.marks.bookmarks) == 1 })
	if m := b.time.marks.bookmarks[0]; m.Title != "Wind rose" || m.Note != "from the west" || !m.At.Equal(at) {
		t.Errorf("kept %+v", m)
	}
	b.time.goLive()
	choose := func(column int) {
		test.Tap(b.time.list)
		rows, ok := uitest.Find(b.overlay(), func(*widgets.Rows) bool { return true })
		if !ok {
			t.Fatal("there is no list")
		}
		rows.OnCell("1", column)
	}
	choose(0)
	b.app.Until(t, "bookmarked moment", patience, func() bool { st := b.time.past.state(); return st.past && st.at.Equal(at) })
	choose(bookmarkRemove)
	b.said("Removed Wind rose")
	b.app.Until(t, "bookmark gone", patience, func() bool { b.see(); return len(b.time.marks.bookmarks) == 0 })
}

// TestExportDialogs saves the messages of a topic through the dialog, and stops
// another export with Cancel: half a file does not stay.
func TestExportDialogs(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	b, a := openArchive(t)
	e := &exports{deps: b.deps(), win: b.win, history: a}
	what := exportWhat{name: "thermometer", filter: "kitchen/thermometer", from: a.from, to: a.from.Add(time.Hour)}
	e.ask(what, exchange.CSV, ".csv")
	b.press("Save")
	b.said("Saved thermometer.csv: 300 rows")
	file := filepath.Join(home, "thermometer.csv")
	raw, err := os.ReadFile(file)
	if err != nil || strings.Count(string(raw), "\n") != 301 {
		t.Errorf("saved %d lines, %v", strings.Count(string(raw), "\n"), err)
	}
	if b.win.Canvas().Overlays().Top() != nil {
		t.Error("a dialog stays")
	}

	e.history = &endless{archive: a}
	what.name = "endless"
	e.ask(what, exchange.CSV, ".csv")
	b.press("Save")
	b.app.Until(t, "progress", patience, func() bool {
		bar, ok := uitest.Find(b.overlay(), func(*widget.ProgressBar) bool { return true })
		return ok && bar.Value > 0
	})
	b.press("Cancel")
	b.said("Export stopped")
	if _, err := os.Stat(filepath.Join(home, "endless.csv")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a file stays: %v", err)
	}
	e.group.Wait()
}

// TestExportOfWhatIsInView saves records of every kind in the stretch that the time
// bar shows.
func TestExportOfWhatIsInView(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	b, a := openArchive(t)
	at := a.from.Add(time.Minute)
	err := a.Write(t.Context(), &history.Batch{
		Alarms:   []history.Alarm{{At: at, ID: "one", State: history.AlarmActive, Text: "Red Falcon was lost"}},
		Commands: []model.Command{{ID: "c", Topic: "a/cmd", Sent: at}, {ID: "later", Topic: "a/cmd", Sent: time.Now().Add(time.Hour)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.time.zoom.SetSelected("1 h")
	b.app.Until(t, "stretch", patience, func() bool { b.see(); return b.time.line.Data().From.Before(a.from) })
	for i, want := range map[int]string{0: "630 rows", 1: "1,830 rows", 2: "1 row", 3: "1 row", 4: "1 row", 5: "1 row"} {
		items := b.time.deps.exports.menus(func() (from, to time.Time) { d := b.time.line.Data(); return d.From, d.To })
		items[i].ChildMenu.Items[1].Action()
		b.press("Save")
		name := exportKinds()[i].kind.String() + b.time.line.Data().From.Local().Format(" 2006-01-02 1504") + ".jsonl"
		b.said("Saved " + name + ": " + want)
		if raw, err := os.ReadFile(filepath.Join(home, name)); err != nil || len(raw) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(raw), err)
		}
	}
	if test.Tap(b.time.save); b.win.Canvas().Overlays().Top() == nil {
		t.Error("the button of the time bar offers nothing")
	}
}

// endless is a history whose messages have no end.
type endless struct{ *archive }

func (e *endless) Reader() history.Reader { return endlessReader{e.Store} }

type endlessReader struct{ history.Reader }

func (endlessReader) Each(ctx context.Context, _ string, from, to time.Time, f func(history.Message) bool) error {
	for ctx.Err() == nil && f(history.Message{Message: model.Message{Topic: "a", At: from.Add(to.Sub(from) / 2)}}) {
		continue
	}
	return ctx.Err()
}

// TestAlarmsAtAMoment lists the alarms of the record: at a moment in the past those
// that had begun, and which of them were active.
func TestAlarmsAtAMoment(t *testing.T) {
	b, a := openArchive(t)
	change := func(id, state, text string, after time.Duration) history.Alarm {
		return history.Alarm{At: a.from.Add(after), ID: id, Source: "solent/ferries/red-falcon", State: state, Text: text, Severity: 2}
	}
	err := a.Write(t.Context(), &history.Batch{Alarms: []history.Alarm{
		change("one", history.AlarmActive, "Red Falcon was lost", time.Minute),
		change("two", history.AlarmActive, "the pressure is above 12", 2*time.Minute),
		change("one", history.AlarmCleared, "Red Falcon was lost", 3*time.Minute),
		change("three", history.AlarmActive, "later", 8*time.Minute),
	}})
	if err != nil {
		t.Fatal(err)
	}
	b.time.zoom.SetSelected("1 h")
	b.app.Until(t, "alarms", patience, func() bool { b.see(); return len(b.time.marks.alarms) == 4 })
	b.goToMoment(a.from.Add(150 * time.Second))
	spans := alarmSpans(b.time.marks.alarms)
	if len(spans) != 3 || !spans[0].activeAt(b.time.st.at) || spans[0].activeAt(a.from.Add(4*time.Minute)) || spans[2].activeAt(b.time.st.at) || !spans[1].ended.IsZero() {
		t.Errorf("alarms %+v", spans)
	}
	test.Tap(b.time.alarms)
	if b.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape}); b.win.Canvas().Overlays().Top() != nil {
		t.Error("Escape leaves the list of alarms open")
	}
	test.Tap(b.time.alarms)
	rows, ok := uitest.Find(b.overlay(), func(*widgets.Rows) bool { return true })
	if !ok {
		t.Fatal("there is no list")
	}
	rows.OnActivate("0")
	b.app.Until(t, "beginning of the alarm", patience, func() bool { st := b.time.past.state(); return st.past && st.at.Equal(spans[0].began) })
	if cells := alarmCells(&spans[0], a.from.Add(4*time.Minute)); cells[1].Text == "active" || cells[2].Text != "red-falcon" || cells[3].Text != "Red Falcon was lost" {
		t.Errorf("after its end it is %+v", cells)
	}
	if cells := alarmCells(&spans[0], a.from.Add(2*time.Minute)); cells[1].Text != "active" || cells[1].Color != widgets.ColorLost {
		t.Errorf("while it lasts it is %+v", cells)
	}
}

// TestRecordingEntry says how recording goes in every state, and more when it is
// tapped.
func TestRecordingEntry(t *testing.T) {
	full := errors.New("make room")
	for _, c := range []struct {
		s    history.Status
		on   bool
		err  error
		want recordingLook
	}{
		{on: true, want: recordingLook{"Recording", widget.LowImportance}},
		{s: history.Status{Queued: 60_000}, on: true, want: recordingLook{"Recording, behind by 60,000", widget.WarningImportance}},
		{s: history.Status{Lost: 1204}, on: true, want: recordingLook{"Recording, 1,204 lost", widget.WarningImportance}},
		{s: history.Status{State: history.Full, Err: full, Lost: 7}, on: true, want: recordingLook{"Disk full: not recording, 7 lost", widget.DangerImportance}},
		{s: history.Status{State: history.Spooling}, on: true, want: recordingLook{"Database away: kept here", widget.WarningImportance}},
		{s: history.Status{State: history.Failing}, on: true, want: recordingLook{"Cannot record", widget.DangerImportance}},
		{s: history.Status{State: history.Stopped}, on: true, want: recordingLook{"Not recording", widget.WarningImportance}},
		{err: full, want: recordingLook{"Not recording", widget.WarningImportance}},
		{want: recordingLook{"Not recording yet", widget.LowImportance}},
	} {
		if got := lookOfRecording(&c.s, c.on, c.err); got != c.want {
			t.Errorf("%+v, on %v, %v: %+v, want %+v", c.s, c.on, c.err, got, c.want)
		}
	}
	lines := strings.Join(recordingLines(&history.Status{State: history.Full, Err: full, Lost: 7}, true, nil, history.DefaultRetention()), "\n")
	for _, want := range []string{"Disk full", "Make room", "7 lost", "messages for 30 days, numbers for 366 days, their summaries for 3,653 days", "At most 20.0 GiB"} {
		if !strings.Contains(lines, want) {
			t.Errorf("%q is missing in\n%s", want, lines)
		}
	}
	b, _ := openArchive(t)
	entry := newRecordingEntry(b.deps(), b.o.History)
	entry.show(entry.look())
	if entry.button.Text != "Recording" {
		t.Errorf("it shows %q", entry.button.Text)
	}
	test.Tap(entry.button)
	b.app.Until(t, "size", patience, func() bool {
		_, ok := uitest.Find(b.overlay(), func(l *widget.Label) bool { return strings.Contains(l.Text, "on disk: 630 messages of 3 topics") })
		return ok
	})
	off := newRecordingEntry(b.deps(), nil)
	if l := off.look(); l.text != "Not recording" {
		t.Errorf("without a history it shows %+v", l)
	}
	test.Tap(off.button)
	b.said("switched off")
}
