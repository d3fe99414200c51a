package ui

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// changedLines are the lines of a comparison that are gone or new.
func changedLines(lines []widgets.DiffLine) string {
	var out []string
	for _, l := range lines {
		if l.Mark != widgets.DiffSame {
			out = append(out, string("  -+"[l.Mark+1])+strings.TrimSpace(l.Text))
		}
	}
	return strings.Join(out, " ")
}

func TestTopicDiff(t *testing.T) {
	s := newSea()
	for _, text := range []string{`{"a":1,"b":1}`, `{"a":1,"b":2}`, `{"a":3,"b":2}`} {
		s.say(nil, "x", text)
		s.clock.advance(time.Second)
	}
	info, _ := s.Topic("x")
	var d topicDiff
	d.view(s.Store, &info, asDiff, "")
	if got := changedLines(d.lines); got != `-"a": 1, +"a": 3,` {
		t.Errorf("against the one before: %s", got)
	}
	records, _ := s.History("x", 3)
	d.view(s.Store, &info, asDiff, recordKey(&records[2]))
	if got := changedLines(d.lines); got != `-"a": 1, -"b": 1 +"a": 3, +"b": 2` || !strings.Contains(d.note, "12:00:00.000") {
		t.Errorf("against the first: %s, %s", got, d.note)
	}
	before := d.serial
	d.view(s.Store, &info, asDiff, recordKey(&records[2]))
	if d.serial != before {
		t.Error("compared again although nothing changed")
	}
	d.view(s.Store, &info, asHexDiff, "")
	if got := changedLines(d.lines); !strings.Contains(got, "7b 22 61 22 3a 31") || !strings.Contains(got, "7b 22 61 22 3a 33") {
		t.Errorf("as bytes: %s", got)
	}
	s.say(nil, "y", "1")
	once, _ := s.Topic("y")
	if d.view(s.Store, &once, asDiff, ""); d.lines != nil || !strings.Contains(d.note, "no other message") {
		t.Errorf("of one message: %v, %s", d.lines, d.note)
	}
}

