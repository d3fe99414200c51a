package ui

import (
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// stores are the live store and the one that pages show: the live one, or one of
// the past. Any goroutine may use them.
type stores struct {
	live *model.Store
	past atomic.Pointer[model.Store]
}

func newStores(live *model.Store) *stores { return &stores{live: live} }

// shown is the store to show. A frame asks once, so that all of it is of one
// moment.
func (s *stores) shown() *model.Store {
	if past := s.past.Load(); past != nil {
		return past
	}
	return s.live
}

// inPast tells whether what is shown is the past.
func (s *stores) inPast() bool { return s.past.Load() != nil }

// show shows a store of the past; nil is live again.
func (s *stores) show(past *model.Store) { s.past.Store(past) }

// Generation is that of the store shown.
func (s *stores) Generation() uint64 { return s.shown().Generation() }

// timed is a page that is given the time of what it shows.
type timed struct {
	page
	stores *stores
}

// frame implements source.
func (t timed) frame(now time.Time) func() {
	if past := t.stores.past.Load(); past != nil {
		now = past.Now()
	}
	return t.page.frame(now)
}
