package model_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pilothouse/pilothouse/model"
)

// preview fills the topic and the payload of a command to sea/x in.
func (h *house) preview(topic, payload string, answers map[string]string) (string, string, error) {
	return h.PreviewCommand(model.Order{Device: "sea/x", Answers: answers, User: "anna",
		Spec: model.CommandSpec{Name: "set", Topic: topic, Payload: payload}})
}

func TestTemplates(t *testing.T) {
	h := newHouse(t, model.Options{})
	h.say(nil, "sea/x/position", `{"sog": 12.50, "name": "a \"b\"", "deep": {"list": [1, {"k/": true}]}}`)
	h.jump(time.Millisecond)
	h.say(nil, "sea/x/mode", `{"name": "auto"}`)
	answers := map[string]string{"speed": " 7.5 ", "mode": "auto", "path": "a/b", "note": "he said \"hi\"\n"}
	for _, c := range []struct{ template, want string }{
		{"plain", "plain"}, {"", `{"id":"…"}`},
		{"{device} {name} {id} {user}", "sea/x x … anna"},
		{`{"a": {field:/sog}}`, `{"a": 12.50}`},
		{`{"a": {field:position/sog}, "b": {}}`, `{"a": 12.50, "b": {}}`},
		{`{"a": {field:position/name}}`, `{"a": "a \"b\""}`},
		{`{"a": "{field:position/name}"}`, `{"a": "a \"b\""}`},
		{`{field:/name}`, "auto"}, // the latest message that has it
		{`{field:position/deep/list/1/k~1}`, "true"},
		{`{field:position/deep/list}`, `[1,{"k/":true}]`},
		{`{"s": {prompt:speed|0..20|kn}}`, `{"s": 7.5}`},
		{`{"s": "at {prompt:speed|0..20|kn} kn"}`, `{"s": "at 7.5 kn"}`},
		{`{"m": {prompt:mode|auto,manual}}`, `{"m": "auto"}`},
		{`{"n": {prompt:note}}`, `{"n": "he said \"hi\"\n"}`},
		{`{"n": "\"{prompt:note}"}`, `{"n": "\"he said \"hi\"\n"}`},
		{`[{id},{prompt:speed|0..20}]`, `["…",7.5]`},
		{"note: {prompt:note}", "note: he said \"hi\"\n"},
		{"x {Device} {1} { id } {", "x {Device} {1} { id } {"},
	} {
		if _, got, err := h.preview("a", c.template, answers); err != nil || got != c.want {
			t.Errorf("%s became %q, want %q (%v)", c.template, got, c.want, err)
		}
	}
	for _, c := range []struct{ topic, payload, want string }{
		{"a", "{colour}", "{colour} is not known"}, {"a", "{field:sog}", "names no field"}, {"a", "{prompt:}", "needs a name"},
		{"a", "{device:x}", "takes nothing after the colon"}, {"a", "{prompt:a|1..x}", "is no range"}, {"a", "{prompt:a|9..1}", "is no range"},
		{"a", "{prompt:a|,}", "needs a range"}, {"a", "{prompt:a|1..2|kn|x}", "a prompt is"}, {"a", "{prompt:missing}", "missing is not given"},
		{"a", "{field:/nowhere}", "has not said"}, {"a", `{"a": {field:/sog}`, "begins like JSON and is none"},
		{"a/{prompt:path}", "", "cannot stand in a topic"}, {"a/#", "", "#"}, {"", "", "topic"},
		{"a", "{prompt:mode|on,off}", "must be one of: on, off"}, {"a", "{prompt:speed|0..5|kn}", "number from 0 to 5 kn"},
		{"a", strings.Repeat("{id}", 65), "at most 64"}, {"a", strings.Repeat("x", 70_000), "too long"},
	} {
		if _, _, err := h.preview(c.topic, c.payload, answers); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q, %.40q: %v, want %q", c.topic, c.payload, err, c.want)
		}
	}
}

// TestValuesStayInTheirPlace puts any text into JSON: it stays JSON, of the same
// shape, and the text comes out as it went in.
func TestValuesStayInTheirPlace(t *testing.T) {
	h := newHouse(t, model.Options{})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		_, got, err := h.preview("a", `{"a": "<{prompt:x}>", "b": 1}`, map[string]string{"x": text})
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal([]byte(got), &doc); err != nil || len(doc) != 2 || doc["b"] != 1.0 {
			t.Fatalf("%q became %s: %v", text, got, err)
		}
		if want := "<" + strings.ToValidUTF8(text, "\ufffd") + ">"; doc["a"] != want {
			t.Fatalf("%q became %q", text, doc["a"])
		}
		topic, _, err := h.preview("a/{prompt:x}/b", "", map[string]string{"x": text})
		if err == nil && strings.Count(topic, "/") != 2 {
			t.Fatalf("%q went to %s", text, topic)
		}
	})
}

