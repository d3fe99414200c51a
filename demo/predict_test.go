package demo

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// fixEvery is what the receiving side gets to see at ten times real time.
const fixEvery = 10 * time.Second

// follower feeds one vessel of the simulation to the receiving side, and keeps
// how far off each prediction was.
type follower struct {
	v       *Vessel
	voyager *model.Voyager
	claims  bool
	open    []model.Voyage // predictions of the voyage under way
	errors  map[model.PredictionBasis][]float64
	covered map[model.PredictionBasis]int
	wrong   int // predictions for another port
}

func newFollower(v *Vessel, c Chart, book *model.Passages, lanes, claims bool) *follower {
	f := &follower{v: v, claims: claims, covered: make(map[model.PredictionBasis]int)}
	f.errors = make(map[model.PredictionBasis][]float64)
	var known []model.Lane
	if lanes {
		known = c.Lanes
	}
	f.voyager = model.NewVoyager(c.Ports, known, book)
	return f
}

// step sails on to the next fix.
func (f *follower) step(t *testing.T) {
	t.Helper()
	was, to := f.v.UnderWay(), f.v.sailing().to.ID
	f.v.Advance(f.v.Now().Add(fixEvery))
	if was && !f.v.UnderWay() {
		f.settle(f.v.berthed, to)
	}
	p := f.v.Position()
	if f.claims {
		payload, err := json.Marshal(f.v.Voyage())
		if err != nil {
			t.Fatal(err)
		}
		claim, err := model.ParseVoyageClaim(payload)
		if err != nil {
			t.Fatal(err)
		}
		f.voyager.SetClaim(claim)
	}
	f.voyager.Fix(model.Fix{At: p.Time, Pos: model.LatLon{Lat: p.Lat, Lon: p.Lon}, SOG: p.SOG, COG: p.COG})
	if now := f.voyager.Voyage(); f.v.UnderWay() && !now.Predicted.IsZero() {
		f.open = append(f.open, now)
	}
}

// settle compares the predictions of a voyage with its arrival.
func (f *follower) settle(arrived time.Time, to string) {
	for _, p := range f.open {
		if p.To != to {
			f.wrong++
			continue
		}
		off := math.Abs(p.Predicted.Sub(arrived).Seconds())
		f.errors[p.Basis] = append(f.errors[p.Basis], off)
		if off <= p.Margin.Seconds() {
			f.covered[p.Basis]++
		}
	}
	f.open = f.open[:0]
}

// sailDay follows the whole fleet for a working day of twelve hours and returns the errors by basis.
func sailDay(t *testing.T, seed uint64, lanes, claims bool) (all map[model.PredictionBasis][]float64, covered map[model.PredictionBasis]int) {
	t.Helper()
	fleet := newFleet(t, seed, start())
	book := model.NewPassages()
	followers := make([]*follower, len(fleet.Vessels))
	for i, v := range fleet.Vessels {
		followers[i] = newFollower(v, fleet.Chart, book, lanes, claims)
	}
	for range int(12 * time.Hour / fixEvery) {
		for _, f := range followers {
			f.step(t)
		}
	}
	all, covered = make(map[model.PredictionBasis][]float64), make(map[model.PredictionBasis]int)
	wrong := 0
	for _, f := range followers {
		wrong += f.wrong
		for basis, off := range f.errors {
			all[basis] = append(all[basis], off...)
			covered[basis] += f.covered[basis]
		}
	}
	if claims && wrong > 0 {
		t.Errorf("%d predictions were for another port than the vessel claims", wrong)
	}
	t.Logf("%d predictions for the wrong port", wrong)
	return all, covered
}

// The receiving side's predictions against what the simulation then did, over
// twelve hours, delays and all. Bounds are in seconds.
func TestArrivalsArePredictedFromPositions(t *testing.T) {
	cases := []struct {
		name          string
		lanes, claims bool
		first         model.PredictionBasis
		firstMedian   float64
		learnedMedian float64
		learned90     float64
	}{
		{"with lanes and claims", true, true, model.PredictionLane, 120, 15, 60},
		{"with lanes, without claims", true, false, model.PredictionLane, 120, 15, 60},
		{"from positions alone", false, false, model.PredictionDistance, 300, 15, 60},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			all, covered := sailDay(t, 21, c.lanes, c.claims)
			for basis, off := range all {
				slices.Sort(off)
				t.Logf("%-22v %6d predictions: median error %4.0f s, p90 %4.0f s, p99 %4.0f s; within the margin %2.0f %%", basis,
					len(off), off[len(off)/2], off[len(off)*9/10], off[len(off)*99/100], 100*float64(covered[basis])/float64(len(off)))
			}
			if off := all[c.first]; len(off) == 0 || off[len(off)/2] > c.firstMedian {
				t.Errorf("first voyages: median error over %g s", c.firstMedian)
			}
			off := all[model.PredictionLearned]
			if len(off) == 0 {
				t.Fatal("nothing was learned")
			}
			if m, p := off[len(off)/2], off[len(off)*9/10]; m > c.learnedMedian || p > c.learned90 {
				t.Errorf("after learning: median error %.0f s and p90 %.0f s, want %g and %g at most", m, p, c.learnedMedian, c.learned90)
			}
		})
	}
}
