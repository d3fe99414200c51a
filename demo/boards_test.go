package demo

import (
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/model"
)

// TestBoardsAreOfThisFleet holds that every topic on the boards is one that the
// fleet has, and every command one that its vessels know.
func TestBoardsAreOfThisFleet(t *testing.T) {
	w, err := Boards()
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Boards) < 2 {
		t.Fatalf("%d boards", len(w.Boards))
	}
	fill := strings.NewReplacer("{device}", "solent/ferries/red-falcon", "{name}", "Red Falcon")
	for _, b := range w.Boards {
		for _, tile := range b.Tiles {
			if !tile.Kind.Known() {
				t.Errorf("%s: the tile %s is of the kind %q", b.Name, tile.ID, tile.Kind)
			}
			if topic := fill.Replace(tile.Topic); topic != "" {
				if err := model.CheckFilter(topic); err != nil || !strings.HasPrefix(topic, "solent/ferries/") {
					t.Errorf("%s: the tile %s shows %q (%v)", b.Name, tile.ID, topic, err)
				}
			}
			if tile.Send == nil {
				continue
			}
			topic := fill.Replace(tile.Send.Topic)
			if err := model.CheckTopic(topic); err != nil {
				t.Errorf("%s: the tile %s sends to %q: %v", b.Name, tile.ID, topic, err)
			}
			if !new(Vessel).Command(topic[strings.LastIndexByte(topic, '/')+1:]) {
				t.Errorf("%s: the tile %s sends %q, which no vessel knows", b.Name, tile.ID, topic)
			}
		}
	}
}
