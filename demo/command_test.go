package demo

import (
	"fmt"
	"strings"
	"testing"
)

func TestCommandsThatAreNotObeyed(t *testing.T) {
	for name, c := range map[string]command{
		"too large":    {name: "horn", payload: []byte(strings.Repeat("x", commandBytes+1))},
		"id an object": {name: "horn", payload: []byte(`{"id":{}}`)},
		"id too long":  {name: "horn", payload: []byte(`{"id":"` + strings.Repeat("x", commandID) + `"}`)},
		"retained":     {name: "horn", retained: true},
		"unknown":      {name: "Horn"},
	} {
		v := &Vessel{}
		if a := new(officer).obey(v, c); a.OK || a.Reason == "" || v.horn != 0 {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// Ids are remembered up to a bound, the latest of them.
func TestOfficerForgetsTheOldestIDs(t *testing.T) {
	v, o := &Vessel{}, &officer{}
	press := func(i int) bool {
		return o.obey(v, command{name: "horn", payload: fmt.Appendf(nil, `{"id":%d}`, i)}).OK
	}
	for i := range 2 * commandsKept {
		if !press(i) {
			t.Fatalf("command %d was not obeyed", i)
		}
	}
	if press(2*commandsKept-1) || press(commandsKept) {
		t.Error("a command was obeyed twice")
	}
	if len(o.seen) > commandsKept || len(o.kept) > commandsKept {
		t.Errorf("%d ids kept", len(o.seen))
	}
	if a := o.obey(v, command{name: "lights", payload: []byte("press")}); !a.OK || !a.State.Lights || a.ID != nil {
		t.Errorf("a plain button: %+v", a)
	}
	if a := o.obey(v, command{name: "lights", payload: []byte(`{"id":null}`)}); !a.OK || a.State.Lights || a.ID != nil {
		t.Errorf("a null id: %+v", a)
	}
}
