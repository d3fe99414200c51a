package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/bench/figure"
)

// conclude prints the medians of a case and returns what its goals make of them.
func (c *benchCase) conclude(contenders []kind, samples [][]sample) []figure.Figure {
	fmt.Println(c.name)
	medians := map[kind]float64{}
	for i, k := range contenders {
		m, low, high, cpu := summary(samples[i])
		medians[k] = m
		fmt.Printf("  %-24s %14.6g %s  (%.4g to %.4g)", k, m, c.unit, low, high)
		if cpu > 0 {
			fmt.Printf("  %v of processor", cpu)
		}
		fmt.Println()
	}
	var results []figure.Figure
	for _, g := range c.goals {
		value, there := medians[g.first]
		unit := c.unit
		if g.versus != none {
			other, ok := medians[g.versus]
			there = there && ok && other > 0
			value, unit = value/other, "ratio"
		}
		if !there {
			continue
		}
		f := figure.AtLeast(g.name, value, unit, g.bound)
		if c.less {
			f = figure.AtMost(g.name, value, unit, g.bound)
		}
		fmt.Println(f)
		results = append(results, f)
	}
	fmt.Println()
	return results
}

// summary is the median of samples, their range, and the median of their
// processor times.
func summary(samples []sample) (median, low, high float64, cpu time.Duration) {
	values, times := make([]float64, len(samples)), make([]time.Duration, len(samples))
	for i, s := range samples {
		values[i], times[i] = s.value, s.cpu
	}
	slices.Sort(values)
	slices.Sort(times)
	n := len(values)
	return values[n/2], values[0], values[n-1], times[n/2]
}
