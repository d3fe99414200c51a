package plot

import (
	"slices"
	"strings"
)

// Axis says where a series, a band or a limit is measured.
type Axis uint8

// The axes. By unit, the first unit of a chart is measured on the left, the
// second on the right, and any further one on the left again.
const (
	AxisByUnit Axis = iota
	AxisLeft
	AxisRight
)

// axisSide tells on which axis a series is measured.
type axisSide uint8

const (
	leftAxis axisSide = iota
	rightAxis
)

// axes is who is measured where.
type axes struct {
	of    []axisSide  // of each series
	units [2][]string // on each side, without repetition, in order
	used  [2]bool     // by any series
}

// assign puts each series on an axis: those that were given one first.
func assign(series []Series) axes {
	a := axes{of: make([]axisSide, len(series))}
	for i := range series {
		if s := &series[i]; s.Axis != AxisByUnit {
			a.put(i, s.Unit, s.Axis.side())
		}
	}
	for i := range series {
		if s := &series[i]; s.Axis == AxisByUnit {
			a.put(i, s.Unit, a.sideFor(s.Unit))
		}
	}
	return a
}

// side is the side of an axis that was chosen.
func (a Axis) side() axisSide {
	if a == AxisRight {
		return rightAxis
	}
	return leftAxis
}

// sideFor is the side for a unit: where it is already, else the first empty one.
func (a *axes) sideFor(unit string) axisSide {
	switch {
	case slices.Contains(a.units[leftAxis], unit):
		return leftAxis
	case slices.Contains(a.units[rightAxis], unit):
		return rightAxis
	case a.used[leftAxis] && !a.used[rightAxis]:
		return rightAxis
	}
	return leftAxis
}

func (a *axes) put(i int, unit string, side axisSide) {
	a.of[i], a.used[side] = side, true
	if !slices.Contains(a.units[side], unit) {
		a.units[side] = append(a.units[side], unit)
	}
}

// unit is what stands above an axis.
func (a *axes) unit(side axisSide) string {
	named := slices.DeleteFunc(slices.Clone(a.units[side]), func(u string) bool { return u == "" })
	return strings.Join(named, ", ")
}

// AxisOf is the axis on which the series with an index is measured, among the
// series of its chart: AxisLeft or AxisRight.
func AxisOf(series []Series, i int) Axis {
	if a := assign(series); i >= 0 && i < len(a.of) && a.of[i] == rightAxis {
		return AxisRight
	}
	return AxisLeft
}
