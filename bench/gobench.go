package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/bench/figure"
)

// goGoal is what the median of a metric of Go's benchmarks is to be.
type goGoal struct {
	name      string
	benchmark *regexp.Regexp // the slowest one that matches counts
	metric    string
	unit      string
	scale     float64
	bound     float64
	atLeast   bool
}

// goGoals are the benchmarks with a goal.
func goGoals() []goGoal {
	of := regexp.MustCompile
	return []goGoal{
		{"ingest of a message of 6 numbers, decoded, indexed, in series, on a core", of("^Ingest/object$"), "messages/s", "messages/s", 1, 500_000, true},
		{"allocations of a message with a number on a known topic", of("^Ingest/number$"), "allocs/op", "allocations/100 messages", 1, 0, false},
		{"memory of a topic with a number and 100 samples", of("^TopicMemory$"), "B/topic", "KiB", 1.0 / 1024, 3, false},
		{"filter as you type over 100,000 topics", of("^TreeView/filter/"), "ns/op", "ms", 1e-6, 50, false},
		{"12 charts x 6 series x 10 Hz, drawn as the window draws them", of("^TwelveCharts/layered$"), "cores", "cores", 1, 0.5, false},
		{"history: recorded without loss, offered 50,500 a second", of("^Sustained$"), "messages/s", "messages/s", 1, 50_000, true},
		{"history: messages lost at that rate", of("^Sustained$"), "lost", "messages", 1, 0, false},
		{"history: commit at that rate, p99", of("^Sustained$"), "commit-p99-ms", "ms", 1, 100, false},
		{"history: sealed bytes of a sample at that rate", of("^Sustained$"), "sealed-bytes/sample", "bytes", 1, 4, false},
		{"history: 50,000 messages/s through a hub, recording: what comes through", of("^LiveHub/paced$"), "recording-messages/s", "messages/s", 1, 49_500, true},
		{"history: the live path's processor time a message slowed by recording, at 50,000 messages/s", of("^LiveHub/paced$"), "slower-%-ns-of-path/message", "%", 1, 5, false},
		{"history: the live path from socket to model slowed by recording, p50 at 50,000 messages/s", of("^LiveHub/paced$"), "slower-%-us-p50", "%", 1, 5, false},
		{"history: the live path from socket to model slowed by recording, at saturation", of("^LiveHub/saturated$"), "slower-%-messages/s", "%", 1, 5, false},
		{"history: opening 10 million samples", of("^Open10M$"), "ns/op", "ms", 1e-6, 2000, false},
		{"history: last value of 10,000 topics at a past moment", of("^At10000$"), "ns/op", "ms", 1e-6, 200, false},
		{"history: the slider to the first picture of 10,000 topics", of("^Glance10000$"), "ns/op", "ms", 1e-6, 200, false},
		{"history: 10 million samples to 1,000 columns", of("^Columns10M$"), "ns/op", "ms", 1e-6, 50, false},
		{"history: a year at 1 Hz to the columns of a chart", of("^ColumnsYear$"), "ns/op", "ms", 1e-6, 100, false},
		{"history: bytes on disk of a recent sample", of("^Write$"), "disk-bytes/sample", "bytes", 1, 30, false},
		{"history: bytes on disk of a sealed sample", of("^Columns10M$"), "disk-bytes/sample", "bytes", 1, 4, false},
	}
}

// goFigures reads what go test -bench has written and holds it against the goals.
// Benchmarks that were not run are left out.
func goFigures(path string) ([]figure.Figure, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values := metrics(string(raw))
	var out []figure.Figure
	for _, g := range goGoals() {
		worst, there := 0.0, false
		for key, all := range values {
			if key.metric != g.metric || !g.benchmark.MatchString(key.benchmark) {
				continue
			}
			slices.Sort(all)
			median := all[len(all)/2] * g.scale
			if !there || (median < worst) == g.atLeast {
				worst, there = median, true
			}
		}
		if !there {
			continue
		}
		f := figure.AtMost(g.name, worst, g.unit, g.bound)
		if g.atLeast {
			f = figure.AtLeast(g.name, worst, g.unit, g.bound)
		}
		fmt.Println(f)
		out = append(out, f)
	}
	return out, nil
}

// metricKey names a metric of a benchmark, whose name is without "Benchmark" and
// without the number of processors.
type metricKey struct{ benchmark, metric string }

// metrics are the values of each metric, one for each time a benchmark was run, in
// the format of https://go.dev/design/14313-benchmark-format.
func metrics(text string) map[metricKey][]float64 {
	processors := regexp.MustCompile(`-\d+$`)
	out := map[metricKey][]float64{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := processors.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), "")
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				key := metricKey{name, fields[i+1]}
				out[key] = append(out[key], v)
			}
		}
	}
	return out
}
