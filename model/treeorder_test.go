package model_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// paths are the rows of a view.
func paths(v *model.TreeView) string {
	rows, _ := v.Rows(0, 100)
	out := make([]string, len(rows))
	for i := range rows {
		out[i] = rows[i].Path
	}
	return strings.Join(out, " ")
}

func TestTreeOrders(t *testing.T) {
	h := newHouse(t, model.Options{})
	h.say(nil, "b/x", "1234567890")
	for range 5 {
		h.say(nil, "a/y", "1")
	}
	h.jump(time.Millisecond)
	h.say(nil, "c", "12")
	v := h.NewTreeView(4)
	for _, c := range []struct {
		order   model.TreeOrder
		reverse bool
		want    string
	}{
		{model.TreeByTopic, false, "a a/y b b/x c"}, {model.TreeByTopic, true, "c b b/x a a/y"}, {model.TreeByRate, false, "a a/y b b/x c"},
		{model.TreeBySize, false, "b b/x a a/y c"}, {model.TreeBySize, true, "c a a/y b b/x"}, {model.TreeByAge, false, "c a a/y b b/x"},
	} {
		v.SetOrder(c.order, c.reverse)
		if got := paths(v); got != c.want {
			t.Errorf("order %d, reverse %v: %s, want %s", c.order, c.reverse, got, c.want)
		}
	}
	h.jump(time.Millisecond)
	h.say(nil, "b/x", "1")
	if got := paths(v); got != "c a a/y b b/x" {
		t.Errorf("sorted again at once: %s", got)
	}
	h.jump(2 * time.Second)
	if got := paths(v); got != "b b/x c a a/y" {
		t.Errorf("two seconds later it is %s", got)
	}
}

func TestTreeFindsPayloads(t *testing.T) {
	h := newHouse(t, model.Options{})
	h.say(nil, "a/falcon", "1")
	h.say(nil, "b/x", "falcon")
	h.say(nil, "c", "1")
	v := h.NewTreeView(4)
	v.SetFilter("falcon")
	v.SetFound(map[string]bool{"b/x": true})
	if got := paths(v); got != "a a/falcon b b/x" {
		t.Errorf("found %s", got)
	}
	v.SetFilter("alcon")
	if got := paths(v); got != "a a/falcon" {
		t.Errorf("another filter finds %s", got)
	}
}
