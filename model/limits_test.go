package model_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// TestSetMemory gives a store that is full less memory, and then more.
func TestSetMemory(t *testing.T) {
	const before, after = 3 << 20, 3 << 16
	s := model.NewStore(model.Options{Limits: model.Limits{Memory: before, HistoryMessages: 20}})
	fill := func() {
		for i := range 4000 {
			s.Ingest([]model.Message{{Topic: fmt.Sprintf("t/%d", i%40), Payload: make([]byte, 200), At: time.Now()}})
		}
	}
	fill()
	full := s.Stats()
	if full.HistoryBytes <= after/3 {
		t.Fatalf("only %d bytes to begin with", full.HistoryBytes)
	}
	s.SetMemory(after)
	st := s.Stats()
	if st.HistoryBytes > after/3 || st.Shed <= full.Shed || st.Topics != 40 {
		t.Errorf("with less it keeps %d bytes of %d topics, and shed %d", st.HistoryBytes, st.Topics, st.Shed-full.Shed)
	}
	if got := s.Limits().HistoryMessages; got != 20 {
		t.Errorf("a limit of its own became %d", got)
	}
	fill()
	if st = s.Stats(); st.HistoryBytes > after/3 {
		t.Errorf("later it keeps %d bytes", st.HistoryBytes)
	}
	s.SetMemory(0)
	fill()
	if more := s.Stats(); more.HistoryBytes <= after/3 || s.Limits().Topics != 1_000_000 {
		t.Errorf("with the default it keeps %d bytes", more.HistoryBytes)
	}
}