func TestPicturePayload(t *testing.T) {
	var raw bytes.Buffer
	if err := png.Encode(&raw, image.NewRGBA(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	giant := slices.Clone(raw.Bytes())
	copy(giant[16:], []byte{0x00, 0x0f, 0x42, 0x40, 0x00, 0x0f, 0x42, 0x40}) // a million by a million
	for _, c := range []struct {
		payload []byte
		shown   bool
		note    string
	}{{raw.Bytes(), true, "png, 3 x 2 pixels"}, {giant, false, "picture"}, {raw.Bytes()[:40], false, "cannot be read"}, {[]byte("21.5"), false, "is no picture: it is number"}} {
		var p picture
		if p.view(&model.TopicInfo{Path: "x", At: noon, Payload: c.payload}); (p.img != nil) != c.shown || !strings.Contains(p.note, c.note) {
			t.Errorf("%.8q: shown %v, %q; want %q", c.payload, p.img != nil, p.note, c.note)
		}
	}
}

func TestFilterFindsPayloads(t *testing.T) {
	s := newSea()
	s.fill()
	s.say(nil, "attic/box", "a teapot")
	b := open(t, s, nil)
	b.goTo(pageTopics, true)
	b.topics.filter.SetText("teapot")
	b.app.Until(t, "search", patience, func() bool { return b.topics.searched.Visible() })
	if got := b.topics.searched.Text; !strings.HasPrefix(got, "1 topic by payload; searched 6 latest messages") {
		t.Errorf("it says %q", got)
	}
	b.draw()
	if rows, total := b.topics.view.Rows(0, 9); total != 2 || rows[1].Path != "attic/box" {
		t.Errorf("found %+v", rows)
	}
	b.topics.filter.SetText("")
	if b.topics.searched.Visible() {
		t.Error("what was searched is still told")
	}
}

func TestLoadOfABranch(t *testing.T) {
	s := newSea()
	s.fill()
	b := open(t, s, nil)
	b.goTo(pageTopics, true)
	b.draw()
	b.topics.choose("solent")
	load := b.topics.detail.load
	b.app.Until(t, "load", patience, func() bool { b.draw(); return strings.Contains(load.total.Text, " now, ") })
	if !load.body.Visible() || load.title.Text != "solent" {
		t.Errorf("shown %v, of %q", load.body.Visible(), load.title.Text)
	}
	load.mu.Lock()
	defer load.mu.Unlock()
	if l := load.latest; l.Topics[0].Name != "solent/ferries/red-falcon/position" || l.Publishers[0].Name != "red-falcon" {
		t.Errorf("the top talkers are %+v and %+v", l.Topics[0], l.Publishers[0])
	}
}

// TestRetainedOfABranchIsDeleted asks the broker, which keeps more than the window
// has seen, and deletes what it keeps: not before the question, not before the time
// for second thoughts is over, and not what was taken back.
func TestRetainedOfABranchIsDeleted(t *testing.T) {
	s := newSea()
	s.fill()
	b := open(t, s, nil)
	b.goTo(pageTopics, true)
	b.draw()
	b.wire.kept = []string{"solent/ferries/red-falcon/status", "solent/unseen"}
	undo := b.topics.wipe.undo
	var due func()
	undo.now = s.clock.now
	undo.after = func(_ time.Duration, f func()) *time.Timer { due = f; return time.NewTimer(time.Hour) }
	ask := func() {
		b.topics.rows.SetSelected("solent")
		b.topics.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
		b.app.Until(t, "the question", patience, func() bool { return b.win.Canvas().Overlays().Top() != nil })
		over := b.win.Canvas().Overlays().Top()
		word, _ := uitest.Find(over, func(*widgets.Entry) bool { return true })
		word.SetText("2")
		yes, _ := uitest.Find(over, func(w *widget.Button) bool { return w.Text == "Delete" })
		test.Tap(yes)
	}
	ask()
	if !undo.bar.Visible() || len(b.wire.published()) > 0 || !slices.Equal(b.wire.asked, []string{"solent/#"}) {
		t.Fatalf("deleted at once, or without a word; asked %q", b.wire.asked)
	}
	b.shortcut(fyne.KeyZ, ctrl)
	due()
	if undo.bar.Visible() || len(b.wire.published()) > 0 {
		t.Fatal("deleted what was taken back")
	}
	ask()
	due()
	b.app.Until(t, "deletion", patience, func() bool { return len(b.wire.published()) == 2 })
	if got := b.wire.published()[1]; got != (sentMessage{"solent/unseen", "", 1, true}) {
		t.Errorf("sent %+v", got)
	}
}

// TestBrokerThatDoesNotSay falls back on what was seen, and says so.
func TestBrokerThatDoesNotSay(t *testing.T) {
	s := newSea()
	s.fill()
	b := open(t, s, nil)
	b.goTo(pageTopics, true)
	b.draw()
	b.wire.err = errors.New("not allowed")
	b.topics.wipe.ask("solent")
	b.app.Until(t, "the question", patience, func() bool { return b.win.Canvas().Overlays().Top() != nil })
	if _, told := uitest.Find(b.win.Canvas().Overlays().Top(), func(l *widget.Label) bool {
		return strings.Contains(l.Text, "could not be asked (not allowed)") && strings.Contains(l.Text, "1 retained message at")
	}); !told {
		t.Error("it does not say that the broker could not be asked")
	}
}

func TestTreeIsSortedByColumn(t *testing.T) {
	s := newSea()
	s.fill()
	b := open(t, s, nil)
	b.goTo(pageTopics, true)
	first := func() string {
		b.draw()
		rows, _ := b.topics.view.Rows(0, 1)
		return rows[0].Path
	}
	if got := first(); got != "kitchen" {
		t.Errorf("by topic %s comes first", got)
	}
	b.topics.sortBy(2)
	if got := first(); got != "solent" {
		t.Errorf("by rate %s comes first", got)
	}
	b.topics.sortBy(2)
	if got := first(); got != "kitchen" {
		t.Errorf("by rate, the other way round, %s comes first", got)
	}
}

// TestCommandIsAskedFor sends a command with a value, and one that nobody hears.
func TestCommandIsAskedFor(t *testing.T) {
	s := newSea()
	s.fill()
	b := open(t, s, nil)
	root := "solent/ferries/red-falcon"
	spec := model.CommandSpec{Name: "speed", Topic: "{device}/command/speed", Payload: `{"kn": {prompt:speed|0..20|kn}}`, Step: model.StepType}
	if err := b.book.put(-1, model.SavedCommand{For: "solent/ferries/+", CommandSpec: spec}); err != nil {
		t.Fatal(err)
	}
	b.openDevice(root)
	b.draw()
	if b.devices.detail.commands.buttons["speed"] == nil {
		t.Fatal("a saved command has no button")
	}
	b.send(model.Order{Device: root, Spec: spec}, nil)
	if len(b.wire.published()) > 0 {
		t.Fatal("sent without its value")
	}
	b.launch(model.Order{Device: root, Spec: spec, Answers: map[string]string{"speed": "12"}})
	b.app.Until(t, "message", patience, func() bool { return len(b.wire.published()) == 1 })
	if got := b.wire.published()[0]; got.payload != `{"kn": 12}` || got.topic != root+"/command/speed" || got.retain {
		t.Errorf("sent %+v", got)
	}
	b.wire.mu.Lock()
	b.wire.sessions = 0
	b.wire.mu.Unlock()
	b.draw()
	b.send(model.Order{Device: root, Spec: horn}, nil)
	if len(b.wire.published()) != 1 {
		t.Error("sent to nobody without a question")
	}
}
