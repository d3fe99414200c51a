package hub

import (
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/durable"
	"github.com/pilothouse/pilothouse/model"
)

// openStore opens what the broker keeps on disk. Without it the broker keeps
// things in memory, which is said.
func (h *Hub) openStore() broker.Store {
	s, err := durable.Open(h.Dir.Path("broker.db"))
	if err != nil {
		note(h.Store, model.Event{At: time.Now(), Kind: model.EventTrouble, Serious: true}, inMemory(err))
		return nil
	}
	return s
}

// inMemory says that nothing is kept on disk.
func inMemory(err error) model.Phrase {
	return model.Sayf("the broker keeps sessions and retained messages in memory only, until this program ends: %s", err.Error())
}

// noteStoreTrouble tells in words what happened to what the broker keeps on disk.
func noteStoreTrouble(s *model.Store, e broker.Event) {
	n := model.Event{At: e.Time(), Kind: model.EventTrouble, Serious: true}
	switch e := e.(type) {
	case broker.StoreRecovered:
		note(s, n, model.Sayf("the file of the broker was damaged: %s", e.Recovery.String()))
	case broker.StoreFailed:
		note(s, n, often(model.Sayf("messages that have to be kept are refused: %s; make room on the disk", e.Err.Error()), e.Count))
	case broker.SpoolFailed:
		note(s, n, often(model.Sayf("messages that wait for a client that does not read cannot be put on disk: %s", e.Err.Error()), e.Count))
	case broker.StoreWorks:
		n.Serious = false
		note(s, n, model.Sayf("the broker's file can be written again"))
	case broker.StoreUnreadable:
		note(s, n, inMemory(e.Err))
	}
}
