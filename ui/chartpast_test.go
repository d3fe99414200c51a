package ui

import (
	"image"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
	"github.com/pilothouse/pilothouse/ui/plot"
)

// TestChartFromRollUpsLooksTheSame draws three days of a sensor with rare spikes
// from the samples themselves, from the columns of the record while it still has
// them, and from roll-ups once they are gone: the trace is as high and as deep
// everywhere, and no peak is lost.
func TestChartFromRollUpsLooksTheSame(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(themeFor("dark"))
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "history.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	to := from.Add(72 * time.Hour)
	k := key("plant/pump/1", "/pressure")
	raw := recordSpikes(t, store, k, from, to)
	want := traceOf(t, raw, from, to)
	same := func(what string) {
		t.Helper()
		columns, err := store.Columns(t.Context(), k, from, to, 800)
		if err != nil {
			t.Fatal(err)
		}
		compareTraces(t, what, traceOf(t, lineOf(columns), from, to), want)
	}
	same("as recorded")
	for range 4 { // a day at a call
		if err := store.Maintain(t.Context(), to.Add(time.Hour), history.Retention{}); err != nil {
			t.Fatal(err)
		}
	}
	same("with roll-ups")
	gone := history.Retention{Rules: []history.Rule{{Filter: "#", Samples: time.Second}}}
	if err := store.Maintain(t.Context(), to.Add(2*time.Hour), gone); err != nil {
		t.Fatal(err)
	}
	if u, err := store.Usage(t.Context()); err != nil || u.Samples != 0 {
		t.Fatalf("%d samples are left, %v", u.Samples, err)
	}
	same("from roll-ups alone")
}

// recordSpikes records a wandering value, every two seconds, and some spikes of a
// single sample, and returns it.
func recordSpikes(t *testing.T, store *sqlite.Store, k model.SeriesKey, from, to time.Time) (l pastLine) {
	t.Helper()
	r, x := rand.New(rand.NewPCG(1, 2)), 12.0
	var b history.Batch
	for at := from; at.Before(to); at = at.Add(2 * time.Second) {
		x += r.NormFloat64() * 0.02
		v := x
		if r.IntN(5000) == 0 {
			v += 20 * (r.Float64() - 0.5)
		}
		l.times, l.values = append(l.times, at.UnixNano()), append(l.values, v)
		if b.Samples = append(b.Samples, history.Sample{Key: k, At: at, Value: v}); len(b.Samples) == 10_000 {
			if err := store.Write(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			b.Samples = b.Samples[:0]
		}
	}
	if err := store.Write(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return l
}

// extent is how far a trace reaches in one column of pixels, from top to bottom.
type extent struct{ top, bottom int }

// traceOf are the extents of a line's trace, column by column.
func traceOf(t *testing.T, l pastLine, from, to time.Time) []extent {
	t.Helper()
	looks, err := newLooks()
	if err != nil {
		t.Fatal(err)
	}
	style := looks.get()
	ink := style.traces[0]
	img, layout, err := plot.Chart(plot.ChartSpec{Width: 860, Height: 400, From: from, To: to, YMin: -4, YMax: 26, Style: style.chart,
		Series: []plot.Series{{Color: ink, Times: l.times, Values: l.values}}})
	if err != nil {
		t.Fatal(err)
	}
	return extents(layout.Plot, func(x, y int) bool {
		r, g, b, _ := img.At(x, y).RGBA()
		ir, ig, ib, _ := ink.RGBA()
		return apart(r, ir)+apart(g, ig)+apart(b, ib) < 0x6000 // half covered at least
	})
}

func apart(a, b uint32) uint32 { return max(a, b) - min(a, b) }

func extents(area image.Rectangle, inked func(x, y int) bool) []extent {
	var out []extent
	for x := area.Min.X; x < area.Max.X; x++ {
		e := extent{math.MaxInt, -1}
		for y := area.Min.Y; y < area.Max.Y; y++ {
			if inked(x, y) {
				e.top, e.bottom = min(e.top, y), y
			}
		}
		out = append(out, e)
	}
	return out
}

// compareTraces asks that each reaches as far as the other in every column or the
// one beside it, within a pixel and a half of a line's edge.
func compareTraces(t *testing.T, what string, got, want []extent) {
	t.Helper()
	const slack = 2
	covered := func(name string, a, b []extent) {
		missing := 0
		for x := range a {
			if a[x].bottom < 0 {
				missing++ // nothing at all
				continue
			}
			top, bottom := math.MaxInt, -1
			for n := max(0, x-1); n <= min(len(b)-1, x+1); n++ {
				top, bottom = min(top, b[n].top), max(bottom, b[n].bottom)
			}
			if top > a[x].top+slack || bottom < a[x].bottom-slack {
				t.Errorf("%s, %s: column %d reaches from %d to %d, the other from %d to %d", what, name, x, a[x].top, a[x].bottom, top, bottom)
			}
		}
		if missing > 2 {
			t.Errorf("%s, %s: %d columns are empty", what, name, missing)
		}
	}
	covered("samples", want, got)
	covered("record", got, want)
}
