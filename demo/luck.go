package demo

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// luck is what befalls one sailing.
type luck struct {
	late    time.Duration // held for a late departure
	pace    float64       // of the plan, up to 1; less in fog and traffic
	giveWay time.Duration // stopped for a ship in the fairway
	where   float64       // along the track, 0 to 1, where that happens
	load    float64       // passengers, as a part of the capacity
}

// usualPace is the least pace of an ordinary sailing: no two are alike.
const usualPace = 0.965

// delayed reports whether the sailing has any reason to be late.
func (l luck) delayed() bool { return l.late > 0 || l.pace < usualPace || l.giveWay > 0 }

// luckOf is the same for the same seed, ship and sailing.
func luckOf(seed uint64, ship string, leg int64) luck {
	h := fnv.New64a()
	_, _ = h.Write([]byte(ship))
	r := rand.New(rand.NewPCG(seed^h.Sum64(), uint64(leg)))
	l := luck{pace: usualPace + (1-usualPace)*r.Float64(), load: 0.15 + 0.75*r.Float64(), where: 0.35 + 0.3*r.Float64()}
	switch x := r.Float64(); {
	case x < 0.06:
		l.late = time.Duration(120+r.IntN(420)) * time.Second
	case x < 0.10:
		l.pace = 0.75 + 0.15*r.Float64()
	case x < 0.13:
		l.giveWay = time.Duration(120+r.IntN(240)) * time.Second
	}
	return l
}
