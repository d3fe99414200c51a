package ui

import (
	"slices"
	"testing"
	"time"
)

// held is a retained section whose time for second thoughts the test ends.
func held(t *testing.T) (*station, *retainedSection, func()) {
	t.Helper()
	s := openStation(t)
	s.watched.show(watchRetained)
	section, ok := s.watched.parts[watchRetained].(*retainedSection)
	if !ok {
		t.Fatal("no section of retained messages")
	}
	var due func()
	section.undo.now = s.sea.clock.now
	section.undo.after = func(_ time.Duration, f func()) *time.Timer { due = f; return time.NewTimer(time.Hour) }
	s.draw()
	return s, section, func() { s.sea.clock.advance(undoTime); due() }
}

func TestRetainedIsDeletedAfterSecondThoughts(t *testing.T) {
	s, section, pass := held(t)
	section.rows.SetSelected("legacy/config")
	s.draw()
	s.tap("Delete")
	s.expect("Deleting legacy/config in 8 s")
	s.sea.clock.advance(3 * time.Second)
	s.expect("in 5 s")
	if len(s.guard.acts()) > 0 {
		t.Fatalf("deleted at once: %q", s.guard.acts())
	}
	pass()
	s.asked("delete legacy/config")
}

// TestRetainedDeletionIsTakenBack lets the time run out although the deletion was
// taken back, as when both happen at once, with another deletion under way.
func TestRetainedDeletionIsTakenBack(t *testing.T) {
	s, section, pass := held(t)
	section.undo.doom([]string{"legacy/config"})
	s.draw()
	s.tap("Undo")
	if len(section.undo.doomed) > 0 {
		t.Fatal("not taken back")
	}
	pass()
	again := 0
	section.undo.after = func(time.Duration, func()) *time.Timer { again++; return time.NewTimer(time.Hour) }
	section.undo.doom([]string{"kitchen/lamp/state"})
	ran := false
	s.watched.acts.deps.do(func() { ran = true })
	s.app.Until(t, "end of what waits", patience, func() bool { return ran })
	if acts := s.guard.acts(); len(acts) > 0 || len(section.undo.doomed) != 1 || again != 1 {
		t.Errorf("deleted what was taken back: %q, and %q waits", acts, section.undo.doomed)
	}
}

func TestAllFoundAreDeletedWhenTheirNumberIsTyped(t *testing.T) {
	s, section, pass := held(t)
	if !section.all.Disabled() {
		t.Error("everything can be deleted without a search")
	}
	section.search.SetText("ferries")
	s.expect("2 retained messages")
	if s.says("legacy/config") {
		t.Error("what was not searched for is listed")
	}
	s.tap("Delete all found …")
	s.word("2")
	s.tap("Delete")
	s.expect("Deleting 2 retained messages")
	pass()
	s.asked("delete solent/ferries/red-falcon/status solent/ferries/wight-sun/voyage")
	section.search.SetText("nowhere")
	s.expect("Nothing is found")
	if !slices.Equal(section.found, []string{}) || !section.all.Disabled() {
		t.Errorf("nothing was found, and yet %q", section.found)
	}
}

func TestRetainedLeadsToItsTopic(t *testing.T) {
	s, section, _ := held(t)
	section.rows.OnActivate("kitchen/thermometer")
	if s.page != pageTopics {
		t.Errorf("it leads to %s", s.page)
	}
}
