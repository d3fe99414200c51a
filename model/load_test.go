package model_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

func TestLoad(t *testing.T) {
	h := newHouse(t, model.Options{})
	a, b := client("a"), client("b")
	for range 32 {
		h.jump(250 * time.Millisecond)
		h.say(a, "x/loud", strings.Repeat("1", 100))
		h.say(a, "x/loud/below", "1")
		h.say(b, "x/busy", "22")
		h.say(b, "y", "333")
		h.say(b, "xy", "no child of x")
	}
	l := h.LoadOf(t.Context(), "x", 2)
	if l.Total.Topics != 3 || l.Total.Messages != 96 || l.Total.Bytes != 32*103 {
		t.Errorf("in all %+v", l.Total)
	}
	if len(l.Topics) != 2 || l.Topics[0].Name != "x/loud" || l.Topics[1].Name != "x/busy" {
		t.Errorf("the topics are %+v", l.Topics)
	}
	if r := l.Topics[0].PerSecond; r < 3 || r > 5 {
		t.Errorf("x/loud says %v a second, of which none is what is below it", r)
	}
	if len(l.Publishers) != 2 || l.Publishers[0].Name != "a" || l.Publishers[0].Topics != 2 || l.Publishers[1].Messages != 32 {
		t.Errorf("the publishers are %+v", l.Publishers)
	}
	if all := h.LoadOf(t.Context(), "", 9); all.Total.Topics != 5 || len(all.Topics) != 5 {
		t.Errorf("of everything %+v", all)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if l := h.LoadOf(ended, "", 9); l.Total.Topics != 0 {
		t.Error("it goes on after its end")
	}
}

func TestRetainedBelow(t *testing.T) {
	h := newHouse(t, model.Options{})
	for _, topic := range []string{"a/10", "a/9", "a", "ab", "a/gone"} {
		h.replay(topic, "1")
	}
	h.replay("a/gone", "")
	h.say(nil, "a/live", "1")
	if got, total := h.RetainedBelow("a", 9); total != 3 || !slices.Equal(got, []string{"a", "a/9", "a/10"}) {
		t.Errorf("%q of %d", got, total)
	}
	if got, total := h.RetainedBelow("", 2); total != 4 || len(got) != 2 {
		t.Errorf("%q of %d", got, total)
	}
}

func TestSearchValues(t *testing.T) {
	h := newHouse(t, model.Options{})
	h.say(nil, "a", `{"name": "Red Falcon"}`)
	h.say(nil, "b", "nothing")
	h.say(nil, "c", strings.Repeat("x", model.SearchBytes)+"falcon")
	h.say(nil, "old", "falcon")
	h.say(nil, "old", "gone")
	got := h.SearchValues(t.Context(), "FALCON", 9)
	if len(got.Found) != 1 || !got.Found["a"] || got.Topics != 4 || got.Cut != 1 || got.More || got.Bytes < model.SearchBytes {
		t.Errorf("%+v", got)
	}
	for i := range 1000 {
		h.say(nil, fmt.Sprint("many/", i), "falcon")
	}
	if got := h.SearchValues(t.Context(), "falcon", 10); len(got.Found) != 10 || !got.More {
		t.Errorf("%d found, more %v", len(got.Found), got.More)
	}
	if got := h.SearchValues(t.Context(), "", 10); got.Topics != 0 {
		t.Errorf("nothing was searched for, and %d topics were", got.Topics)
	}
}
