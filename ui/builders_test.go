package ui

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// texts are the texts of a row's cells, joined.
func texts(r widgets.Row) string {
	parts := make([]string, len(r.Cells))
	for i, c := range r.Cells {
		parts[i] = c.Text
	}
	return strings.Join(parts, "|")
}

func TestTreeRow(t *testing.T) {
	said := model.TreeRow{Path: "a/b", Name: "b", Depth: 1, HasValue: true, Payload: []byte("21.5"), At: noon, PerSecond: 2}
	for _, c := range []struct {
		name   string
		change func(*model.TreeRow)
		age    time.Duration
		want   string
		check  func(widgets.Row) bool
	}{
		{"fresh", func(*model.TreeRow) {}, 0, "b|21.5|2.0/s|now", func(r widgets.Row) bool { return r.Flash == 1 && !r.Dim }},
		{"flash over", func(*model.TreeRow) {}, flashFor, "b|21.5|2.0/s|now", func(r widgets.Row) bool { return r.Flash == 0 }},
		{"older", func(*model.TreeRow) {}, 3 * time.Minute, "b|21.5|2.0/s|3 min", func(r widgets.Row) bool { return r.Depth == 1 && r.Key == "a/b" }},
		{"late", func(r *model.TreeRow) { r.Late = true }, time.Minute, "b|21.5|2.0/s|1 min", func(r widgets.Row) bool {
			return r.Dim && r.Cells[3].Color == widgets.ColorLate
		}},
		{"retained", func(r *model.TreeRow) { r.Retained = true }, 0, "b  ⚑|21.5|2.0/s|now", nil},
		{"branch", func(r *model.TreeRow) { r.HasValue, r.Children, r.Topics = false, true, 8311 }, 0, "b|8,311 topics|2.0/s|", func(r widgets.Row) bool {
			return r.Expander == widgets.ExpanderClosed
		}},
		{"open branch", func(r *model.TreeRow) { r.Children, r.Open = true, true }, 0, "b|21.5|2.0/s|now", func(r widgets.Row) bool {
			return r.Expander == widgets.ExpanderOpen
		}},
		{"empty level", func(r *model.TreeRow) { r.Name, r.PerSecond = "", 0 }, 0, "(empty level)|21.5||now", nil},
	} {
		r := said
		c.change(&r)
		got := treeRow(&r, noon.Add(c.age))
		if texts(got) != c.want || c.check != nil && !c.check(got) {
			t.Errorf("%s: %+v, want %q", c.name, got, c.want)
		}
	}
	long := said
	long.Payload = []byte(strings.Repeat("x", 200))
	if got := treeRow(&long, noon).Cells[1].Text; !strings.HasSuffix(got, "…") || len([]rune(got)) != valueRunes {
		t.Errorf("a long value is shown as %q", got)
	}
}

func TestRecordRow(t *testing.T) {
	r := model.Record{At: noon.Add(4567 * time.Millisecond), Payload: []byte("on"), QoS: 2, Retained: true, Publisher: falcon}
	if got := texts(recordRow(&r)); got != "12:00:04.567|2 ⚑|2 B|red-falcon|on" {
		t.Errorf("the row is %q", got)
	}
	r.QoS, r.Retained, r.Publisher = 0, false, nil
	if got := texts(recordRow(&r)); got != "12:00:04.567|0|2 B|unknown|on" {
		t.Errorf("the row is %q", got)
	}
}

