//go:build unix

package plot

import (
	"image"
	"math"
	"syscall"
	"testing"
	"time"
)

// BenchmarkTwelveCharts draws twelve charts of six series with five minutes of
// samples at 10 Hz, as a page does ten times a second: as wholes, and with what
// does not move kept. The goal is under half a core.
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
	run := func(draw func(i int, c ChartSpec) error) func(b *testing.B) {
		return func(b *testing.B) {
			b.Helper()
			frames, before := 0, used(b)
			for b.Loop() {
				shown := Span{start, start.Add(4 * time.Minute)}.Pan(float64(frames%600) / 2400).Snap(380)
				for i, c := range all {
					c.From, c.To = shown.From, shown.To
					if err := draw(i, c); err != nil {
						b.Fatal(err)
					}
				}
				frames++
			}
			b.ReportMetric(10*(used(b)-before).Seconds()/float64(b.N), "cores")
		}
	}
	b.Run("whole", run(func(_ int, c ChartSpec) error {
		_, _, err := Chart(c)
		return err
	}))
	painters := make([]Painter, charts)
	pictures := make([]*image.RGBA, charts)
	b.Run("layered", run(func(i int, c ChartSpec) (err error) {
		c.Into = pictures[i]
		pictures[i], _, err = painters[i].Chart(c)
		return err
	}))
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
