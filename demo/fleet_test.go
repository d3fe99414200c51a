package demo

import (
	"math"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/model"
)

// start is the midnight at which simulated days in tests begin.
func start() time.Time { return time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC) }

func solentLand(t *testing.T) model.Land {
	t.Helper()
	land, err := model.ParseLand(assets.SolentLand())
	if err != nil {
		t.Fatal(err)
	}
	return land
}

func newFleet(t *testing.T, seed uint64, at time.Time) *Fleet {
	t.Helper()
	f, err := NewFleet(seed, at)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A whole simulated day, looked at every second: no vessel on land, smooth
// speed and heading, speed limits kept, and no leap of the position.
func TestVesselsSailADayThroughTheWater(t *testing.T) {
	land := solentLand(t)
	f := newFleet(t, 7, start())
	for _, v := range f.Vessels {
		t.Run(v.Ship().ID, func(t *testing.T) {
			t.Parallel()
			watch := watcher{t: t, v: v, chart: f.Chart, land: land}
			for range 24 * 3600 {
				watch.second()
				if t.Failed() {
					return
				}
			}
			if watch.crossings < 10 {
				t.Errorf("%d crossings in a day, want 10 at least", watch.crossings)
			}
		})
	}
}

// watcher checks a vessel against its state a second before.
type watcher struct {
	t         *testing.T
	v         *Vessel
	chart     Chart
	land      model.Land
	last      Position
	crossings int
	underWay  bool
}

func (w *watcher) second() {
	w.v.Advance(w.v.Now().Add(time.Second))
	p := w.v.Position()
	at := model.LatLon{Lat: p.Lat, Lon: p.Lon}
	last := model.LatLon{Lat: w.last.Lat, Lon: w.last.Lon}
	if w.v.UnderWay() && !w.underWay {
		w.crossings++
	}
	w.underWay = w.v.UnderWay()
	first := w.last.Time.IsZero()
	w.last, p = p, w.last
	if first {
		return
	}
	hull := w.v.Ship().Hull
	if at != last && w.land.Contains(at) {
		w.t.Errorf("%v: on land at %v", w.last.Time, at)
	}
	if d := at.Distance(last); d > hull.Knots*model.KnotsToMS+2.5 {
		w.t.Errorf("%v: moved %.1f m in a second", w.last.Time, d)
	}
	if a := (w.last.SOG - p.SOG) * model.KnotsToMS; a > hull.Accel+0.02 || a < -1.5*hull.Brake-crawl {
		w.t.Errorf("%v: speed changed by %.3f m/s in a second", w.last.Time, a)
	}
	if turn := math.Abs(turnBetween(p.HDG, w.last.HDG)); turn > 2*hull.Turn+0.2 {
		w.t.Errorf("%v: heading changed by %.1f degrees in a second", w.last.Time, turn)
	}
	if limit := w.chart.limit(at, hull.Knots); w.last.SOG > limit+0.35 {
		w.t.Errorf("%v: %.1f knots where %.1f are allowed", w.last.Time, w.last.SOG, limit)
	}
	if w.v.UnderWay() && w.last.SOG > 4 {
		if crab := math.Abs(turnBetween(w.last.COG, w.last.HDG)); crab > 6 {
			w.t.Errorf("%v: heads %.1f degrees off its course", w.last.Time, crab)
		}
	}
}

// A sailing that nothing befalls leaves and arrives by the timetable.
func TestTimetableIsKeptButForDelays(t *testing.T) {
	f := newFleet(t, 11, start())
	kept, delayed := 0, 0
	for _, v := range f.Vessels {
		onTime := false // whether the sailing left on time and nothing befell it
		for range 24 * 3600 {
			was, leg := v.UnderWay(), v.leg
			departure, arrival := v.scheduled()
			v.Advance(v.Now().Add(time.Second))
			switch {
			case !was && v.UnderWay():
				onTime = !v.luck.delayed() && v.departed.Sub(departure) < 5*time.Second
				if v.departed.Before(departure) {
					t.Fatalf("%s left %v before its time", v.Ship().Name, departure.Sub(v.departed))
				}
			case was && !v.UnderWay() && onTime:
				kept++
				if early := arrival.Sub(v.berthed); early < 0 || early > 4*time.Minute {
					t.Errorf("%s, sailing %d, arrived %v before its time", v.Ship().Name, leg, early)
				}
			case was && !v.UnderWay():
				delayed++
			}
		}
	}
	if kept < 3*delayed || delayed == 0 {
		t.Errorf("%d sailings on time and %d delayed: want most on time, and some delayed", kept, delayed)
	}
	t.Logf("%d sailings on time, %d delayed", kept, delayed)
}

func TestSomeVesselsAreAlwaysAtSea(t *testing.T) {
	f := newFleet(t, 3, start())
	for range 24 * 60 {
		f.Advance(f.Vessels[0].Now().Add(time.Minute))
		atSea := 0
		for _, v := range f.Vessels {
			if v.UnderWay() {
				atSea++
			}
		}
		if atSea < 3 {
			t.Fatalf("%v: %d vessels at sea, want 3 at least", f.Vessels[0].Now(), atSea)
		}
	}
}

// Whenever the demo is started, three vessels are at sea and one is going to
// be more than three minutes late.
func TestFreshFleetHasTrafficAndADelay(t *testing.T) {
	for i := range 16 {
		f := newFleet(t, uint64(i), start().Add(time.Duration(i)*93*time.Minute+7*time.Second))
		atSea, late := 0, 0
		for _, v := range f.Vessels {
			if v.UnderWay() {
				atSea++
			}
			if v.Voyage().Delay > 180 {
				late++
			}
		}
		if atSea < 3 || late < 1 {
			t.Errorf("seed %d: %d vessels at sea and %d late, want 3 and 1 at least", i, atSea, late)
		}
	}
}

func TestFleetIsAFunctionOfSeedAndTime(t *testing.T) {
	a, b := newFleet(t, 5, start()), newFleet(t, 5, start())
	end := start().Add(3 * time.Hour)
	a.Advance(end)
	for i := range 1770 {
		b.Advance(start().Add(time.Duration(i) * 6100 * time.Millisecond))
	}
	b.Advance(end)
	for i, v := range a.Vessels {
		if v.Position() != b.Vessels[i].Position() || v.Engine() != b.Vessels[i].Engine() {
			t.Errorf("%s: %+v and %+v", v.Ship().Name, v.Position(), b.Vessels[i].Position())
		}
	}
}

func TestLanesTakeTheirTime(t *testing.T) {
	f := newFleet(t, 1, start())
	for _, v := range f.Vessels {
		for _, s := range v.sailings {
			spare := v.Ship().Crossing - s.plan.total()
			top := 0.0
			for _, x := range s.plan.limit {
				top = math.Max(top, x/model.KnotsToMS)
			}
			t.Logf("%-18s %-20s to %-20s %5.2f nm in %4.1f min of %.0f, at most %4.1f kn", v.Ship().Name,
				s.from.Name, s.to.Name, s.track.length/model.MetresPerNauticalMile,
				s.plan.total().Minutes(), v.Ship().Crossing.Minutes(), top)
			if spare < 30*time.Second || spare > 4*time.Minute {
				t.Errorf("%s needs %v of the %v allowed", v.Ship().Name, s.plan.total(), v.Ship().Crossing)
			}
		}
	}
}
