package model

import (
	"math"
	"time"
)

// Memory of the pace and the cruising speed, in seconds.
const (
	paceMemory  = 600.0 // over which the pace is averaged
	pacePrior   = 300.0 // for which the usual pace is assumed at first
	paceEvery   = 15.0  // between two samples
	paceSlowest = 0.4
	paceFastest = 2.5
	cruiseRise  = 60.0  // until a higher cruising speed is believed
	cruiseFall  = 400.0 // until a lower one is: ships slow down for harbours
	underWayMin = 3.0   // knots: slower, a ship is not cruising
)

// paceMeter compares how long a vessel takes with how long it usually takes.
// Time spent stopped does not count: a vessel that was held sails on at its
// usual pace.
type paceMeter struct {
	usual, took float64 // seconds, fading
	faded       float64 // how much of the prior has, 0 to 1
	at          time.Time
	elapsed     float64 // the usual time to here, at the last sample
	going       bool
	stopped     float64 // seconds stopped since the last sample
}

// sample takes in that the usual time to here is elapsed seconds.
func (m *paceMeter) sample(f Fix, elapsed float64) {
	if !m.going {
		*m = paceMeter{going: true, at: f.At, elapsed: elapsed}
		return
	}
	took := f.At.Sub(m.at).Seconds()
	if took < paceEvery {
		return
	}
	if usual := elapsed - m.elapsed; took > m.stopped && usual > 0 {
		keep := math.Exp(-took / paceMemory)
		m.usual = m.usual*keep + usual
		m.took = m.took*keep + took - m.stopped
		m.faded = 1 - (1-m.faded)*keep
	}
	m.at, m.elapsed, m.stopped = f.At, elapsed, 0
}

// pace is how much faster than usual the vessel sails: 1 is as usual.
func (m *paceMeter) pace() float64 {
	prior := pacePrior * (1 - m.faded)
	p := (m.usual + prior) / (m.took + prior)
	return math.Max(paceSlowest, math.Min(paceFastest, p))
}

// cruiseMeter learns a vessel's cruising speed in the open, from a first
// assumption.
type cruiseMeter struct {
	knots   float64 // learned, 0 when it was never seen in the open
	assumed float64 // 0 when there is no better one than assumedCruise
}

func (m *cruiseMeter) sample(knots, seconds float64) {
	if knots < underWayMin || seconds <= 0 {
		return
	}
	m.knots = m.speed()
	memory := cruiseFall
	if knots > m.knots {
		memory = cruiseRise
	}
	m.knots += (knots - m.knots) * (1 - math.Exp(-seconds/memory))
}

// speed is the cruising speed in knots as far as it is known.
func (m *cruiseMeter) speed() float64 {
	switch {
	case m.knots > 0:
		return m.knots
	case m.assumed > 0:
		return m.assumed
	}
	return assumedCruise
}
