package ui

import (
	"math"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

func TestFormatValue(t *testing.T) {
	for _, c := range []struct {
		v        float64
		decimals int
		want     string
	}{
		{21.5, -1, "21.5"}, {21.5, 0, "22"}, {21.5, 2, "21.50"}, {0, -1, "0"}, {-0.25, -1, "-0.25"},
		{1.0 / 3, -1, "0.3333"}, {720, -1, "720"}, {123456789, -1, "123456789"}, {12345678.5, -1, "1.2346e+07"},
		{0.00001, -1, "1e-05"}, {1e15, -1, "1e+15"}, {2.50004, -1, "2.5"},
		{math.NaN(), 1, "–"}, {math.NaN(), -1, "–"}, {math.Inf(1), -1, "∞"}, {math.Inf(-1), -1, "−∞"}, {math.Inf(-1), 1, "−∞"},
	} {
		if got := formatValue(c.v, c.decimals); got != c.want {
			t.Errorf("formatValue(%v, %d) = %q, want %q", c.v, c.decimals, got, c.want)
		}
	}
}

func TestFormatUnit(t *testing.T) {
	for _, c := range [][3]string{{"21.5", "°C", "21.5 °C"}, {"42", "°", "42°"}, {"3", "", "3"}, {"64", "%", "64 %"}, {"11", "kn", "11 kn"}} {
		if got := formatUnit(c[0], c[1]); got != c[2] {
			t.Errorf("formatUnit(%q, %q) = %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestFormatCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567", -5: "0"} {
		if got := formatCount(n); got != want {
			t.Errorf("formatCount(%d) = %q, want %q", n, got, want)
		}
	}
	if got := formatCount(uint64(math.MaxUint64)); got != "18,446,744,073,709,551,615" {
		t.Errorf("the largest count is %q", got)
	}
}

func TestFormatRate(t *testing.T) {
	for v, want := range map[float64]string{0: "", 0.04: "", 0.05: "0.1/s", 1: "1.0/s", 9.94: "9.9/s", 10: "10/s", 1204.4: "1,204/s"} {
		if got := formatRate(v); got != want {
			t.Errorf("formatRate(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestFormatBytes(t *testing.T) {
	for n, want := range map[int]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 1 << 20: "1.0 MiB", 10 << 20: "10.0 MiB", 5 << 30: "5.0 GiB"} {
		if got := formatBytes(n); got != want {
			t.Errorf("formatBytes(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestFormatDurationAndAge(t *testing.T) {
	for _, c := range []struct {
		d             time.Duration
		duration, age string
	}{
		{-time.Second, "0 ms", "now"}, {0, "0 ms", "now"}, {40 * time.Millisecond, "40 ms", "now"},
		{250 * time.Millisecond, "0.2 s", "now"}, {1500 * time.Millisecond, "1.5 s", "now"},
		{2 * time.Second, "2 s", "2 s"}, {2500 * time.Millisecond, "2.5 s", "2.5 s"}, {59 * time.Second, "59 s", "59 s"},
		{60 * time.Second, "1 min", "1 min"}, {59*time.Minute + 59*time.Second, "59 min", "59 min"},
		{time.Hour, "1 h", "1 h"}, {47 * time.Hour, "47 h", "47 h"}, {48 * time.Hour, "2 d", "2 d"}, {1000 * 24 * time.Hour, "1000 d", "1000 d"},
	} {
		if got := formatDuration(c.d); got != c.duration {
			t.Errorf("formatDuration(%v) = %q, want %q", c.d, got, c.duration)
		}
		if got := formatAge(c.d); got != c.age {
			t.Errorf("formatAge(%v) = %q, want %q", c.d, got, c.age)
		}
	}
}

func TestFormatTimes(t *testing.T) {
	at := noon.Add(4*time.Minute + 31*time.Second)
	if got := formatClock(at) + " " + formatMinute(at); got != "12:04:31 12:04" {
		t.Errorf("the time is %q", got)
	}
	if got := formatClock(time.Time{}) + formatMinute(time.Time{}); got != "––" {
		t.Errorf("no time is %q", got)
	}
}

func TestFormatDelay(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "on time", 20 * time.Second: "on time", -29 * time.Second: "on time", 31 * time.Second: "+1 min",
		4*time.Minute + 40*time.Second: "+5 min", -2 * time.Minute: "−2 min",
	} {
		if got := formatDelay(d); got != want {
			t.Errorf("formatDelay(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestFormatPlace(t *testing.T) {
	for _, c := range []struct {
		at   model.LatLon
		want string
	}{
		{model.LatLon{Lat: 50.757, Lon: -1.288}, "50°45.420′ N  01°17.280′ W"},
		{model.LatLon{Lat: -33.5, Lon: 151.25}, "33°30.000′ S  151°15.000′ E"},
		{model.LatLon{}, "00°00.000′ N  00°00.000′ E"},
		{model.LatLon{Lat: 50.99999999, Lon: 0.99999999}, "51°00.000′ N  01°00.000′ E"},
	} {
		if got := formatPlace(c.at); got != c.want {
			t.Errorf("formatPlace(%v) = %q, want %q", c.at, got, c.want)
		}
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 topics", 1: "1 topic", 2: "2 topics", 8311: "8,311 topics"} {
		if got := i18n.N("%d topic", "%d topics", n); got != want {
			t.Errorf("N(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestStatusOf(t *testing.T) {
	seen := map[widgets.Status]bool{}
	for l := model.Unknown; l <= model.Lost; l++ {
		if s := statusOf(l); s == widgets.StatusNone || seen[s] {
			t.Errorf("liveness %v has no shape of its own", l)
		} else {
			seen[s] = true
		}
	}
}
