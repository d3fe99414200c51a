package payload

import "strings"

// DiffKind says what became of a line.
type DiffKind uint8

// The kinds of lines of a [Diff].
const (
	DiffSame DiffKind = iota
	DiffGone          // it is in the old text only
	DiffNew           // it is in the new text only
)

// DiffLine is a line of a comparison.
type DiffLine struct {
	Kind DiffKind
	// Old and New are its numbers in the two texts, from 1; 0 where it is not.
	Old, New int
	Text     string
}

// maxEdits bounds the work of a Diff: texts that differ by more lines are shown as
// one replaced by the other, between what they begin and end with alike.
const maxEdits = 1000

// Diff compares two texts line by line and finds the least lines that are gone
// and new (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986).
func Diff(before, after string) []DiffLine {
	a, b := lines(before), lines(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	d := differ{a: a, b: b, out: make([]DiffLine, 0, max(len(a), len(b)))}
	d.same(head)
	d.middle(len(a)-tail, len(b)-tail)
	d.same(tail)
	return d.out
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// differ writes a comparison; x and y are how much of a and b is written.
type differ struct {
	a, b []string
	x, y int
	out  []DiffLine
}

func (d *differ) same(n int) {
	for range n {
		d.out = append(d.out, DiffLine{DiffSame, d.x + 1, d.y + 1, d.a[d.x]})
		d.x++
		d.y++
	}
}

func (d *differ) gone() {
	d.out = append(d.out, DiffLine{DiffGone, d.x + 1, 0, d.a[d.x]})
	d.x++
}

func (d *differ) added() {
	d.out = append(d.out, DiffLine{DiffNew, 0, d.y + 1, d.b[d.y]})
	d.y++
}

// middle compares up to the lines endA and endB.
func (d *differ) middle(endA, endB int) {
	path, ok := d.search(endA, endB)
	if !ok {
		for d.x < endA {
			d.gone()
		}
		for d.y < endB {
			d.added()
		}
		return
	}
	for _, down := range path {
		for d.x < endA && d.y < endB && d.a[d.x] == d.b[d.y] {
			d.same(1)
		}
		if down {
			d.added()
		} else {
			d.gone()
		}
	}
	d.same(endA - d.x)
}

// search finds the shortest way of edits: true adds a line, false takes one away.
// Between them equal lines are followed greedily. It fails beyond maxEdits.
func (d *differ) search(endA, endB int) (path []bool, ok bool) {
	n, m := endA-d.x, endB-d.y
	if n == 0 && m == 0 {
		return nil, true
	}
	most := min(n+m, maxEdits)
	reach := make([]int, 2*most+2) // of each diagonal, by its number + most
	var trace [][]int
	for edits := 0; edits <= most; edits++ {
		trace = append(trace, append([]int(nil), reach[most-edits:most+edits+2]...))
		for k := -edits; k <= edits; k += 2 {
			var x int
			if k == -edits || k != edits && reach[most+k-1] < reach[most+k+1] {
				x = reach[most+k+1]
			} else {
				x = reach[most+k-1] + 1
			}
			for x < n && x-k < m && x-k >= 0 && d.a[d.x+x] == d.b[d.y+x-k] {
				x++
			}
			reach[most+k] = x
			if x >= n && x-k >= m {
				return backtrack(trace, n-m), true
			}
		}
	}
	return nil, false
}

// backtrack reads the way back from the end, on the diagonal k.
func backtrack(trace [][]int, k int) []bool {
	path := make([]bool, len(trace)-1)
	for edits := len(trace) - 1; edits > 0; edits-- {
		at := func(k int) int { return trace[edits][k+edits] }
		down := k == -edits || k != edits && at(k-1) < at(k+1)
		path[edits-1] = down
		if down {
			k++
		} else {
			k--
		}
	}
	return path
}

// HexDiff compares two payloads byte by byte, as rows of [Hex]: a row that differs
// is there twice, as it was and as it is.
func HexDiff(before, after []byte) []DiffLine {
	a, b := hexLines(before), hexLines(after)
	out := make([]DiffLine, 0, max(len(a), len(b)))
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			out = append(out, DiffLine{DiffNew, 0, i + 1, b[i]})
		case i >= len(b):
			out = append(out, DiffLine{DiffGone, i + 1, 0, a[i]})
		case a[i] == b[i]:
			out = append(out, DiffLine{DiffSame, i + 1, i + 1, a[i]})
		default:
			out = append(out, DiffLine{DiffGone, i + 1, 0, a[i]}, DiffLine{DiffNew, 0, i + 1, b[i]})
		}
	}
	return out
}

func hexLines(p []byte) []string {
	var out []string
	for row := 0; row < HexRows(len(p)); row += maxHexRows {
		text := strings.TrimSuffix(Hex(p, row*HexRowBytes, maxHexRows), "\n")
		out = append(out, strings.Split(text, "\n")...)
	}
	return out
}
