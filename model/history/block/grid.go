package block

import "slices"

// Grid is a stretch of time divided into equal columns that summaries are gathered
// in. Column i is from Edge(i) up to but not including Edge(i+1).
type Grid struct {
	From, To int64
	Sums     []Summary
}

// NewGrid divides a stretch into n columns.
func NewGrid(from, to int64, n int) *Grid {
	return &Grid{From: from, To: to, Sums: make([]Summary, n)}
}

// Edge is where column i begins.
func (g *Grid) Edge(i int) int64 {
	n := int64(len(g.Sums))
	span := g.To - g.From
	return g.From + span/n*int64(i) + span%n*int64(i)/n
}

// Column is the column that a time within the stretch is in.
func (g *Grid) Column(at int64) int {
	i := int(float64(at-g.From) / float64(g.To-g.From) * float64(len(g.Sums)))
	i = max(0, min(i, len(g.Sums)-1))
	for i > 0 && at < g.Edge(i) {
		i--
	}
	for i < len(g.Sums)-1 && at >= g.Edge(i+1) {
		i++
	}
	return i
}

// Within is the column that a summary lies within; ok is false when it does not
// lie within one.
func (g *Grid) Within(s Summary) (column int, ok bool) {
	if s.FirstAt < g.From || s.LastAt >= g.To {
		return 0, false
	}
	i := g.Column(s.FirstAt)
	return i, i+1 == len(g.Sums) || s.LastAt < g.Edge(i+1)
}

// Whole takes in a summary if it lies within one column, and reports whether it does.
func (g *Grid) Whole(s Summary) bool {
	i, ok := g.Within(s)
	if ok {
		g.Sums[i].Merge(s)
	}
	return ok
}

// Add takes in samples in order of time.
func (g *Grid) Add(at []int64, v []float64) {
	for len(at) > 0 {
		i := g.Column(at[0])
		n, _ := slices.BinarySearch(at, g.Edge(i+1))
		if i == len(g.Sums)-1 {
			n = len(at)
		}
		g.Sums[i].Merge(Summarise(at[:n], v[:n]))
		at, v = at[n:], v[n:]
	}
}

// Begin takes in a summary that cannot be divided: it counts in the column in
// which it begins, if that is in the stretch.
func (g *Grid) Begin(s Summary) {
	if s.FirstAt >= g.From && s.FirstAt < g.To {
		g.Sums[g.Column(s.FirstAt)].Merge(s)
	}
}
