package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2/widget"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/uitest"
)

func TestImpostorIsReleasedAndStepped(t *testing.T) {
	s := openStation(t)
	s.chosen("action:impostor")
	section, ok := s.watched.parts[watchImpostor].(*impostorSection)
	if !ok || s.page != pageWatch {
		t.Fatal("no impostor")
	}
	s.guard.rogue.set(func(i *watch.Impostor) { i.Running = false })
	s.expect("The true Red Falcon is alive and speaks")
	s.tap("Release the impostor")
	s.tap("Step by step")
	s.guard.rogue.set(func(i *watch.Impostor) { i.Running, i.Stepping = true, true })
	s.expect("Waits for the next step")
	if _, found := uitest.Find(s.watched.body, func(b *widget.Button) bool { return b.Text == "Release the impostor" }); found {
		t.Error("a second impostor can be released")
	}
	s.tap("Next attack")
	s.tap("Stop")
	section.defences.OnActivate("d0")
	section.defences.OnCell("d4", 1)
	section.defences.OnCell("d5", 0) // not the switch
	if got := s.guard.rogue.acts(); got != "release false, release true, step, stop, d0 off true, d4 off false" {
		t.Errorf("asked for %q", got)
	}
}

// TestVictimThatBlinksIsCounted has the ferry fall silent while the impostor is
// at work.
func TestVictimThatBlinksIsCounted(t *testing.T) {
	s := openStation(t)
	s.watched.show(watchImpostor)
	s.guard.rogue.set(func(i *watch.Impostor) { i.Started = s.sea.clock.now() })
	s.sea.clock.advance(500 * time.Millisecond)
	s.expect("never blinked")
	for range 40 {
		s.sea.clock.advance(time.Second)
		s.sea.Tick()
		s.watched.frame(s.sea.clock.now())()
	}
	s.sea.say(falcon, "solent/ferries/red-falcon/position", positionJSON(50.8, -1.3, 10))
	s.sea.Tick()
	s.expect("The true Red Falcon", "blinked")
	if s.says("never") {
		t.Error("a victim that fell silent is said never to have blinked")
	}
	if v := &s.watched.parts[watchImpostor].(*impostorSection).victim.view; v.longest < 40*time.Second || len(v.ages) < 40 {
		t.Errorf("the longest pause is %v, of %d looks", v.longest, len(v.ages))
	}
}

func TestVictimOutOfSight(t *testing.T) {
	s := openStation(t)
	s.watched.show(watchImpostor)
	s.guard.rogue.set(func(i *watch.Impostor) { i.Victim = "solent/ferries/none" })
	s.expect("was not heard yet")
}

func TestVictimViewIsBounded(t *testing.T) {
	var v victimView
	for i := range 3 * victimSamples {
		v.observe("a", noon, time.Second, noon.Add(time.Duration(i)*victimStep))
	}
	v.observe("a", noon, 2*time.Second, v.at.Add(victimStep/2)) // between two looks
	if len(v.ages) != victimSamples || v.longest != 2*time.Second {
		t.Errorf("%d looks, longest pause %v", len(v.ages), v.longest)
	}
	if v.observe("a", noon.Add(time.Second), 0, v.at.Add(time.Second)); len(v.ages) != 1 || v.longest != 0 {
		t.Errorf("a new release begins with %d looks and a pause of %v", len(v.ages), v.longest)
	}
}

func TestBlinks(t *testing.T) {
	i := &watch.Impostor{Victim: "a/b", Started: noon, Ended: noon.Add(time.Minute)}
	event := func(device string, to model.Liveness, after time.Duration) model.Event {
		return model.Event{Kind: model.EventLiveness, Device: device, To: to, At: noon.Add(after)}
	}
	events := []model.Event{
		event("a/b", model.Late, time.Second), event("a/b", model.Alive, 2*time.Second), event("a/b", model.Lost, 3*time.Second),
		event("a/b", model.Late, -time.Second), event("a/b", model.Late, 2*time.Minute), event("a/c", model.Late, time.Second),
		{Kind: model.EventDelay, Device: "a/b", At: noon.Add(time.Second)},
	}
	if n := countBlinks(events, i); n != 2 {
		t.Errorf("%d blinks", n)
	}
	for n, want := range map[int]string{1: "blinked once", 2: "blinked twice", 1200: "blinked 1,200 times"} {
		if got := times(n); got != want {
			t.Errorf("%d is %q", n, got)
		}
	}
}

func TestScoreAndState(t *testing.T) {
	trials := func(o ...watch.Outcome) (out []watch.Trial) {
		for _, x := range o {
			out = append(out, watch.Trial{Outcome: x})
		}
		return out
	}
	for _, c := range []struct {
		i            watch.Impostor
		score, state string
	}{
		{watch.Impostor{Trials: trials(watch.Waiting, watch.Waiting)}, "2 attacks", "A rogue client tries to be the ferry, one attack after another and for real."},
		{watch.Impostor{Running: true, Started: noon.Add(-8 * time.Second), Trials: trials(watch.Refused, watch.Trying)}, "1 of 2 refused", "At work for 8 s"},
		{watch.Impostor{Started: noon.Add(-time.Minute), Ended: noon, Trials: trials(watch.Refused, watch.Refused)}, "2 of 2 refused", "Over at 12:00:00, after 1 min"},
		{watch.Impostor{Started: noon.Add(-time.Minute), Ended: noon, Trials: trials(watch.Refused, watch.Succeeded, watch.Unproven)}, "1 of 3 succeeded",
			"1 refused. Over at 12:00:00, after 1 min. 1 could not be carried out and prove nothing"},
		{watch.Impostor{Err: "the broker is not here", Trials: trials(watch.Waiting)}, "1 attack", "the broker is not here"},
	} {
		if got := scoreText(c.i.Score()); got != c.score {
			t.Errorf("%q, want %q", got, c.score)
		}
		if got := stateText(&c.i, noon); got != c.state {
			t.Errorf("%q, want %q", got, c.state)
		}
	}
}
