package demo

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// The vessel that is late when a fleet is set up, by this much and a little
// more as the seed has it.
const firstDelay = 6 * time.Minute

// Fleet is all the vessels at one simulated time. It is not safe for
// concurrent use, but its vessels are independent of each other.
type Fleet struct {
	Chart   Chart
	Vessels []*Vessel
}

// NewFleet puts every ship where the timetable and the luck of its sailings
// have it at time t. One vessel is on a sailing that was held for a late
// departure, so that there is a delay to be seen. The same seed and time give
// the same fleet.
func NewFleet(seed uint64, t time.Time) (*Fleet, error) {
	f, late, err := muster(seed, t)
	if err != nil {
		return nil, err
	}
	for i, v := range f.Vessels {
		v.place(t.UTC().Truncate(Step), i == late)
	}
	return f, nil
}

// muster is the fleet with its sailings planned, before any vessel has been
// placed; late is the one that is to be late at time t.
func muster(seed uint64, t time.Time) (f *Fleet, late int, err error) {
	chart, err := LoadChart()
	if err != nil {
		return nil, 0, err
	}
	ships := Ships()
	f = &Fleet{Chart: chart}
	plans := planner{chart: chart, made: make(map[crossing]sailing)}
	for _, s := range ships {
		v, err := plans.vessel(s, seed)
		if err != nil {
			return nil, 0, err
		}
		f.Vessels = append(f.Vessels, v)
	}
	return f, lateShip(ships, t.UTC().Truncate(Step)), nil
}

// Advance moves every vessel on to time t.
func (f *Fleet) Advance(t time.Time) {
	for _, v := range f.Vessels {
		v.Advance(t)
	}
}

// lateShip picks the ship with the longest way still to go among those that
// the timetable has at sea at t.
func lateShip(ships []Ship, t time.Time) int {
	best, most := 0, time.Duration(-1)
	for i, s := range ships {
		if left := s.departure(s.legAt(t)).Add(s.Crossing).Sub(t); left > most {
			best, most = i, left
		}
	}
	return best
}

// planner makes sailings; sister ships share theirs, which never change.
type planner struct {
	chart Chart
	made  map[crossing]sailing
}

// crossing is all that a sailing depends on.
type crossing struct {
	from, to string
	hull     Hull
	allowed  time.Duration
}

func (p planner) vessel(s Ship, seed uint64) (*Vessel, error) {
	v := &Vessel{ship: s, seed: seed}
	for i := range v.sailings {
		from, to := s.Between[i], s.Between[1-i]
		leg, err := p.sailing(s, from, to)
		if err != nil {
			return nil, fmt.Errorf("plan the crossing of %s from %q to %q: %w", s.Name, from, to, err)
		}
		v.sailings[i] = leg
	}
	return v, nil
}

func (p planner) sailing(s Ship, from, to string) (sailing, error) {
	key := crossing{from, to, s.Hull, s.Crossing}
	if made, ok := p.made[key]; ok {
		return made, nil
	}
	a, okA := p.chart.port(from)
	b, okB := p.chart.port(to)
	lane, okL := p.chart.lane(from, to)
	if !okA || !okB || !okL {
		return sailing{}, errors.New("the chart lacks a port or the lane")
	}
	t, err := newTrack(lane)
	if err != nil {
		return sailing{}, err
	}
	p.made[key] = sailing{from: a, to: b, track: t, plan: planFor(t, p.chart, s)}
	return p.made[key], nil
}

// place sets the vessel up at time t: it is put in port before an earlier
// sailing and lives through what came since.
func (v *Vessel) place(t time.Time, late bool) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(v.ship.ID))
	r := rand.New(rand.NewPCG(v.seed, h.Sum64()))
	v.phase = r.Float64()
	v.leg = v.ship.legAt(t) - 1
	if late {
		v.leg++
	}
	v.luck = luckOf(v.seed, v.ship.ID, v.leg)
	if late {
		v.luck = luck{pace: 1, load: v.luck.load, late: firstDelay + time.Duration(r.IntN(120))*time.Second}
	}
	v.now = v.ship.departure(v.leg).Add(-v.ship.Turnaround).Truncate(Step)
	v.berthed = v.now
	back := v.sailings[(v.leg+1)&1].track
	_, v.heading = back.at(back.length)
	v.engine = engine{rpm: v.ship.Idle, oil: oilIdle, fuel: 45 + 50*r.Float64()}
	v.Advance(t)
}

// Ports are the ports of the fleet as geofences.
func Ports() []model.Geofence {
	c, err := LoadChart()
	if err != nil {
		return nil
	}
	return c.Ports
}

// Lanes are the lanes of the fleet, as the receiving side may know them.
func Lanes() []model.Lane {
	c, err := LoadChart()
	if err != nil {
		return nil
	}
	return c.Lanes
}
