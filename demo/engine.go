package demo

import "math"

// Time constants in seconds, temperatures in °C, fuel in per cent.
const (
	rpmLag    = 6.0
	oilLag    = 420.0
	oilIdle   = 62.0
	oilFull   = 34.0   // more at full speed
	burnIdle  = 0.0004 // per cent a second
	burnFull  = 0.0032 // more at full speed
	bunkerLow = 25.0   // bunkers in port when below this
	bunkering = 0.12   // per cent a second
	fuelFull  = 96.0
)

// engine follows the ship's speed.
type engine struct {
	rpm, oil, fuel float64
	bunker         bool
}

// step moves the engine on by one Step at a speed given as a part of full.
func (e *engine) step(part float64, underWay bool, s Ship) {
	dt := Step.Seconds()
	load := math.Min(1, part*part)
	e.rpm += (s.Idle + (s.Full-s.Idle)*math.Min(1, part) - e.rpm) * dt / rpmLag
	e.oil += (oilIdle + oilFull*load - e.oil) * dt / oilLag
	e.bunker = !underWay && e.fuel < fuelFull && (e.bunker || e.fuel < bunkerLow)
	if e.bunker {
		e.fuel += bunkering * dt
		return
	}
	e.fuel = math.Max(0, e.fuel-(burnIdle+burnFull*load)*dt)
}
