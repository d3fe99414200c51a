package hub

import (
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/demo/impostor"
	"github.com/pilothouse/pilothouse/model/watch"
)

// sailing is a hub with its fleet at sea, every vessel vouched for.
func sailing(t *testing.T) *Hub {
	t.Helper()
	h := start(t, nil)
	h.Fleet.SetRunning(true)
	eventually(t, "fleet that is vouched for", patience, func() bool {
		vouched := 0
		for _, s := range h.Watch().Sessions() {
			if s.Connected && s.Publisher.Vouched() && s.Transport == transportTLS && s.Role == watch.RoleDevice {
				vouched++
			}
		}
		return vouched >= 16
	})
	return h
}

// step plays the first attack and returns how it ended.
func step(t *testing.T, h *Hub) watch.Trial {
	t.Helper()
	h.Rogue.Release(true)
	eventually(t, "impostor", patience, func() bool { return h.Rogue.State().Victim != "" })
	h.Rogue.Step()
	var first watch.Trial
	eventually(t, "end of the first attack", 2*patience, func() bool {
		first = h.Rogue.State().Trials[0]
		return first.Outcome > watch.Trying
	})
	return first
}

// TestImpostor has the impostor claim a ferry's client ID, with the defence and
// without.
func TestImpostor(t *testing.T) {
	h := sailing(t)
	if s := h.Rogue.State(); len(s.Trials) != 11 || s.Running || s.Trials[0].Outcome != watch.Waiting {
		t.Fatalf("before it is released: %+v", s)
	}
	if got := step(t, h); got.Outcome != watch.Refused || got.Name != "Spoofed client ID" {
		t.Errorf("with all defences: %+v", got)
	}
	h.Rogue.SetDefence(impostor.BindClientID, true)
	if got := step(t, h); got.Outcome != watch.Succeeded {
		t.Errorf("without its defence: %+v", got)
	}
	h.Rogue.SetDefence(impostor.BindClientID, false)
	h.Rogue.Stop()
	told := map[watch.Kind]bool{}
	for _, a := range h.Feed.Attempts(-1) {
		told[a.Kind] = true
	}
	if !told[watch.Impersonation] || !told[watch.DefenceOff] {
		t.Errorf("the feed tells of %v", told)
	}
}

// TestImpostorWithoutDefences has each attack succeed where its defence is off,
// and the next show fail again.
func TestImpostorWithoutDefences(t *testing.T) {
	h := sailing(t)
	h.Rogue.adjust = func(o *impostor.Options) {
		o.Pause, o.Target.Linger, o.Target.ConnectTime = -1, time.Millisecond, 500*time.Millisecond
	}
	for _, trial := range h.Rogue.State().Trials {
		known := slices.ContainsFunc(h.Rogue.Defences(), func(d watch.Defence) bool { return d.Key == trial.Defence })
		if !known {
			t.Errorf("%s: %q cannot be switched off", trial.Name, trial.Defence)
		}
		h.Rogue.SetDefence(trial.Defence, true)
	}
	h.Rogue.Release(false)
	eventually(t, "end of the show", time.Minute+patience, func() bool { return !h.Rogue.State().Running })
	for _, trial := range h.Rogue.State().Trials {
		if trial.Outcome != watch.Succeeded {
			t.Errorf("without %s: %s was %v: %s", trial.Defence, trial.Name, trial.Outcome, trial.Detail)
		}
	}
	for _, d := range h.Rogue.Defences() {
		h.Rogue.SetDefence(d.Key, false)
	}
	if h.crew.unhurried.Load() || h.Rogue.gullible() {
		t.Error("a defence that was switched on again is off")
	}
}

func TestImpostorWithoutFleet(t *testing.T) {
	h := start(t, nil)
	h.Rogue.Release(false)
	if s := h.Rogue.State(); s.Running || s.Err == "" {
		t.Errorf("without a fleet: %+v", s)
	}
}
