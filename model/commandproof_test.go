package model_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// falcon and shore are who listens in the tests.
var (
	falcon = model.Listener{ClientID: "ferry-1", Identity: "red-falcon", Connected: true, QoS: 1}
	shore  = model.Listener{ClientID: "shore", QoS: 1}
)

// proof is the states of a command's steps as letters, and all their words.
func proof(c *model.Command) (states, words string) {
	for _, p := range c.Proof() {
		states += string("wdfus"[p.State])
		words += p.Name + ": " + p.Text.String() + "\n"
	}
	return states, words
}

func TestProof(t *testing.T) {
	heard := model.Audience{Known: true, Listeners: []model.Listener{falcon, shore}, Total: 2}
	silent := horn
	silent.Ack = ""
	zero := byte(0)
	lax := horn
	lax.QoS = &zero
	for _, c := range []struct {
		name, states, words string
		spec                model.CommandSpec
		audience            model.Audience
		do                  func(h *house, id string)
	}{
		{"sent", "dwww", "Listening: red-falcon, shore, 1 of them away", horn, heard, func(*house, string) {}},
		{"accepted", "ddww", "handed to 2 sessions, none has acknowledged it yet", horn, heard, func(h *house, id string) { h.CommandAccepted(id, 2, true) }},
		{"delivered", "dddw", "acknowledged by red-falcon, after 40ms (1 of 2)", horn, heard, func(h *house, id string) {
			h.CommandAccepted(id, 2, true)
			h.CommandDelivered(id, falcon, h.clock().Add(40*time.Millisecond))
			h.CommandDelivered(id, falcon, h.clock().Add(90*time.Millisecond)) // once more
			h.CommandDelivered("nobody", falcon, h.clock())
		}},
		{"answered", "dddd", "answered on sea/x/ack/horn", horn, heard, func(h *house, id string) {
			h.CommandDelivered(id, falcon, h.clock())
			h.CommandAccepted(id, 2, true)
			h.say(nil, "sea/x/ack/horn", `{"id":"`+id+`"}`)
		}},
		{"refused by the device", "ddwf", "the device refused: no air", horn, heard, func(h *house, id string) {
			h.CommandAccepted(id, 2, true)
			h.say(nil, "sea/x/ack/horn", `{"ok":false,"reason":"no air"}`)
		}},
		{"too late", "ddwf", "no answer on sea/x/ack/horn within 5s", horn, heard, func(h *house, id string) {
			h.CommandAccepted(id, 2, true)
			h.jump(6 * time.Second)
			h.Tick()
		}},
		{"nobody", "fdfs", "Listening: nobody is listening", horn, model.Audience{Known: true}, func(h *house, id string) { h.CommandAccepted(id, 0, true) }},
		{"elsewhere", "uduw", "cannot be known: this broker does not say", horn, model.Audience{}, func(h *house, id string) { h.CommandAccepted(id, 0, false) }},
		{"not taken", "dfss", "Broker: no connection", horn, heard, func(h *house, id string) { h.CommandRejected(id, errors.New("no connection")) }},
		{"no answer expected", "ddws", "no answer is expected", silent, heard, func(h *house, id string) { h.CommandAccepted(id, 2, true) }},
		{"QoS 0", "dddw", "which at QoS 0 acknowledge nothing", lax, heard, func(h *house, id string) { h.CommandAccepted(id, 2, true) }},
	} {
		h := newHouse(t, model.Options{})
		begun, err := h.BeginCommand(model.Order{Device: "sea/x", Spec: c.spec, User: "anna", Audience: c.audience})
		if err != nil {
			t.Fatal(err)
		}
		c.do(h, begun.ID)
		got := h.Commands("", 1)[0]
		if states, words := proof(&got); states != c.states || !strings.Contains(words, c.words) {
			t.Errorf("%s: %s, want %s, with %q:\n%s", c.name, states, c.states, c.words, words)
		}
		if got.State.Final() {
			if e := h.Events(0, 1); len(e) != 1 || e[0].Client != "anna" || !strings.Contains(e[0].Text, "horn by anna "+got.Outcome()) {
				t.Errorf("%s: the log says %+v", c.name, e)
			}
		}
	}
}

// TestAnswerByState waits for a device's state to become what was asked for.
func TestAnswerByState(t *testing.T) {
	h := newHouse(t, model.Options{})
	spec := model.CommandSpec{Name: "mode", Topic: "{device}/set", Payload: "{prompt:mode|auto,manual}",
		Ack: "{device}/state", AckField: "/mode", AckValue: "{prompt:mode|auto,manual}"}
	c, err := h.BeginCommand(model.Order{Device: "sea/x", Spec: spec, Answers: map[string]string{"mode": "auto"}})
	if err != nil || string(c.Payload) != "auto" {
		t.Fatalf("%s, %v", c.Payload, err)
	}
	h.CommandAccepted(c.ID, 1, true)
	for _, other := range []string{`{"mode":"manual"}`, `{"ok":false}`, "auto", `{"mode":["auto"]}`} {
		h.say(nil, "sea/x/state", other)
		h.expectCommand(c.ID, model.CommandAccepted, "")
	}
	h.say(nil, "sea/x/state", `{"mode":"auto"}`)
	h.expectCommand(c.ID, model.CommandAcknowledged, "")
}

// TestAnswerInAField leaves messages without the field to whom they are for.
func TestAnswerInAField(t *testing.T) {
	h := newHouse(t, model.Options{})
	spec := horn
	spec.AckField = "/result/done"
	c := h.press(spec)
	h.say(nil, "sea/x/ack/horn", `{"ok":true}`)
	h.expectCommand(c.ID, model.CommandAccepted, "")
	h.say(nil, "sea/x/ack/horn", `{"result":{"done":false},"error":"no air"}`)
	h.expectCommand(c.ID, model.CommandFailed, "the device refused: no air")
}