func TestPrompts(t *testing.T) {
	spec := model.CommandSpec{Name: "x", Topic: "a/{prompt:mode|on,off}", Payload: "{prompt:speed|-1..20|kn} {prompt:mode|on,off} {prompt:note}"}
	got := spec.Prompts()
	if len(got) != 3 || got[0].Name != "mode" || len(got[0].Choices) != 2 || !got[1].Number || got[1].Min != -1 || got[1].Max != 20 ||
		got[1].Unit != "kn" || got[2].Name != "note" {
		t.Errorf("%+v", got)
	}
	for answer, ok := range map[string]bool{"-1": true, "20": true, "20.1": false, "": false, "x": false, "NaN": false, "Inf": false, " 3 ": true} { //nolint:gocritic // spaces around it are the case
		if (got[1].Check(answer) == nil) != ok {
			t.Errorf("%q: %v", answer, got[1].Check(answer))
		}
	}
}

func TestCommandsThatAreRefused(t *testing.T) {
	three := byte(3)
	for want, spec := range map[string]model.CommandSpec{
		"no name":       {Topic: "a"},
		"never retain":  {Name: "x", Topic: "a", Retain: true},
		"QoS is 0":      {Name: "x", Topic: "a", QoS: &three},
		"step":          {Name: "x", Topic: "a", Step: "shout"},
		"waited for":    {Name: "x", Topic: "a", Timeout: 2 * model.MaxCommandTimeout},
		"is no field":   {Name: "x", Topic: "a", Ack: "b", AckField: "ok"},
		"no topic that": {Name: "x", Topic: "a", AckField: "/ok"},
		"topic":         {Name: "x", Topic: "a/#"},
	} {
		if err := spec.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", spec, err, want)
		}
		h := newHouse(t, model.Options{})
		if _, err := h.BeginCommand(model.Order{Device: "sea/x", Spec: spec}); err == nil || len(h.Commands("", 9)) != 0 {
			t.Errorf("%+v was begun: %v", spec, err)
		}
	}
	retained := model.CommandSpec{Name: "x", Topic: "a", Retain: true}
	if !errors.Is(retained.Check(), model.ErrRetainedCommand) {
		t.Error("a retained command is refused without its reason")
	}
}

func TestCommandTopics(t *testing.T) {
	h := newHouse(t, model.Options{})
	for topic, want := range map[string]bool{"sea/x/command/horn": true, "house/lamp/set": true, "cmnd/lamp/POWER": true,
		"sea/x/position": false, "sea/x/state": false, "$SYS/x/set": false, "a/#": false, "": false} {
		m := &model.Outgoing{Topic: topic, Payload: []byte("on"), Retain: true}
		if _, _, err := h.PreviewCommand(model.Order{Message: m}); errors.Is(err, model.ErrRetainedCommand) != want {
			t.Errorf("%s, retained: %v", topic, err)
		}
		m.Retain = false
		if _, _, err := h.PreviewCommand(model.Order{Message: m}); errors.Is(err, model.ErrRetainedCommand) {
			t.Errorf("%s: %v", topic, err)
		}
	}
	m := &model.Outgoing{Topic: "sea/x/command/horn", Retain: true} // takes a retained one away
	if _, _, err := h.PreviewCommand(model.Order{Message: m}); err != nil {
		t.Error(err)
	}
	m = &model.Outgoing{Topic: "a", QoS: 3}
	if _, _, err := h.PreviewCommand(model.Order{Message: m}); err == nil {
		t.Error("QoS 3 can be sent")
	}
}

// TestMessageAsItIs sends what looks like a template as it is, and follows it.
func TestMessageAsItIs(t *testing.T) {
	h := newHouse(t, model.Options{})
	const raw = `{"id": {id}, {prompt:x}`
	c, err := h.BeginCommand(model.Order{User: "anna", Spec: model.CommandSpec{Name: "publish", Label: "Message"},
		Message: &model.Outgoing{Topic: "a/{x}", Payload: []byte(raw), QoS: 2, Retain: true}})
	if err != nil || string(c.Payload) != raw || c.Topic != "a/{x}" || c.QoS != 2 || !c.Retain {
		t.Fatalf("%+v: %v", c, err)
	}
	h.CommandAccepted(c.ID, 0, true)
	got, ok := h.Command(c.ID)
	if !ok || got.State != model.CommandAcknowledged || got.Obeyed() || got.Outcome() != "accepted and kept" {
		t.Errorf("%+v is %s", got, got.Outcome())
	}
	if e := h.Events(0, 1); len(e) != 1 || e[0].Text != "Message by anna accepted and kept: no answer is expected of this command" {
		t.Errorf("the log says %+v", e)
	}
	if _, ok := h.Command("none"); ok {
		t.Error("there is a command that never was")
	}
}

// TestValueOfAControl fills in what a slider or a switch asks for.
func TestValueOfAControl(t *testing.T) {
	h := newHouse(t, model.Options{})
	for _, c := range []struct{ template, value, want string }{
		{`{"v":{value}}`, "4.5", `{"v":4.5}`}, {`{"v":{value}}`, "ON", `{"v":"ON"}`}, {`{"v":"{value}"}`, `a"b`, `{"v":"a\"b"}`},
		{"{value}", "on", "on"}, {`{"v":{value}}`, `{"deep":[1]}`, `{"v":{"deep":[1]}}`}, {`{"v":{value}}`, "", ""},
	} {
		_, got, err := h.PreviewCommand(model.Order{Value: c.value, Spec: model.CommandSpec{Name: "x", Topic: "a", Payload: c.template}})
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s with %q: %s, %v", c.template, c.value, got, err)
		}
	}
}
