package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"
)

// result is one figure with what it is to be.
type result struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Goal is a bound with its direction, such as ">= 2".
	Goal string `json:"goal"`
	Met  bool   `json:"met"`
}

// conclude prints the medians of a case and returns what its goals make of them.
func (c *benchCase) conclude(contenders []kind, samples [][]sample) []result {
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
	var results []result
	for _, g := range c.goals {
		first, there := medians[g.first]
		r := result{Name: g.name, Value: first, Unit: c.unit}
		if g.versus != none {
			other, ok := medians[g.versus]
			there = there && ok && other > 0
			r.Value, r.Unit = first/other, "ratio"
		}
		if !there {
			continue
		}
		r.Goal, r.Met = fmt.Sprintf(">= %g", g.bound), r.Value >= g.bound
		if c.less {
			r.Goal, r.Met = fmt.Sprintf("<= %g", g.bound), r.Value <= g.bound
		}
		r.print()
		results = append(results, r)
	}
	fmt.Println()
	return results
}

func (r *result) print() {
	verdict := "met"
	if !r.Met {
		verdict = "MISSED"
	}
	fmt.Printf("  %-92s %8.3g %s, goal %s: %s\n", r.Name, r.Value, r.Unit, r.Goal, verdict)
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

// merge writes results to a file, in the place of older ones of the same names.
func merge(path string, fresh []result) error {
	var all []result
	raw, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		if err := json.Unmarshal(raw, &all); err != nil {
			return fmt.Errorf("read %s: %w; remove it to begin anew", path, err)
		}
	}
	for _, r := range fresh {
		if i := slices.IndexFunc(all, func(old result) bool { return old.Name == r.Name }); i >= 0 {
			all[i] = r
			continue
		}
		all = append(all, r)
	}
	out, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(out, '\n'), 0o644)
}
