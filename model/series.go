package model

import (
	"math"
	"time"
)

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

// series is a ring of samples in order of time, which grows as it fills. Times
// are kept to the millisecond, and within 49 days of each other.
type series struct {
	base  int64    // milliseconds since 1970 that at counts from
	at    []uint32 // milliseconds
	value []float64
	head  int // the oldest sample
	n     int
}

// seriesStart is how many samples a series begins with room for.
const seriesStart = 16

// push appends a sample; beyond limit samples the oldest goes. A time before
// the latest is taken as the latest, so that order holds when a clock is set
// back. It reports how many samples of memory the ring grew by, at most room, and
// whether the oldest went only because there was no room.
func (s *series) push(at int64, v float64, limit, room int) (grown int, shed bool) {
	milli := s.fit(at / int64(time.Millisecond))
	if s.n == len(s.at) {
		size := min(max(seriesStart, s.n+s.n/ringStep), limit)
		switch fits := size-s.n <= room || s.n == 0; {
		case size > s.n && fits:
			grown = size - s.n
			s.resize(size)
		default:
			shed = size > s.n
			s.pop()
		}
	}
	i := s.index(s.n)
	s.at[i], s.value[i] = uint32(milli-s.base), v
	s.n++
	return grown, shed
}

// fit makes room in time for a sample at milli, and returns when it is to be.
func (s *series) fit(milli int64) int64 {
	if s.n > 0 {
		milli = max(milli, s.base+int64(s.at[s.index(s.n-1)]))
	}
	if s.n > 0 && milli-s.base <= math.MaxUint32 {
		return milli
	}
	for s.n > 0 && milli-s.base-int64(s.at[s.head]) > math.MaxUint32 {
		s.pop()
	}
	if s.n == 0 {
		s.base = milli
		return milli
	}
	by := s.at[s.head]
	for i := range s.n {
		s.at[s.index(i)] -= by
	}
	s.base += int64(by)
	return milli
}

func (s *series) pop() {
	s.head = s.index(1)
	s.n--
}

func (s *series) resize(size int) {
	at, value := make([]uint32, size), make([]float64, size)
	k := copy(at, s.at[s.head:])
	copy(at[k:], s.at[:s.head])
	k = copy(value, s.value[s.head:])
	copy(value[k:], s.value[:s.head])
	s.at, s.value, s.head = at, value, 0
}

// time is when the sample at i in the ring was, in nanoseconds since 1970.
func (s *series) time(i int) int64 {
	return (s.base + int64(s.at[i])) * int64(time.Millisecond)
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
	return s.time(i), s.value[i], true
}

// since appends the samples from time from on, and the one before it so that a
// line can enter from the left, to at and value.
func (s *series) since(from int64, at []int64, value []float64) ([]int64, []float64) {
	lo, hi := 0, s.n
	for lo < hi {
		mid := (lo + hi) / 2
		if s.time(s.index(mid)) < from {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for i := max(0, lo-1); i < s.n; i++ {
		j := s.index(i)
		at, value = append(at, s.time(j)), append(value, s.value[j])
	}
	return at, value
}