func TestTopicMeta(t *testing.T) {
	i := model.TopicInfo{Size: 2048, At: noon, QoS: 1, Messages: 1204, Cadence: 10 * time.Second, Retained: true}
	want := "QoS 1 · 2.0 KiB · 1,204 messages · every 10 s · retained · 12:00:00 (5 s)"
	if got := topicMeta(&i, noon.Add(5*time.Second)); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestDeviceTile(t *testing.T) {
	d := model.DeviceInfo{
		Root: "kitchen/thermometer", Name: "Thermometer", Kind: "device", Liveness: model.Alive,
		Evidence: model.Evidence{LastSeen: noon, Messages: 1},
		Values: []model.ValueInfo{
			{ValueSpec: model.ValueSpec{Label: "thermometer", Unit: "°C", Decimals: -1}, Last: 21.5, Spark: []float64{21, 21.5}},
			{ValueSpec: model.ValueSpec{Label: "b", Decimals: 0}, Last: 1}, {ValueSpec: model.ValueSpec{Label: "c"}, Last: 2},
		},
	}
	got := deviceTile(&d, noon.Add(3*time.Second))
	if got.Key != d.Root || got.Name != d.Name || got.Status != widgets.StatusAlive || got.Dim || got.Age != "3 s" || got.Note != "" {
		t.Errorf("the tile is %+v", got)
	}
	if v := got.Values[0]; v.Label != "thermometer" || v.Value != "21.5" || v.Unit != "°C" || len(v.Spark) != 2 {
		t.Errorf("its first value is %+v", v)
	}
	if got.Values[1].Label != "b" {
		t.Errorf("its second value is %+v", got.Values[1])
	}
	for l, dim := range map[model.Liveness]bool{model.Unknown: false, model.Late: true, model.Silent: true, model.Lost: true, model.Offline: true} {
		d.Liveness = l
		if deviceTile(&d, noon).Dim != dim {
			t.Errorf("%v: stale data must look stale, and fresh data fresh", l)
		}
	}
}

func TestTileOfADeviceWithoutNumbers(t *testing.T) {
	d := model.DeviceInfo{Evidence: model.Evidence{Messages: 3}}
	if got := deviceTile(&d, noon); got.Values[0].Value != "3" || got.Values[1].Label != "" || got.Note != "" || got.Age != "" {
		t.Errorf("the tile is %+v", got)
	}
	d.Evidence.Cadence = 30 * time.Second
	if got := deviceTile(&d, noon); got.Note != "" {
		t.Errorf("a device of which nothing is known says %q", got.Note)
	}
	d.Liveness = model.Alive
	if got := deviceTile(&d, noon); got.Note != "says that it is well" || got.Values[1].Value != "30 s" {
		t.Errorf("the tile is %+v", got)
	}
}

// voyage is a voyage under way, due at 12:41.
func voyage() *model.VoyageInfo {
	return &model.VoyageInfo{
		Voyage: model.Voyage{From: "southampton", To: "cowes", Predicted: noon.Add(41 * time.Minute), Margin: time.Minute, Basis: model.PredictionLane},
		ToName: "East Cowes", FromName: "Southampton", HasDelay: true, Delay: time.Minute,
	}
}

func TestVoyageNote(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*model.VoyageInfo)
		want   string
		late   bool
	}{
		{"on its way", func(*model.VoyageInfo) {}, "to East Cowes 12:41", false},
		{"late", func(v *model.VoyageInfo) { v.Delay = 5 * time.Minute }, "+5 min  to East Cowes 12:41", true},
		{"perhaps late", func(v *model.VoyageInfo) { v.Delay, v.Margin = 5*time.Minute, 6*time.Minute }, "to East Cowes 12:41", false},
		{"in port", func(v *model.VoyageInfo) { v.InPort, v.InPortName = "southampton", "Southampton" }, "in Southampton, next East Cowes", false},
		{"in port, resting", func(v *model.VoyageInfo) { v.InPort, v.InPortName, v.ToName = "s", "Southampton", "" }, "in Southampton", false},
		{"not foretold", func(v *model.VoyageInfo) { v.Predicted = time.Time{} }, "under way", false},
	} {
		v := voyage()
		c.change(v)
		if got, ink := voyageNote(v); got != c.want || (ink == widgets.ColorLate) != c.late {
			t.Errorf("%s: %q in %q, want %q", c.name, got, ink, c.want)
		}
	}
	if got, _ := voyageNote(nil); got != "" {
		t.Errorf("what does not travel has the note %q", got)
	}
}

