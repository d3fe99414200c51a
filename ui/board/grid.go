package board

import (
	"cmp"
	"slices"

	"github.com/pilothouse/pilothouse/model/workspace"
)

// Rect is a place in the window, in logical units.
type Rect struct{ X, Y, W, H float32 }

// Grid is the grid of a board as it fits a window.
type Grid struct {
	// CellW and CellH are the size of a cell in logical units.
	CellW, CellH float32
	// Folded tells that the window is too narrow: tiles are twice as wide and lie
	// in reading order.
	Folded bool
}

// Bounds of cells, in logical units.
const (
	// Gap is the air between tiles.
	Gap = 8
	// foldBelow is the width of a cell below which the grid folds.
	foldBelow = 26
	leastCell = 34 // high
	fewRows   = 10 // a board of fewer is not stretched to the window's height
)

// Fit makes the grid of a board with rows rows for a window's inside. Rows fill
// the height where they may; a board that is longer scrolls.
func Fit(width, height float32, rows int) Grid {
	g := Grid{CellW: max(width, 1) / workspace.Columns}
	if g.CellW < foldBelow {
		g.Folded = true
	}
	high := height / float32(max(rows, fewRows))
	g.CellH = max(leastCell, min(high, g.CellW*1.7))
	return g
}

// Rect is where a place lies, the gap round it taken off.
func (g Grid) Rect(p workspace.Place) Rect {
	return Rect{
		X: float32(p.X)*g.CellW + Gap/2, Y: float32(p.Y)*g.CellH + Gap/2,
		W: max(1, float32(p.W)*g.CellW-Gap), H: max(1, float32(p.H)*g.CellH-Gap),
	}
}

// Cells is how many cells a way across the window is, to the nearest.
func (g Grid) Cells(dx, dy float32) (columns, rows int) {
	return nearest(dx / g.CellW), nearest(dy / g.CellH)
}

func nearest(v float32) int {
	const far = 10 * workspace.MaxRows
	v = max(-far, min(far, v))
	if v < 0 {
		return -int(-v + 0.5)
	}
	return int(v + 0.5)
}

// Rows is how many rows places take.
func Rows(places []workspace.Place) int {
	rows := 0
	for _, p := range places {
		rows = max(rows, p.Y+p.H)
	}
	return rows
}

// Overlap reports whether two places have a cell in common.
func Overlap(a, b workspace.Place) bool {
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}

// Bound is p moved and shrunk so that it lies within the columns and rows.
func Bound(p workspace.Place) workspace.Place {
	p.W, p.H = max(1, min(p.W, workspace.Columns)), max(1, min(p.H, workspace.MaxRows))
	p.X, p.Y = max(0, min(p.X, workspace.Columns-p.W)), max(0, min(p.Y, workspace.MaxRows-p.H))
	return p
}

// Settle pushes down what overlaps, in order: each place gives way to those
// before it in order, and moves no further than it must. The first never moves.
func Settle(places []workspace.Place, order []int) {
	var done []workspace.Place
	for _, i := range order {
		p := &places[i]
		for {
			bottom := -1
			for _, q := range done {
				if Overlap(*p, q) {
					bottom = max(bottom, q.Y+q.H)
				}
			}
			if bottom < 0 {
				break
			}
			p.Y = bottom
		}
		done = append(done, *p)
	}
}

// reading is the order from top to bottom and left to right, with one index
// first; -1 for none.
func reading(places []workspace.Place, first int) []int {
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if (a == first) != (b == first) {
			if a == first {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(places[a].Y, places[b].Y), cmp.Compare(places[a].X, places[b].X))
	})
	return order
}

// Fold doubles the width of places and lays them in reading order into the
// columns, line by line.
func Fold(places []workspace.Place) {
	x, y, high := 0, 0, 0
	for _, i := range reading(places, -1) {
		p := &places[i]
		p.W = min(2*p.W, workspace.Columns)
		if x+p.W > workspace.Columns {
			x, y, high = 0, y+high, 0
		}
		p.X, p.Y = x, y
		x += p.W
		high = max(high, p.H)
	}
}

// free is the first place of a size that nothing lies on, from the top.
func free(places []workspace.Place, w, h int) workspace.Place {
	p := Bound(workspace.Place{W: w, H: h})
	for p.Y = 0; ; p.Y++ {
		for p.X = 0; p.X+p.W <= workspace.Columns; p.X++ {
			if !slices.ContainsFunc(places, func(q workspace.Place) bool { return Overlap(p, q) }) {
				return p
			}
		}
	}
}
