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
		h.Store.Note(model.Event{At: time.Now(), Kind: model.EventTrouble, Serious: true,
			Text: "the broker keeps sessions and retained messages in memory only, until this program ends: " + err.Error()})
		return nil
	}
	return s
}

// storeTrouble says in words what happened to what the broker keeps on disk.
func storeTrouble(e broker.Event) model.Event {
	n := model.Event{At: e.Time(), Kind: model.EventTrouble, Serious: true}
	switch e := e.(type) {
	case broker.StoreRecovered:
		n.Text = "the file of the broker was damaged: " + e.Recovery.String()
	case broker.StoreFailed:
		n.Text = times("messages that have to be kept are refused: "+e.Err.Error()+"; make room on the disk", e.Count)
	case broker.SpoolFailed:
		n.Text = times("messages that wait for a client that does not read cannot be put on disk: "+e.Err.Error(), e.Count)
	case broker.StoreWorks:
		n.Text, n.Serious = "the broker's file can be written again", false
	case broker.StoreUnreadable:
		n.Text = "the broker keeps sessions and retained messages in memory only, until this program ends: " + e.Err.Error()
	}
	return n
}