func TestEventRows(t *testing.T) {
	for _, c := range []struct {
		e    model.Event
		want string
	}{
		{model.Event{Kind: model.EventLiveness, Device: "solent/ferries/red-falcon", From: model.Silent, To: model.Alive}, "Red Falcon|is back, was silent"},
		{model.Event{Kind: model.EventLiveness, Device: "a/b", To: model.Late}, "B|is late"},
		{model.Event{Kind: model.EventLiveness, Device: "a/b", To: model.Silent}, "B|fell silent"},
		{model.Event{Kind: model.EventLiveness, Device: "a/b", To: model.Offline}, "B|said goodbye"},
		{model.Event{Kind: model.EventLiveness, Device: "a/b", To: model.Lost}, "B|was lost"},
		{model.Event{Kind: model.EventLiveness, Device: "a/b", To: model.Unknown}, "B|is unknown"},
		{model.Event{Kind: model.EventSessionOpened, Client: "thermo", Addr: "192.0.2.9:1"}, "thermo|connected from 192.0.2.9:1"},
		{model.Event{Kind: model.EventSessionClosed, Client: "thermo", Text: "connection lost"}, "thermo|session ended: connection lost"},
		{model.Event{Kind: model.EventRefused, Addr: "192.0.2.9:1", Text: "bad password (3 times)"}, "192.0.2.9:1|refused: bad password (3 times)"},
		{model.Event{Kind: model.EventDenied, Client: "x", Text: "may not publish a"}, "x|denied: may not publish a"},
		{model.Event{Kind: model.EventTrouble, Client: "x", Text: "cut off"}, "x|cut off"},
		{model.Event{Kind: model.EventDelay, Device: "a/b", Text: "5 minutes late"}, "B|5 minutes late"},
		{model.Event{Kind: model.EventCommand, Device: "a/b", Text: "horn acknowledged"}, "B|horn acknowledged"},
		{model.Event{Kind: model.EventLink, Addr: "here", Text: "up"}, "here|up"},
	} {
		c.e.Seq, c.e.At = 7, noon
		row := eventRows([]model.Event{c.e}, noon)[0]
		if got := texts(row); got != "12:00:00|"+c.want || row.Key != "7" {
			t.Errorf("%q, want %q", got, c.want)
		}
		if shape := c.e.Kind == model.EventLiveness; shape != (row.Status != widgets.StatusNone) {
			t.Errorf("%q has the shape %v", c.want, row.Status)
		}
	}
}

func TestEvidenceRows(t *testing.T) {
	d := model.DeviceInfo{
		Root: "solent/ferries/red-falcon", Liveness: model.Late, Since: noon.Add(-time.Minute), Publisher: falcon,
		HasPosition: true, Position: model.Position{LatLon: cowes.Center}, Voyage: voyage(),
		Evidence: model.Evidence{
			LastSeen: noon.Add(-5 * time.Second), Messages: 42, Cadence: time.Second, Spread: 100 * time.Millisecond, Suspicion: 4.25,
			Session: model.SessionOpen, SessionSince: noon.Add(-time.Hour), Status: "online",
		},
	}
	d.Voyage.Claim = &model.VoyageClaim{To: "East Cowes", ScheduledArrival: noon.Add(40 * time.Minute), PredictedArrival: noon.Add(42 * time.Minute)}
	got := map[string]string{}
	for _, f := range evidenceRows(&d, noon) {
		got[f.label] = f.value
	}
	for label, want := range map[string]string{
		"Liveness": "late for 1 min", "Last seen": "11:59:55 (5 s), 42 messages", "Cadence": "every 1 s ± 0.1 s · suspicion φ 4.2",
		"Session": "connected for 1 h", "Says": "online",
		"Voyage": "to East Cowes 12:41", "Predicted": "12:41:00 ± 1 min, from the lane",
		"Vessel says": "to East Cowes at 12:42:00, scheduled 12:40", "Position": formatPlace(cowes.Center), "Topic": d.Root,
	} {
		if got[label] != want {
			t.Errorf("%s: %q, want %q", label, got[label], want)
		}
	}
}

