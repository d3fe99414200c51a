package model_test

import (
	"testing"

	"github.com/pilothouse/pilothouse/model"
)

func TestDeviceOfATopic(t *testing.T) {
	ferries := []model.DeviceRule{{Filter: "solent/ferries/+", Kind: "ferry"}, {Filter: "+/deep/+/+", Kind: "probe"}}
	for _, tc := range []struct {
		name   string
		rules  []model.DeviceRule
		before []string
		topic  string
		want   string
	}{
		{name: "two levels", topic: "kitchen/thermometer", want: "kitchen/thermometer"},
		{name: "one level", topic: "thermometer", want: "thermometer"},
		{name: "three levels", topic: "site/lamp/power", want: "site/lamp"},
		{name: "rule", rules: ferries, topic: "solent/ferries/x/position", want: "solent/ferries/x"},
		{name: "rule, deeper", rules: ferries, topic: "solent/ferries/x/engine/port/rpm", want: "solent/ferries/x"},
		{name: "rule, its root", rules: ferries, topic: "solent/ferries/x", want: "solent/ferries/x"},
		{name: "rule, too short", rules: ferries, topic: "solent/ferries", want: "solent/ferries"},
		{name: "second rule", rules: ferries, topic: "a/deep/b/c/d", want: "a/deep/b/c"},
		{name: "availability", topic: "zigbee2mqtt/lamp/availability", want: "zigbee2mqtt/lamp"},
		{name: "command", topic: "a/b/c/command/horn", want: "a/b/c"},
		{name: "verb at the second level", topic: "lamp/status", want: "lamp"},
		{name: "verb at the second of three", topic: "lamp/set/white", want: "lamp"},
		{name: "verb at the first level", topic: "status/lamp", want: "status/lamp"},
		{name: "verb alone", topic: "status", want: "status"},
		{name: "verb below nothing", topic: "/status", want: "/status"},
		{name: "command below nothing", topic: "/set/x", want: "/set"},
		{name: "Tasmota's will", topic: "tele/plug/LWT", want: "tele/plug"},
		{name: "leading slash", topic: "/a/b", want: "/a"},
		{name: "trailing slash", topic: "a/b/", want: "a/b"},
		{name: "only slashes", topic: "//", want: "/"},
		{name: "empty level within", topic: "a//b", want: "a/"},
		{name: "the broker's own", topic: "$SYS/broker/uptime", want: ""},
		{name: "any other $", topic: "$x", want: ""},
		{name: "below a known device", before: []string{"a/b/c"}, topic: "a/b/d/e/f", want: "a/b"},
		{name: "below a known device of two levels", before: []string{"z/lamp"}, topic: "z/lamp/a/b", want: "z/lamp"},
		{name: "one level swallows no house", before: []string{"kitchen"}, topic: "kitchen/thermometer", want: "kitchen/thermometer"},
		{name: "beside a known device", before: []string{"a/b/c"}, topic: "a/bb/c", want: "a/bb"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, model.Options{Rules: tc.rules})
			for _, topic := range append(tc.before, tc.topic) {
				h.say(nil, topic, "1")
			}
			if got := h.topic(tc.topic).Device; got != tc.want {
				t.Errorf("%s belongs to %q, want %q", tc.topic, got, tc.want)
			}
		})
	}
}

func TestDisplayName(t *testing.T) {
	for root, want := range map[string]string{
		"solent/ferries/victoria-of-wight": "Victoria of Wight",
		"solent/ferries/wight-ryder-ii":    "Wight Ryder II",
		"kitchen/living_room lamp":         "Living Room Lamp",
		"xi":                               "Xi",
		"a/straße-ä":                       "Straße ä",
		"a/--":                             "a/--",
		"/":                                "/",
		"":                                 "",
		"PUMP-2":                           "PUMP 2",
	} {
		if got := model.DisplayName(root); got != want {
			t.Errorf("DisplayName(%q) = %q, want %q", root, got, want)
		}
	}
}

// Nobody's life is proven by being spoken to, however deep the command goes.
func TestInboundTopicsAreNoLife(t *testing.T) {
	for _, topic := range []string{
		"a/b/c/command/horn", "a/b/set", "a/b/white/set", "homie/dev/node/prop/set", "cmnd/plug/POWER", "a/b/get",
	} {
		h := newHouse(t, model.Options{})
		p := h.open("somebody")
		h.say(p, topic, "1")
		if _, total, _ := h.Devices(model.DeviceQuery{}); total != 0 || h.Stats().Devices != 0 {
			t.Errorf("%s made a device: %d, %d", topic, total, h.Stats().Devices)
		}
		if info := h.topic(topic); len(info.Fields) != 0 {
			t.Errorf("%s is measured: %v", topic, info.Fields)
		}
	}
	h := newHouse(t, model.Options{})
	h.say(nil, "homie/dev/node/prop", "1")
	h.say(nil, "homie/dev/node/prop/set", "0")
	if d := h.device("homie/dev/node"); d.Evidence.Messages != 1 {
		t.Errorf("a command below a reading is a sign of life: %+v", d.Evidence)
	}
}

