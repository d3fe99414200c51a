package plot

import (
	"math"
	"sort"
	"time"
)

// Summary is what a series amounts to over a time. All are NaN when it has no
// finite value there.
type Summary struct {
	Last, Min, Max float64
	// Mean is the arithmetic mean of the samples.
	Mean float64
	// Count is how many samples there are.
	Count int
}

// Summary sums up the finite values from one moment to another, both included.
// Of a series in steps the value that holds at the beginning counts as well.
func (s *Series) Summary(from, to time.Time) Summary {
	n, first, last := s.len(), from.UnixNano(), to.UnixNano()
	i := sort.Search(n, func(i int) bool { return s.Times[i] >= first })
	if s.Step && i > 0 && (i == n || s.Times[i] > first) {
		i--
	}
	out := Summary{Last: math.NaN(), Min: math.NaN(), Max: math.NaN(), Mean: math.NaN()}
	mean := 0.0
	for ; i < n && s.Times[i] <= last; i++ {
		v := s.Values[i]
		if !finite(v) {
			continue
		}
		if out.Count == 0 {
			out.Min, out.Max = v, v
		}
		out.Count++
		out.Last, out.Min, out.Max = v, min(out.Min, v), max(out.Max, v)
		mean += v/float64(out.Count) - mean/float64(out.Count) // neither term overflows
		out.Mean = mean
	}
	return out
}
