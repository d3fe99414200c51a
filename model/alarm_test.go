package model_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// alarmLog is the changes of alarms of a kind, the oldest first.
func (h *house) alarmLog(kind model.AlarmKind) []model.Alarm {
	var out []model.Alarm
	list := h.Alarms(0, 1000)
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].ID.Kind == kind {
			out = append(out, list[i])
		}
	}
	return out
}

// wantLife checks that one alarm began, is the only active one of its kind, and,
// after over, that it ended.
func (h *house) wantLife(kind model.AlarmKind, source, text string, severity model.Severity, over func()) {
	h.t.Helper()
	began := h.alarmLog(kind)
	if len(began) != 1 || !began[0].Active() || began[0].ID.Source != source || began[0].Text != text || began[0].Severity != severity || began[0].Began.IsZero() {
		h.t.Fatalf("%v began as %+v", kind, began)
	}
	if active := h.ActiveAlarms(); len(active) == 0 || active[0].ID != began[0].ID {
		h.t.Errorf("%v: active are %+v", kind, active)
	}
	over()
	ended := h.alarmLog(kind)
	if len(ended) != 2 || ended[1].Active() || ended[1].ID != began[0].ID || !ended[1].Began.Equal(began[0].Began) || ended[1].Ended.Before(ended[1].Began) {
		h.t.Fatalf("%v ended as %+v", kind, ended)
	}
	for _, a := range h.ActiveAlarms() {
		if a.ID.Kind == kind {
			h.t.Errorf("still active is %+v", a)
		}
	}
}

func TestAlarmOfALostDevice(t *testing.T) {
	h := newHouse(t, model.Options{})
	p := vouched("pump")
	h.SessionOpened(p, h.clock())
	h.say(p, "plant/pump/state", "1")
	h.SessionClosed(p, h.clock(), model.SessionBroken, "the connection broke")
	h.pass(time.Second)
	h.wantLife(model.AlarmLiveness, "plant/pump", "Pump was lost", model.SeverityAlarm, func() {
		h.SessionOpened(p, h.clock())
		h.say(p, "plant/pump/state", "2")
		h.pass(time.Second)
	})
}

func TestAlarmOfASilentDevice(t *testing.T) {
	h := newHouse(t, model.Options{})
	for range 60 {
		h.say(nil, "plant/pump/state", "1")
		h.pass(time.Second)
	}
	h.pass(10 * time.Minute)
	h.wantLife(model.AlarmLiveness, "plant/pump", "Pump fell silent", model.SeverityWarning, func() {
		h.say(nil, "plant/pump/state", "1")
		h.pass(time.Second)
	})
}

// TestAlarmOfALimit moves a value out of its limits, further out and back.
func TestAlarmOfALimit(t *testing.T) {
	h := newHouse(t, model.Options{})
	key := model.SeriesKey{Topic: "plant/pump", Pointer: "/bar"}
	h.SetLimits([]model.Limit{{Key: key, Low: math.Inf(-1), High: 12}, {Key: model.SeriesKey{Topic: "not/there"}, High: 1}})
	h.say(nil, "plant/pump", `{"rpm":900,"bar":12}`)
	h.pass(time.Second)
	if got := h.alarmLog(model.AlarmLimit); len(got) != 0 {
		t.Fatalf("a value at its limit is an alarm: %+v", got)
	}
	h.say(nil, "plant/pump", `{"rpm":900,"bar":13.5}`)
	h.pass(time.Second)
	h.say(nil, "plant/pump", `{"rpm":900,"bar":14}`)
	h.pass(time.Second)
	h.wantLife(model.AlarmLimit, "plant/pump/bar", "plant/pump/bar: 13.5 is above 12", model.SeverityAlarm, func() {
		h.say(nil, "plant/pump", `{"rpm":900,"bar":11}`)
		h.pass(time.Second)
	})
	h.say(nil, "plant/pump", `{"rpm":900,"bar":13}`)
	h.pass(time.Second)
	h.SetLimits(nil)
	h.pass(time.Second)
	if got := h.ActiveAlarms(); len(got) != 0 {
		t.Errorf("without limits there are alarms: %+v", got)
	}
}

func TestAlarmOfASecondWriter(t *testing.T) {
	h := newHouse(t, model.Options{})
	owner, thief := vouched("wight-sun"), vouched("mallory")
	const topic = "ferries/wight-sun/position"
	h.say(owner, topic, "1")
	h.say(thief, topic, "2")
	for range 5 { // the thief alone goes on
		h.pass(30 * time.Second)
		h.say(thief, topic, "3")
	}
	h.wantLife(model.AlarmSecondWriter, topic, "mallory writes "+topic+", which belongs to wight-sun", model.SeverityAlarm, func() { h.pass(2 * time.Minute) })
}

// TestAlarmOfRefusals refuses clients again and again: one alarm for each address,
// however many ports it comes from, and no end of clients is no end of alarms.
func TestAlarmOfRefusals(t *testing.T) {
	h := newHouse(t, model.Options{})
	for i := range 10 {
		h.Note(model.Event{At: h.clock(), Kind: model.EventRefused, Addr: fmt.Sprintf("192.0.2.7:%d", 5000+i), Text: "wrong password"})
		h.pass(30 * time.Second)
	}
	h.wantLife(model.AlarmRefused, "192.0.2.7", "192.0.2.7 was refused: wrong password", model.SeverityWarning, func() { h.pass(2 * time.Minute) })
	for i := range 5000 {
		h.Note(model.Event{At: h.clock(), Kind: model.EventDenied, Client: fmt.Sprint("client-", i), Text: "may not"})
	}
	if n := len(h.ActiveAlarms()); n != 2000 {
		t.Errorf("%d alarms are active", n)
	}
}
