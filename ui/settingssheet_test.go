package ui

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// engine is the program beside a window.
type engine struct {
	mib  int
	set  []*HistorySettings
	held map[Setting]string
}

func (e *engine) SetMemory(mib int) { e.mib = mib }

func (e *engine) SetHistory(s *HistorySettings) error {
	e.set = append(e.set, s)
	return nil
}

func (e *engine) Record(context.Context) (string, history.Usage, error) {
	return "/data/history.db", history.Usage{Bytes: 5 << 20, Messages: 1234, Samples: 99, Oldest: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}, nil
}

func (e *engine) Held(s Setting) string { return e.held[s] }

func TestHistoryForm(t *testing.T) {
	s := &HistorySettings{Place: "/data/x.db", Days: 1.5, GiB: 20, Keep: []KeepRule{{"cameras/#", 2, 5.5}, {"a=b/+", 0.25, 0}}}
	text := historyTextOf(s)
	if got, err := text.settings(); err != nil || !reflect.DeepEqual(got, s) {
		t.Errorf("filled in and read it is %+v, %v", got, err)
	}
	empty := historyTextOf(nil)
	if got, err := empty.settings(); err != nil || !reflect.DeepEqual(got, &HistorySettings{}) {
		t.Errorf("empty it is %+v, %v", got, err)
	}
	for name, bad := range map[string]historyText{
		"a password":      {place: "postgres://mate:hush@h/n"},
		"another scheme":  {place: "mysql://h/n"},
		"no days":         {days: "0"},
		"days of words":   {days: "many"},
		"not a number":    {days: "NaN"},
		"too large":       {gib: "2000000"},
		"a rule of words": {keep: "cameras"},
		"a bad filter":    {keep: "a# = 2"},
		"a rule for ever": {keep: "a/# ="},
		"no size":         {keep: "a/# = 1,"},
		"a size of words": {keep: "a/# = 1, much GiB"},
		"too many rules":  {keep: strings.Repeat("a/# = 1\n", maxKeepRules+1)},
	} {
		if got, err := bad.settings(); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestMemoryWords(t *testing.T) {
	st := model.Stats{Topics: 2, HistoryBytes: 2048, Samples: 1024}
	if got := memoryText(&st); !strings.Contains(got, "2.0 KiB in messages, 12.0 KiB in numbers. Nothing had to be shed") {
		t.Error(got)
	}
	st.Shed, st.ShedSamples = 1200, 3
	if got := memoryText(&st); !strings.Contains(got, "1,200 messages, 3 numbers") {
		t.Error(got)
	}
	for now, want := range map[int]int{0: 9, 64: 9, 100: 10, 100_000: 10} {
		list := memoryChoices(now)
		found := 0
		for i, c := range list {
			if c.mib == now {
				found++
			}
			if i > 0 && c.mib <= list[i-1].mib {
				t.Errorf("with %d: not in order: %+v", now, list)
			}
		}
		if len(list) != want || found != 1 {
			t.Errorf("with %d: %+v", now, list)
		}
	}
}

// TestSettingsSheet changes what the sheet offers, and has what a flag holds left
// alone.
func TestSettingsSheet(t *testing.T) {
	e := &engine{held: map[Setting]string{SettingHistoryPlace: "--history"}}
	b := open(t, newSea(), func(o *Options) { o.Program, o.Folder = e, "/data" })
	b.chosen("action:settings")
	sheet := b.win.Canvas().Overlays().Top()
	if sheet == nil {
		t.Fatal("there is no sheet")
	}
	b.app.Until(t, "what is recorded", 5*time.Second, func() bool { return says(sheet, "/data/history.db: 5.0 MiB on disk, 1,234 messages and 99 numbers") })
	selects := func(part string) *widget.Select {
		s, found := uitest.Find(sheet, func(s *widget.Select) bool { return strings.Contains(strings.Join(s.Options, " "), part) })
		if !found {
			t.Fatalf("nothing offers %s", part)
		}
		return s
	}
	selects("Light").SetSelected("Light")
	if b.o.Settings.Theme != "light" || b.currentVariant() != theme.VariantLight {
		t.Errorf("the theme is %q", b.o.Settings.Theme)
	}
	selects("256.0 MiB").SetSelected("256.0 MiB")
	if e.mib != 256 || b.saved[len(b.saved)-1].MemoryMiB != 256 {
		t.Errorf("the budget is %d, saved %+v", e.mib, b.saved)
	}
	quiet, _ := uitest.Find(sheet, func(c *widget.Check) bool { return strings.Contains(c.Text, "notifications") })
	quiet.SetChecked(false)
	if !b.saved[len(b.saved)-1].Quiet || !b.notices.quiet() {
		t.Error("it is not quiet")
	}
	place, found := uitest.Find(sheet, func(x *widgets.Entry) bool { return strings.HasPrefix(x.PlaceHolder, "history.db") })
	if !found || !place.Disabled() || !says(sheet, "--history") {
		t.Error("what the command line holds can be changed, or is not said")
	}
	days, _ := uitest.Find(sheet, func(x *widgets.Entry) bool { return strings.HasPrefix(x.PlaceHolder, "messages 30") })
	days.SetText("soon")
	b.tap(sheet, "Apply")
	if len(e.set) != 0 || !says(sheet, "The number of days is") {
		t.Error("a number that is none was taken")
	}
	days.SetText("7")
	b.tap(sheet, "Apply")
	if len(e.set) != 1 || e.set[0].Days != 7 || b.saved[len(b.saved)-1].History.Days != 7 {
		t.Errorf("set %+v", e.set)
	}
	b.tap(sheet, "Close")
	if b.sheet != nil {
		t.Error("it does not close")
	}
}

func TestRecordWords(t *testing.T) {
	for _, c := range []struct {
		place string
		usage history.Usage
		err   error
		want  string
	}{
		{"", history.Usage{}, nil, "recording is off"},
		{"/h.db", history.Usage{}, nil, "empty yet"},
		{"/h.db", history.Usage{}, errors.New("no room"), "/h.db: no room"},
	} {
		if got := recordText(c.place, c.usage, c.err); !strings.Contains(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
