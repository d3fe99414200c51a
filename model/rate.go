package model

import "time"

// rateBin is the width of one bin of a rate: long enough that one message in
// five seconds still shows, short enough that a change is seen within seconds.
const rateBin = 4 * time.Second

// rate estimates events per second over the last four to eight seconds from
// two counters, at the cost of an increment.
type rate struct {
	bin       int64
	cur, prev uint32
}

// add counts an event at the monotonic time now.
func (r *rate) add(now time.Duration) {
	r.turn(int64(now / rateBin))
	r.cur++
}

// perSecond is the rate at the monotonic time now: the running bin and, of the
// one before it, the share that still lies within the window.
func (r rate) perSecond(now time.Duration) float64 {
	r.turn(int64(now / rateBin))
	into := float64(now%rateBin) / float64(rateBin)
	return (float64(r.cur) + float64(r.prev)*(1-into)) / rateBin.Seconds()
}

func (r *rate) turn(bin int64) {
	switch {
	case bin == r.bin, bin == r.bin-1: // a moment out of order is as good as now
	case bin == r.bin+1:
		r.bin, r.prev, r.cur = bin, r.cur, 0
	default:
		r.bin, r.prev, r.cur = bin, 0, 0
	}
}