func TestEvidenceOfAStranger(t *testing.T) {
	d := model.DeviceInfo{Root: "a/b", Evidence: model.Evidence{Suspicion: math.Inf(-1)}}
	got := map[string]string{}
	for _, f := range evidenceRows(&d, noon) {
		got[f.label] = f.value
	}
	for label, want := range map[string]string{
		"Liveness": "unknown", "Last seen": "not since this program started", "Cadence": "not learned yet",
		"Session": "unknown to this link",
	} {
		if got[label] != want {
			t.Errorf("%s: %q, want %q", label, got[label], want)
		}
	}
	if _, ok := got["Voyage"]; ok || got["Position"] != "" {
		t.Errorf("a device that never said where it is has %v", got)
	}
}

func TestSessionText(t *testing.T) {
	for s, want := range map[model.SessionState]string{
		model.SessionUnknown: "unknown to this link", model.SessionOpen: "connected for 10 s", model.SessionGoodbye: "said goodbye 10 s ago",
		model.SessionBroken: "connection broken 10 s ago", model.SessionWill: "connection broken, its will spoke 10 s ago", model.SessionShort: "connects for each message",
	} {
		e := model.Evidence{Session: s, SessionSince: noon.Add(-10 * time.Second)}
		if got := sessionText(&e, noon); got != want {
			t.Errorf("%d: %q, want %q", s, got, want)
		}
	}
}

func TestProof(t *testing.T) {
	c := model.Command{Spec: horn, Sent: noon, Ack: "a"}
	for _, s := range []struct {
		name        string
		change      func(*model.Command)
		full, short string
		mark        widgets.Mark
		alarming    bool
	}{
		{"sent", func(*model.Command) {}, "sent", "sent", widgets.MarkSent, false},
		{"accepted", func(c *model.Command) {
			c.State, c.Accepted, c.Sessions, c.SessionsKnown = model.CommandAccepted, noon.Add(time.Millisecond), 1, true
		}, "accepted, handed to 1 session", "accepted", widgets.MarkAccepted, false},
		{"acknowledged", func(c *model.Command) {
			c.State, c.Done = model.CommandAcknowledged, noon.Add(240*time.Millisecond+500*time.Microsecond)
		}, "acknowledged, handed to 1 session after 0.2 s", "acknowledged, 0.2 s", widgets.MarkAcknowledged, false},
		{"no answer is expected", func(c *model.Command) { c.Ack = "" }, "accepted, handed to 1 session after 0.2 s", "accepted, 0.2 s", widgets.MarkAccepted, false},
		{"timed out", func(c *model.Command) {
			c.State, c.Done, c.Detail = model.CommandTimedOut, noon.Add(5*time.Second), "no answer on a within 5s"
		}, "timed out, handed to 1 session after 5 s: no answer on a within 5s", "timed out", widgets.MarkTimedOut, true},
		{"failed", func(c *model.Command) {
			c.State, c.SessionsKnown, c.Detail = model.CommandFailed, false, "the device refused: in port"
		}, "failed after 5 s: the device refused: in port", "failed", widgets.MarkFailed, true},
	} {
		s.change(&c)
		if got := proofText(&c); got != s.full {
			t.Errorf("%s in full: %q, want %q", s.name, got, s.full)
		}
		if got := shortProof(&c); got != s.short {
			t.Errorf("%s in short: %q, want %q", s.name, got, s.short)
		}
		if proofMark(&c) != s.mark || (proofColor(&c) == widgets.ColorLost) != s.alarming {
			t.Errorf("%s: mark %v, colour %q", s.name, proofMark(&c), proofColor(&c))
		}
	}
}
