// Package figure holds measured figures beside what they are to be, and keeps them
// in bench.json: a list of {"name", "value", "unit", "goal", "met"}.
package figure

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// Figure is one measurement. The name tells it apart from all others.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Goal is a bound with its direction, such as ">= 2"; empty for a figure that
	// explains others, which is met by being there.
	Goal string `json:"goal"`
	Met  bool   `json:"met"`
}

// AtLeast is a figure that is to reach a bound.
func AtLeast(name string, value float64, unit string, bound float64) Figure {
	return Figure{Name: name, Value: value, Unit: unit, Goal: fmt.Sprintf(">= %g", bound), Met: value >= bound}
}

// AtMost is a figure that is to stay within a bound.
func AtMost(name string, value float64, unit string, bound float64) Figure {
	return Figure{Name: name, Value: value, Unit: unit, Goal: fmt.Sprintf("<= %g", bound), Met: value <= bound}
}

// Plain is a figure without a goal.
func Plain(name string, value float64, unit string) Figure {
	return Figure{Name: name, Value: value, Unit: unit, Met: true}
}

// String is the figure as a line of a table.
func (f Figure) String() string {
	line := fmt.Sprintf("  %-92s %8.3g %s", f.Name, f.Value, f.Unit)
	switch {
	case f.Goal == "":
		return line
	case f.Met:
		return line + ", goal " + f.Goal + ": met"
	}
	return line + ", goal " + f.Goal + ": MISSED"
}

// Merge writes figures to a file, in the place of older ones of the same names.
func Merge(path string, fresh []Figure) error {
	var all []Figure
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
	for _, f := range fresh {
		if i := slices.IndexFunc(all, func(old Figure) bool { return old.Name == f.Name }); i >= 0 {
			all[i] = f
			continue
		}
		all = append(all, f)
	}
	out, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(out, '\n'), 0o644)
}
