package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestStepsGolden(t *testing.T) {
	for name, steps := range map[string][]Step{
		"done": {
			{Name: "Listening", Mark: MarkAcknowledged, Text: "red-falcon", Time: "12:04:31"},
			{Name: "Broker", Mark: MarkAcknowledged, Text: "accepted at QoS 1, after 2ms", Time: "12:04:31"},
			{Name: "Delivered", Mark: MarkAcknowledged, Text: "acknowledged by red-falcon, after 14ms", Time: "12:04:31"},
			{Name: "Device", Mark: MarkAcknowledged, Text: "answered on ack/horn after 0.2s", Time: "12:04:31"},
		},
		"failed": {
			{Name: "Listening", Mark: MarkFailed, Text: "nobody is listening", Time: "12:04:31"},
			{Name: "Broker", Mark: MarkAcknowledged, Text: "accepted at QoS 1, after 2ms", Time: "12:04:31"},
			{Name: "Delivered", Mark: MarkFailed, Text: "to nobody"},
			{Name: "Device", Text: "not reached"},
		},
		"unknown": {
			{Name: "Listening", Unknown: true, Text: "who listens cannot be known: this broker does not say"},
			{Name: "Broker", Mark: MarkSent, Text: "waiting for the broker to accept it"},
		},
	} {
		golden(t, "steps/"+name, 420, 100, func() fyne.CanvasObject {
			s := NewSteps()
			s.Set(steps)
			return s
		})
	}
}

func TestStepsComeAndGo(t *testing.T) {
	app(t)
	s := NewSteps()
	test.NewTempWindow(t, s)
	s.Set([]Step{{Name: "a"}, {Name: "b"}, {Name: "c"}})
	s.Set([]Step{{Name: "d"}})
	shown := 0
	for i := range s.view.parts {
		if s.view.parts[i].name.Visible() {
			shown++
		}
	}
	if shown != 1 || s.view.parts[0].name.Text != "d" {
		t.Errorf("%d steps are shown, the first is %q", shown, s.view.parts[0].name.Text)
	}
}

func sheet() *CommandSheet {
	s := NewCommandSheet(SheetOptions{Action: "Send", Step: SheetType, Word: "red-falcon", Fields: []SheetField{
		{Name: "speed", Unit: "kn", Hint: RangeHint(0, 20)}, {Name: "mode", Choices: []string{"auto", "manual"}}}})
	s.SetAudience("Nobody is listening.", true)
	s.SetPreview("solent/ferries/red-falcon/command/speed", "speed must be a number from 0 to 20 kn")
	return s
}

func TestCommandSheetGolden(t *testing.T) {
	golden(t, "commandsheet/type", 460, 330, func() fyne.CanvasObject { return sheet() })
	golden(t, "commandsheet/hold", 460, 170, func() fyne.CanvasObject {
		s := NewCommandSheet(SheetOptions{Action: "Stop engines", Step: SheetHold})
		s.SetAudience("Listening: red-falcon.", false)
		s.SetPreview("solent/ferries/red-falcon/command/stop\n{\"id\":\"…\"}", "")
		return s
	})
}

// TestCommandSheetAsksForEverything sends only what is complete and agreed to.
func TestCommandSheetAsksForEverything(t *testing.T) {
	app(t)
	s := sheet()
	test.NewTempWindow(t, s)
	sent, changes := 0, 0
	s.OnSend, s.OnChange = func() { sent++ }, func() { changes++ }
	s.word.SetText("red-falcon")
	test.Tap(s.send)
	if sent != 0 || !s.send.Disabled() {
		t.Error("sent without a speed")
	}
	entry, ok := s.first.(*Entry)
	if !ok {
		t.Fatalf("the cursor goes to %T", s.first)
	}
	entry.SetText("12")
	s.SetPreview("topic", "")
	if got := s.Answers(); got["speed"] != "12" || changes != 1 || s.send.Disabled() {
		t.Errorf("answers %v after %d changes", got, changes)
	}
	s.word.SetText("red-eagle")
	s.word.OnSubmitted("")
	if sent != 0 || !s.send.Disabled() {
		t.Error("sent to another name")
	}
	s.word.SetText(" red-falcon ")
	test.Tap(s.send)
	if sent != 1 {
		t.Errorf("sent %d times", sent)
	}
}

func TestDiffViewGolden(t *testing.T) {
	golden(t, "diffview/some", 360, 120, func() fyne.CanvasObject {
		d := NewDiffView()
		d.Set([]DiffLine{{DiffSame, 1, 1, "{"}, {DiffGone, 2, 0, `  "sog": 12.4,`}, {DiffNew, 0, 2, `  "sog": 12.6,`}, {DiffSame, 3, 3, `  "cog": 10`}, {DiffSame, 4, 4, "}"}})
		return d
	})
}

// TestDiffViewIsVirtual scrolls through a long comparison.
func TestDiffViewIsVirtual(t *testing.T) {
	app(t)
	d := NewDiffView()
	w := test.NewTempWindow(t, d)
	w.Resize(fyne.NewSize(400, 200))
	lines := make([]DiffLine, 100_000)
	d.Set(lines)
	d.rows.SetOffset(1e9)
	if d.rows.total != len(lines) || len(d.rows.rows) > 200 || d.rows.first+len(d.rows.rows) != len(lines) {
		t.Errorf("%d rows from %d of %d", len(d.rows.rows), d.rows.first, d.rows.total)
	}
}
