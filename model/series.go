package model

import "time"

// SeriesKey names a series: a numeric field of a topic's payload.
type SeriesKey struct {
	Topic string
	// Pointer is the field's JSON Pointer (RFC 6901); empty for a payload that
	// is a bare number.
	Pointer string
}

// Sample is a value at a time.
type Sample struct {
	At    time.Time
	Value float64
}

// series is a ring of samples in order of time, which grows as it fills.
type series struct {
	at    []int64
	value []float64
	head  int // the oldest sample
	n     int
}

const seriesStart = 16

// push appends a sample; beyond limit samples the oldest goes. A time before
// the latest is taken as the latest, so that order holds when a clock is set
// back. It reports how many samples of memory the ring grew by: at most room.
func (s *series) push(at int64, v float64, limit, room int) (grown int) {
	if s.n > 0 {
		at = max(at, s.at[s.index(s.n-1)])
	}
	if s.n == len(s.at) {
		if size := min(max(seriesStart, 2*s.n), limit); size > s.n && (size-s.n <= room || s.n == 0) {
			grown = size - s.n
			s.resize(size)
		} else {
			s.head = s.index(1)
			s.n--
		}
	}
	i := s.index(s.n)
	s.at[i], s.value[i] = at, v
	s.n++
	return grown
}

func (s *series) resize(size int) {
	at, value := make([]int64, size), make([]float64, size)
	k := copy(at, s.at[s.head:])
	copy(at[k:], s.at[:s.head])
	k = copy(value, s.value[s.head:])
	copy(value[k:], s.value[:s.head])
	s.at, s.value, s.head = at, value, 0
}

func (s *series) index(i int) int {
	i += s.head
	if i >= len(s.at) {
		i -= len(s.at)
	}
	return i
}

// last is the latest sample; ok is false when there is none.
func (s *series) last() (at int64, v float64, ok bool) {
	if s.n == 0 {
		return 0, 0, false
	}
	i := s.index(s.n - 1)
	return s.at[i], s.value[i], true
}

// since appends the samples from time from on, and the one before it so that a
// line can enter from the left, to at and value.
func (s *series) since(from int64, at []int64, value []float64) ([]int64, []float64) {
	lo, hi := 0, s.n
	for lo < hi {
		mid := (lo + hi) / 2
		if s.at[s.index(mid)] < from {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for i := max(0, lo-1); i < s.n; i++ {
		j := s.index(i)
		at, value = append(at, s.at[j]), append(value, s.value[j])
	}
	return at, value
}
