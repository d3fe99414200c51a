package model_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

var horn = model.CommandSpec{Name: "horn", Topic: "{device}/command/horn", Ack: "{device}/ack/horn"}

// press begins a command that the broker accepts for one session.
func (h *house) press(spec model.CommandSpec) model.Command {
	c, _ := h.BeginCommand(model.Order{Device: "sea/x", Spec: spec})
	h.CommandAccepted(c.ID, 1, true)
	return c
}

func (h *house) expectCommand(id string, want model.CommandState, detail string) {
	h.t.Helper()
	for _, c := range h.Commands("", 1000) {
		if c.ID != id {
			continue
		}
		if c.State != want || c.Detail != detail || want.Final() == c.Done.IsZero() {
			h.t.Errorf("command is %v (%q), done %v, want %v (%q)", c.State, c.Detail, c.Done, want, detail)
		}
		return
	}
	h.t.Errorf("command %s is forgotten", id)
}

func TestCommandBegins(t *testing.T) {
	h := newHouse(t, model.Options{})
	c, err := h.BeginCommand(model.Order{Device: "sea/x", Spec: horn})
	if err != nil {
		t.Fatal(err)
	}
	var said struct{ ID string }
	if err := json.Unmarshal(c.Payload, &said); err != nil || said.ID != c.ID || c.ID == "" {
		t.Errorf("payload %s, id %q: %v", c.Payload, c.ID, err)
	}
	if c.Topic != "sea/x/command/horn" || c.Ack != "sea/x/ack/horn" || c.Device != "sea/x" || c.State != model.CommandSent {
		t.Errorf("%+v", c)
	}
	h.jump(time.Millisecond)
	h.CommandAccepted(c.ID, 2, true)
	got := h.Commands("sea/x", 1)[0]
	if got.State != model.CommandAccepted || got.Sessions != 2 || !got.SessionsKnown || !got.Accepted.Equal(h.clock()) {
		t.Errorf("%+v", got)
	}
	if len(h.Commands("sea/y", 9)) != 0 {
		t.Error("another device has the command")
	}
	h.CommandAccepted("nobody", 1, true)
	h.CommandRejected("nobody", errors.New("x"))
}

func TestCommandAnswers(t *testing.T) {
	const refused = "the device refused: "
	for _, tc := range []struct {
		name, answer, detail string
		want                 model.CommandState
	}{
		{name: "by id", answer: `{"id":"ID","ok":true}`, want: model.CommandAcknowledged},
		{name: "by id alone", answer: `{"id":"ID"}`, want: model.CommandAcknowledged},
		{name: "without id", answer: `{"ok":true}`, want: model.CommandAcknowledged},
		{name: "text", answer: "done", want: model.CommandAcknowledged},
		{name: "nothing", answer: "", want: model.CommandAcknowledged},
		{name: "another's", answer: `{"id":"else","ok":true}`, want: model.CommandAccepted},
		{name: "refused", answer: `{"id":"ID","ok":false,"reason":"no air"}`, want: model.CommandFailed, detail: refused + "no air"},
		{name: "refused, error", answer: `{"ok":false,"error":"no air"}`, want: model.CommandFailed, detail: refused + "no air"},
		{name: "refused, no reason", answer: `{"ok":false}`, want: model.CommandFailed, detail: refused + "no reason given"},
		{name: "refused in words", answer: `{"ok":"false"}`, want: model.CommandFailed, detail: refused + "no reason given"},
		{name: "refused as a number", answer: `{"ok":0}`, want: model.CommandFailed, detail: refused + "no reason given"},
		{name: "refused with an id of its own", answer: `{"id":7,"ok":false}`, want: model.CommandFailed, detail: refused + "no reason given"},
		{name: "too long", answer: string(make([]byte, 5000)), want: model.CommandAccepted},
	} {
		h := newHouse(t, model.Options{})
		c := h.press(horn)
		answer := tc.answer
		if i := len(`{"id":"`); len(answer) > i+2 && answer[i:i+2] == "ID" {
			answer = answer[:i] + c.ID + answer[i+2:]
		}
		h.jump(time.Second)
		h.say(nil, c.Ack, answer)
		t.Log(tc.name)
		h.expectCommand(c.ID, tc.want, tc.detail)
	}
}