func TestOperatorIsNoLife(t *testing.T) {
	h := newHouse(t, model.Options{})
	me := &model.Publisher{ClientID: "pilothouse", Addr: model.InProcess}
	h.SessionOpened(me, h.clock())
	h.say(me, "a/b/c", "1")
	if _, total, _ := h.Devices(model.DeviceQuery{}); total != 0 {
		t.Error("the operator made a device")
	}
	h.beat(nil, "a/b/c", 1e9, 10)
	h.pass(20e9)
	h.expect("a/b", model.Silent)
	h.say(me, "a/b/c", "1")
	h.Tick()
	h.expect("a/b", model.Silent)
	h.close(me, model.SessionGoodbye)
	for _, e := range h.Events(0, 100) {
		if e.Kind == model.EventSessionOpened || e.Kind == model.EventSessionClosed {
			t.Errorf("the window's own session is no event: %+v", e)
		}
	}
}

func TestDevices(t *testing.T) {
	rules := []model.DeviceRule{{
		Filter: "sea/+", Kind: "ferry",
		Values:   []model.ValueSpec{{Topic: "engine", Pointer: "/rpm", Label: "Engine"}, {Topic: "none", Pointer: "/x"}},
		Commands: []model.CommandSpec{{Name: "horn"}},
	}}
	h := newHouse(t, model.Options{Rules: rules})
	for i := range 10 {
		h.pass(1e9)
		h.say(nil, "sea/s10/engine", `{"rpm":900,"oil":80}`)
		h.say(nil, "sea/s2/engine", `{"rpm":700}`)
		if i < 5 {
			h.say(nil, "kitchen/old-lamp", "21")
		}
	}
	h.replay("kitchen/new-lamp", "22")
	h.pass(1e9)
	names := func(q model.DeviceQuery) (out string) {
		q.Count = 10
		rows, _, _ := h.Devices(q)
		for _, d := range rows {
			out += d.Root[len(d.Root)-3:] + " "
		}
		return out
	}
	// by root: kitchen/new-lamp, kitchen/old-lamp, sea/s2, sea/s10
	for _, tc := range []struct {
		what string
		q    model.DeviceQuery
		want string
	}{
		{"worst first", model.DeviceQuery{}, "amp /s2 s10 amp "},
		{"by name", model.DeviceQuery{Order: model.ByName}, "amp amp /s2 s10 "},
		{"reverse", model.DeviceQuery{Order: model.ByName, Reverse: true}, "s10 /s2 amp amp "},
		{"by kind", model.DeviceQuery{Order: model.ByKind, Reverse: true}, "s10 /s2 amp amp "},
		{"by seen", model.DeviceQuery{Order: model.BySeen}, "amp amp /s2 s10 "},
		{"search in kind", model.DeviceQuery{Search: "FERRY 2"}, "/s2 "},
		{"search in name", model.DeviceQuery{Search: "old lamp"}, "amp "},
		{"no match", model.DeviceQuery{Search: "x"}, ""},
	} {
		if got := names(tc.q); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.what, got, tc.want)
		}
	}
	rows, total, counts := h.Devices(model.DeviceQuery{First: 1, Count: 2, Values: 5, Order: model.ByName})
	if total != 4 || len(rows) != 2 || counts != (model.DeviceCounts{model.Alive: 2, model.Silent: 1, model.Unknown: 1}) {
		t.Fatalf("%d rows of %d, counts %v", len(rows), total, counts)
	}
	lamp, s2 := rows[0], rows[1]
	if len(lamp.Values) != 1 || lamp.Values[0].Last != 21 || lamp.Name != "Old Lamp" || lamp.Kind != "device" || lamp.Since.IsZero() {
		t.Errorf("guessed: %+v", lamp)
	}
	if len(s2.Values) != 1 || s2.Values[0].Label != "Engine" || s2.Values[0].Last != 700 || len(s2.Values[0].Spark) != 10 || len(s2.Commands) != 1 {
		t.Errorf("by rule: %+v", s2)
	}
}
