package demo

import (
	"math"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Step is the tick of the simulation. States are only ever computed at whole
// steps since 1970, so that how often one looks changes nothing.
const Step = 200 * time.Millisecond

const (
	swingRate  = 1.5              // degrees a second, turning off the berth
	swingAhead = 3 * time.Minute  // before a departure
	announce   = 2 * time.Minute  // before a departure, when lateness is told
	crawl      = 0.1              // m/s, the last metre to the berth
	berthReach = 0.02             // metres, alongside
	leeway     = 2.5              // degrees, crabbing in wind and stream
	leewayTime = 15 * time.Minute // of one swing to either side
)

// sailing is a crossing in one direction.
type sailing struct {
	from, to model.Geofence
	track    track
	plan     plan
}

// Vessel is one simulated ferry. It is not safe for concurrent use.
type Vessel struct {
	ship     Ship
	seed     uint64
	sailings [2]sailing
	phase    float64 // of its leeway, 0 to 1

	now      time.Time
	leg      int64 // the sailing under way, or the next one in port
	luck     luck
	underWay bool
	berthed  time.Time // when the vessel came into port
	departed time.Time
	along    float64 // metres from the start of the track
	speed    float64 // m/s
	heading  float64
	stopped  time.Duration // spent giving way on this sailing

	held   bool
	lights bool
	horn   int

	engine engine
	aboard int
	landed int // passengers that were aboard on arrival
}

// Ship is the vessel's entry in the fleet.
func (v *Vessel) Ship() Ship { return v.ship }

// Now is the simulated time of the vessel's state.
func (v *Vessel) Now() time.Time { return v.now }

// UnderWay reports whether the vessel is between ports.
func (v *Vessel) UnderWay() bool { return v.underWay }

// Advance moves the vessel on to the last whole step not after t. A time
// already passed changes nothing.
func (v *Vessel) Advance(t time.Time) {
	for next := v.now.Add(Step); !next.After(t); next = next.Add(Step) {
		v.now = next
		v.step()
	}
}

func (v *Vessel) step() {
	if v.underWay {
		v.sail()
	} else {
		v.lie()
	}
	v.engine.step(v.speed/(v.ship.Hull.Knots*model.KnotsToMS), v.underWay, v.ship)
}

// sailing is the crossing of the current leg.
func (v *Vessel) sailing() *sailing { return &v.sailings[v.leg&1] }

// scheduled are the times of the current leg in the timetable.
func (v *Vessel) scheduled() (departure, arrival time.Time) {
	departure = v.ship.departure(v.leg)
	return departure, departure.Add(v.ship.Crossing)
}

// sail moves a vessel under way.
func (v *Vessel) sail() {
	leg := v.sailing()
	dt := Step.Seconds()
	want, _ := leg.plan.at(v.along)
	want *= v.luck.pace
	h := v.ship.Hull
	if rest := leg.track.length - v.along; rest < trackStep {
		want = math.Sqrt(2 * h.Brake * math.Max(0, rest))
	}
	want = math.Max(crawl, want)
	if v.givingWay() {
		v.stopped += Step
		want = 0
	}
	if v.held {
		want = 0
	}
	v.speed = math.Max(v.speed-1.5*h.Brake*dt, math.Min(want, v.speed+h.Accel*dt))
	v.along += v.speed * dt
	_, course := leg.track.at(v.along)
	v.turn(course+v.drift(), 2*h.Turn)
	if v.along >= leg.track.length-berthReach {
		v.berth()
	}
}

// givingWay reports whether the vessel waits for another in the fairway.
func (v *Vessel) givingWay() bool {
	return v.luck.giveWay > 0 && v.stopped < v.luck.giveWay &&
		v.along >= v.luck.where*v.sailing().track.length
}

// drift is how far the heading lies off the course, in degrees.
func (v *Vessel) drift() float64 {
	turns := float64(v.now.UnixMilli())/float64(leewayTime.Milliseconds()) + v.phase
	return leeway * math.Sin(2*math.Pi*turns) * math.Min(1, v.speed/4)
}

// turn brings the heading towards a course by at most rate degrees a second.
func (v *Vessel) turn(course, rate float64) {
	most := rate * Step.Seconds()
	v.heading = norm360(v.heading + math.Max(-most, math.Min(most, turnBetween(v.heading, course))))
}

// berth ends a crossing and looks up the next sailing; those that can no
// longer be made in time are cancelled.
func (v *Vessel) berth() {
	v.underWay, v.speed, v.along = false, 0, 0
	v.berthed, v.landed = v.now, v.aboard
	v.leg++
	for v.ship.departure(v.leg + 2).Before(v.now.Add(v.ship.Turnaround)) {
		v.leg += 2
	}
	v.luck = luckOf(v.seed, v.ship.ID, v.leg)
	v.stopped = 0
}

// ready is when the vessel can leave port: by the timetable, when loaded.
func (v *Vessel) ready(late time.Duration) time.Time {
	t := v.ship.departure(v.leg).Add(late)
	if loaded := v.berthed.Add(v.ship.Turnaround); loaded.After(t) {
		return loaded
	}
	return t
}

// lie keeps a vessel in port: it unloads, loads, swings off the berth and goes.
func (v *Vessel) lie() {
	ready := v.ready(v.luck.late)
	v.board(ready)
	if v.now.Before(ready.Add(-swingAhead)) {
		return
	}
	_, course := v.sailing().track.at(0)
	v.turn(course, swingRate)
	if v.now.Before(ready) || v.held || math.Abs(turnBetween(v.heading, course)) > 0.5 {
		return
	}
	v.underWay, v.departed = true, v.now
}

// board counts passengers off and on between arrival and departure.
func (v *Vessel) board(ready time.Time) {
	stay := ready.Sub(v.berthed)
	f := float64(v.now.Sub(v.berthed)) / float64(max(stay, time.Minute))
	switch {
	case f < 0.3:
		v.aboard = int(float64(v.landed) * (1 - f/0.3))
	case f < 0.9:
		v.aboard = int(v.luck.load * float64(v.ship.Capacity) * (f - 0.3) / 0.6)
	default:
		v.aboard = int(v.luck.load * float64(v.ship.Capacity))
	}
}

// predicted is when the vessel itself expects to arrive.
func (v *Vessel) predicted() time.Time {
	plan := v.sailing().plan
	if v.underWay {
		_, left := plan.at(v.along)
		left = time.Duration(float64(left) / v.luck.pace)
		if v.givingWay() {
			left += v.luck.giveWay - v.stopped
		}
		return v.now.Add(left)
	}
	late := v.luck.late
	if departure, _ := v.scheduled(); v.now.Before(departure.Add(-announce)) {
		late = 0
	}
	leave := v.ready(late)
	if leave.Before(v.now) {
		leave = v.now
	}
	return leave.Add(plan.total())
}