func TestCommandEndsOtherwise(t *testing.T) {
	h := newHouse(t, model.Options{})
	nobody, _ := h.BeginCommand(model.Order{Device: "sea/x", Spec: horn})
	h.CommandAccepted(nobody.ID, 0, true)
	h.expectCommand(nobody.ID, model.CommandFailed, "nobody is listening for it")
	remote, _ := h.BeginCommand(model.Order{Device: "sea/x", Spec: horn})
	h.CommandAccepted(remote.ID, 0, false)
	h.expectCommand(remote.ID, model.CommandAccepted, "")
	rejected, _ := h.BeginCommand(model.Order{Device: "sea/x", Spec: horn})
	h.CommandRejected(rejected.ID, errors.New("not connected"))
	h.expectCommand(rejected.ID, model.CommandFailed, "not connected")
	h.CommandAccepted(rejected.ID, 1, true)
	h.expectCommand(rejected.ID, model.CommandFailed, "not connected")
	blind := h.press(model.CommandSpec{Name: "lights", Topic: "{device}/set"})
	h.expectCommand(blind.ID, model.CommandAcknowledged, "no answer is expected of this command")

	h.replay(remote.Ack, `{"ok":true}`) // an answer to somebody, some time ago
	h.say(&model.Publisher{ClientID: "me", Addr: model.InProcess}, remote.Ack, `{"ok":true}`)
	h.expectCommand(remote.ID, model.CommandAccepted, "")
	h.jump(model.DefaultCommandTimeout - time.Millisecond)
	h.Tick()
	h.expectCommand(remote.ID, model.CommandAccepted, "")
	h.jump(time.Millisecond)
	h.Tick()
	late := "no answer on sea/x/ack/horn within 5s"
	h.expectCommand(remote.ID, model.CommandTimedOut, late)
	h.say(nil, remote.Ack, `{"id":"`+remote.ID+`","ok":true}`)
	h.expectCommand(remote.ID, model.CommandTimedOut, late)

	serious := 0
	for _, e := range h.Events(0, 100) {
		if e.Kind == model.EventCommand && e.Serious {
			serious++
		}
	}
	if serious != 3 {
		t.Errorf("%d of three failures are serious events", serious)
	}
}

func TestTwoCommandsAtOnce(t *testing.T) {
	h := newHouse(t, model.Options{})
	first, second := h.press(horn), h.press(horn)
	h.say(nil, first.Ack, `{"id":"`+second.ID+`","ok":true}`)
	h.expectCommand(first.ID, model.CommandAccepted, "")
	h.expectCommand(second.ID, model.CommandAcknowledged, "")
	third := h.press(horn)
	h.say(nil, first.Ack, "ok") // without an id: the one that waits longest
	h.expectCommand(first.ID, model.CommandAcknowledged, "")
	h.expectCommand(third.ID, model.CommandAccepted, "")
	h.pass(6 * time.Second)
	h.expectCommand(third.ID, model.CommandTimedOut, "no answer on sea/x/ack/horn within 5s")
}

// A device may answer wherever its rule says, not only below "ack".
func TestAnswerOnAnyTopic(t *testing.T) {
	h := newHouse(t, model.Options{})
	for _, ack := range []string{"stat/x/RESULT", "{device}/reply/horn", "$x/answers", "{device}/set"} {
		spec := horn
		spec.Ack, spec.Timeout = ack, time.Minute
		c := h.press(spec)
		h.jump(30 * time.Second)
		h.Tick()
		h.say(nil, c.Ack, `{"ok":true}`)
		h.expectCommand(c.ID, model.CommandAcknowledged, "")
	}
}

func TestCommandLogIsBounded(t *testing.T) {
	h := newHouse(t, model.Options{Limits: model.Limits{Commands: 10}})
	var last model.Command
	for range 100 {
		last, _ = h.BeginCommand(model.Order{Device: "sea/x", Spec: horn})
	}
	got := h.Commands("", 1000)
	if len(got) != 10 || got[0].ID != last.ID {
		t.Errorf("%d commands, the latest %s of %s", len(got), got[0].ID, last.ID)
	}
	h.pass(6 * time.Second) // those that fell out of the log end too
	h.say(nil, last.Ack, "ok")
	h.expectCommand(last.ID, model.CommandTimedOut, "no answer on sea/x/ack/horn within 5s")
	if e := h.Events(0, 1000); len(e) != 100 {
		t.Errorf("%d events of 100 commands", len(e))
	}
}
