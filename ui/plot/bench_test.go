//go:build unix

package plot

import (
	"math"
	"syscall"
	"testing"
	"time"
)

// BenchmarkTwelveCharts draws twelve charts of six series with five minutes of
// samples at 10 Hz, as a page does ten times a second. The goal is under half a
// core.
func BenchmarkTwelveCharts(b *testing.B) {
	const charts, lines, samples = 12, 6, 5 * 60 * 10
	var all []ChartSpec
	for c := range charts {
		var of []Series
		for l := range lines {
			s := Series{Color: hex(0xff0000ff)}
			for i := range samples {
				s.Times = append(s.Times, start.Add(time.Duration(i)*100*time.Millisecond).UnixNano())
				s.Values = append(s.Values, math.Sin(float64(i+c)/50)+float64(l))
			}
			of = append(of, s)
		}
		all = append(all, spec(b, true, 400, 220, 1, of...))
	}
	before := used(b)
	for b.Loop() {
		for _, c := range all {
			if _, _, err := Chart(c); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(10*(used(b)-before).Seconds()/float64(b.N), "cores")
}

// used is the processor time of this process: unlike the time that passes, it
// does not depend on what else the machine does.
func used(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
