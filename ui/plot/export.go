package plot

import (
	"encoding/csv"
	"errors"
	"fmt"
	"html"
	"image/png"
	"io"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/wcharczuk/go-chart/v2"
)

// ChartPNG writes the chart as a PNG picture.
func ChartPNG(spec ChartSpec, w io.Writer) error {
	img, _, err := Chart(spec)
	if err != nil {
		return err
	}
	if err := png.Encode(w, img); err != nil {
		return fmt.Errorf("write chart as PNG: %w", err)
	}
	return nil
}

// ChartSVG writes the chart as an SVG picture.
func ChartSVG(spec ChartSpec, w io.Writer) error {
	if spec.Style.Font == nil {
		return errors.New("draw chart: the style has no font")
	}
	svg := func(w, h int) (chart.Renderer, error) {
		r, err := chart.SVG(w, h)
		return escaping{r}, err
	}
	if err := newChartJob(spec).render(svg, w, true); err != nil {
		return fmt.Errorf("write chart as SVG: %w", err)
	}
	return nil
}

// escaping is go-chart's SVG renderer with text made safe: go-chart writes it
// as it is, and names come from outside.
type escaping struct{ chart.Renderer }

// Text implements chart.Renderer.
func (e escaping) Text(body string, x, y int) {
	body = strings.Map(func(r rune) rune {
		if r < ' ' || r == '\ufffe' || r == '\uffff' {
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(body, "\ufffd"))
	e.Renderer.Text(html.EscapeString(body), x, y)
}

// ChartCSV writes the points of spec between From and To (all when they bound
// nothing) as CSV (RFC 4180): a column of times (RFC 3339, in the chart's
// location), then one column for each series. Text that a spreadsheet would
// take for a formula is quoted with an apostrophe.
func ChartCSV(spec ChartSpec, w io.Writer) error {
	j := newChartJob(spec)
	out := csv.NewWriter(w)
	out.UseCRLF = true
	row := []string{"time"}
	for _, s := range spec.Series {
		name := s.Name
		if s.Unit != "" {
			name += " (" + s.Unit + ")"
		}
		row = append(row, CSVText(name))
	}
	if err := out.Write(row); err != nil {
		return fmt.Errorf("write chart as CSV: %w", err)
	}
	next := make([]int, len(spec.Series))
	for i := range spec.Series {
		next[i] = sort.Search(spec.Series[i].len(), func(k int) bool { return spec.Series[i].Times[k] >= j.from })
	}
	for {
		at, ok := earliest(spec.Series, next, j.to)
		if !ok {
			break
		}
		row = append(row[:0], time.Unix(0, at).In(j.loc).Format(time.RFC3339Nano))
		for i := range spec.Series {
			row = append(row, takeAt(&spec.Series[i], &next[i], at))
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write chart as CSV: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write chart as CSV: %w", err)
	}
	return nil
}

// earliest is the least time that no series has given yet, up to end.
func earliest(series []Series, next []int, end int64) (at int64, ok bool) {
	for i := range series {
		if next[i] < series[i].len() {
			if t := series[i].Times[next[i]]; t <= end && (!ok || t < at) {
				at, ok = t, true
			}
		}
	}
	return at, ok
}

// takeAt is the value of s at a time as text, "" if it has none. When points
// share a time the others follow in rows of their own.
func takeAt(s *Series, next *int, at int64) string {
	if *next >= s.len() || s.Times[*next] != at {
		return ""
	}
	v := s.Values[*next]
	*next++
	if !finite(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// CSVText makes text from outside safe as a cell: a spreadsheet runs what
// begins with one of = + - @, a tab or a line break as a formula.
func CSVText(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}
