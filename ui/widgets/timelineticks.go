package widgets

import "time"

// timelineSteps are the distances of labelled moments.
var timelineSteps = []time.Duration{
	time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	wholeDay, 2 * wholeDay, 7 * wholeDay, 14 * wholeDay, 30 * wholeDay, 90 * wholeDay, 365 * wholeDay, 3650 * wholeDay,
}

const wholeDay = 24 * time.Hour

// timelineTick is a labelled moment.
type timelineTick struct {
	at    time.Time
	label string
}

// timelineTicks are at most limit round moments of a stretch, in local time.
func timelineTicks(from, to time.Time, limit int) []timelineTick {
	span := to.Sub(from)
	if limit < 1 || span <= 0 {
		return nil
	}
	step := timelineSteps[len(timelineSteps)-1]
	for _, s := range timelineSteps {
		if span/s <= time.Duration(limit-1) {
			step = s
			break
		}
	}
	format := "15:04"
	switch {
	case step >= wholeDay:
		format = "01-02"
	case step < time.Minute:
		format = "15:04:05"
	}
	from = from.Local()
	day := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.Local)
	var out []timelineTick
	for k := 0; len(out) < limit; k++ {
		at := day.Add(time.Duration(k) * step)
		if step >= wholeDay {
			at = day.AddDate(0, 0, k*int(step/wholeDay))
		} else if k == 0 {
			k = int(from.Sub(day) / step)
			at = day.Add(time.Duration(k) * step)
		}
		if at.After(to) {
			break
		}
		if at.Before(from) {
			continue
		}
		label := at.Format(format)
		if step < wholeDay && at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0 {
			label = at.Format("01-02")
		}
		out = append(out, timelineTick{at, label})
	}
	return out
}
