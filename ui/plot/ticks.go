package plot

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// tick is a labelled mark on an axis.
type tick struct {
	at    float64
	label string
}

// niceStep is the least of 1, 2, 5 times a power of ten that divides span into
// at most n parts.
func niceStep(span float64, n int) float64 {
	raw := span / float64(max(n, 1))
	if raw <= 0 || !finite(raw) {
		return 1
	}
	p := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5} {
		if m*p >= raw*(1-1e-9) {
			return m * p
		}
	}
	return 10 * p
}

// valueTicks are at most n+1 round values from lo to hi.
func valueTicks(lo, hi float64, n int) []tick {
	step := niceStep(hi-lo, n)
	var out []tick
	first := math.Ceil(lo/step - 1e-9)
	for k := first; k <= first+float64(n)+1; k++ {
		v := k * step
		if v > hi+step*1e-9 || !finite(v) {
			break
		}
		out = append(out, tick{v, valueLabel(v, step)})
	}
	return out
}

// valueLabel writes v with just the digits that tell ticks of a step apart.
func valueLabel(v, step float64) string {
	if v == 0 {
		return "0"
	}
	var text string
	if a := math.Abs(v); a >= 1e7 || step < 1e-5 {
		text = strconv.FormatFloat(v, 'g', 4, 64)
	} else {
		digits := max(0, int(math.Ceil(-math.Log10(step)-1e-9)))
		text = strconv.FormatFloat(v, 'f', digits, 64)
	}
	return strings.Replace(text, "-", "−", 1)
}

// clockSteps are the steps of a time axis up to twelve hours.
func clockSteps() []time.Duration {
	return []time.Duration{
		10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond,
		100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	}
}

// timeTicks are at most n+1 round local times between two times (Unix
// nanoseconds). at is in nanoseconds after from.
func timeTicks(from, to int64, n int, loc *time.Location) []tick {
	span := to - from
	if span <= 0 { // nothing, or more than fits into nanoseconds
		return nil
	}
	for _, step := range clockSteps() {
		if span/int64(step) <= int64(n) {
			return clockTicks(from, to, step, loc)
		}
	}
	for _, days := range []int{1, 2, 7, 14} {
		if span/int64(24*time.Hour)/int64(days) <= int64(n) {
			return dayTicks(from, to, days, loc)
		}
	}
	for _, months := range []int{1, 2, 3, 6, 12, 24, 60, 120, 600, 1200} {
		if span/int64(30*24*time.Hour)/int64(months) <= int64(n) {
			return monthTicks(from, to, months, loc)
		}
	}
	return nil
}

// clockTicks counts from local midnight by the wall clock, so that ticks stay
// on round hours on the day the clock changes.
func clockTicks(from, to int64, step time.Duration, loc *time.Location) []tick {
	t := time.Unix(0, from).In(loc)
	since := int64(t.Hour())*int64(time.Hour) + int64(t.Minute())*int64(time.Minute) +
		int64(t.Second())*int64(time.Second) + int64(t.Nanosecond())
	var out []tick
	last := int64(math.MinInt64)
	for k := since / int64(step); ; k++ {
		wall := k * int64(step)
		at := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, int(wall/int64(time.Second)), int(wall%int64(time.Second)), loc)
		if u := at.UnixNano(); u > to {
			return out
		} else if u >= from && u > last {
			last = u
			out = append(out, tick{float64(u - from), clockLabel(at, step)})
		}
	}
}

func clockLabel(t time.Time, step time.Duration) string {
	switch {
	case step < 100*time.Millisecond:
		return t.Format("15:04:05.00")
	case step < time.Second:
		return t.Format("15:04:05.0")
	case t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0:
		return t.Format("01-02")
	case step < time.Minute:
		return t.Format("15:04:05")
	}
	return t.Format("15:04")
}

func dayTicks(from, to int64, days int, loc *time.Location) []tick {
	t := time.Unix(0, from).In(loc)
	var out []tick
	for d := 0; ; d += days {
		at := time.Date(t.Year(), t.Month(), t.Day()+d, 0, 0, 0, 0, loc)
		if u := at.UnixNano(); u > to {
			return out
		} else if u >= from {
			out = append(out, tick{float64(u - from), at.Format("01-02")})
		}
	}
}

func monthTicks(from, to int64, months int, loc *time.Location) []tick {
	t := time.Unix(0, from).In(loc)
	var out []tick
	for m := 0; len(out) < 64; m += months {
		at := time.Date(t.Year(), t.Month()+time.Month(m), 1, 0, 0, 0, 0, loc)
		if !at.Before(time.Unix(0, to)) {
			break
		}
		if !at.Before(time.Unix(0, from)) {
			out = append(out, tick{float64(at.UnixNano() - from), at.Format("2006-01")})
		}
	}
	return out
}
