package model

import (
	"math"
	"strconv"
	"time"
)

// Limit is what is normal of a series: a value below Low or above High is an
// alarm. An infinite bound is none.
type Limit struct {
	Key       SeriesKey
	Low, High float64
}

// maxLimits bounds how many limits are watched.
const maxLimits = 2_000

// SetLimits says what is normal; alarms of series that are no longer limited end
// with the next tick. Limits beyond 2,000 are not watched.
func (s *Store) SetLimits(limits []Limit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alarms.limits = s.alarms.limits[:0]
	for _, l := range limits[:min(len(limits), maxLimits)] {
		s.alarms.limits = append(s.alarms.limits, watchedLimit{l, AlarmID{AlarmLimit, l.Key.Topic + l.Key.Pointer}, false})
	}
	s.alarms.limited = true
}

// watchedLimit is a limit, and whether its alarm is active.
type watchedLimit struct {
	Limit
	id    AlarmID
	alarm bool
}

// watchLimits raises and ends the alarms of limits, at a time.
func (s *Store) watchLimits(at time.Time) {
	if s.alarms.limited {
		s.alarms.limited = false
		s.keepLimits(at)
	}
	for i := range s.alarms.limits {
		w := &s.alarms.limits[i]
		t := s.topics[w.Key.Topic]
		if t == nil {
			continue
		}
		text := ""
		for _, f := range t.fields {
			if _, v, ok := f.series.last(); ok && f.pointer == w.Key.Pointer {
				text = limitText(&w.Limit, v)
				break
			}
		}
		switch {
		case text == "" && w.alarm:
			s.alarms.clear(w.id, at)
		case text != "" && !w.alarm:
			a := Alarm{ID: w.id, Severity: SeverityAlarm, Began: at, Text: text}
			if t.device != nil {
				a.Device = t.device.root
			}
			s.alarms.raise(a)
		}
		w.alarm = text != ""
	}
}

// keepLimits ends the alarms of series that are no longer limited.
func (s *Store) keepLimits(at time.Time) {
	kept := make(map[AlarmID]bool, len(s.alarms.limits))
	for i := range s.alarms.limits {
		w := &s.alarms.limits[i]
		kept[w.id] = true
		w.alarm = s.alarms.active[w.id] != nil
	}
	for id := range s.alarms.active {
		if id.Kind == AlarmLimit && !kept[id] {
			s.alarms.clear(id, at)
		}
	}
}

// limitText says how a value is outside its limits; empty when it is not.
func limitText(l *Limit, v float64) string {
	than, bound := "", 0.0
	switch {
	case math.IsNaN(v):
	case v < l.Low:
		than, bound = " is below ", l.Low
	case v > l.High:
		than, bound = " is above ", l.High
	}
	if than == "" {
		return ""
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	return l.Key.Topic + l.Key.Pointer + ": " + number(v) + than + number(bound)
}
