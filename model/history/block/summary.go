package block

// Summary is what a picture needs to know of a stretch of samples. Times are
// microseconds since 1970. The zero value is of no samples.
type Summary struct {
	Count           int64
	Min, Max, Sum   float64
	First, Last     float64
	FirstAt, LastAt int64
}

// Add takes in one sample. Samples may come in any order of time; of two at the
// same time the later added is the last.
func (s *Summary) Add(at int64, v float64) {
	s.Merge(Summary{Count: 1, Min: v, Max: v, Sum: v, First: v, Last: v, FirstAt: at, LastAt: at})
}

// Merge takes in the samples that t is of.
func (s *Summary) Merge(t Summary) {
	if t.Count == 0 {
		return
	}
	if s.Count == 0 {
		*s = t
		return
	}
	s.Count += t.Count
	s.Sum += t.Sum
	s.Min, s.Max = min(s.Min, t.Min), max(s.Max, t.Max)
	if t.FirstAt < s.FirstAt {
		s.First, s.FirstAt = t.First, t.FirstAt
	}
	if t.LastAt >= s.LastAt {
		s.Last, s.LastAt = t.Last, t.LastAt
	}
}

// Mean is the arithmetic mean, 0 of no samples.
func (s *Summary) Mean() float64 {
	if s.Count == 0 {
		return 0
	}
	return s.Sum / float64(s.Count)
}

// Summarise is the summary of samples in order of time.
func Summarise(at []int64, v []float64) Summary {
	if len(at) == 0 {
		return Summary{}
	}
	n := len(at) - 1
	s := Summary{Count: int64(len(at)), Min: v[0], Max: v[0], First: v[0], Last: v[n], FirstAt: at[0], LastAt: at[n]}
	for _, x := range v {
		s.Sum += x
		s.Min, s.Max = min(s.Min, x), max(s.Max, x)
	}
	return s
}
