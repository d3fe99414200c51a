package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// formatValue shows a number with a fixed count of decimals, or with as many as
// it needs, at most four, when decimals is negative. NaN is a dash.
func formatValue(v float64, decimals int) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	case decimals >= 0:
		return strconv.FormatFloat(v, 'f', decimals, 64)
	case v == math.Trunc(v) && math.Abs(v) < 1e15:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case math.Abs(v) >= 1e7 || math.Abs(v) < 1e-4:
		return strconv.FormatFloat(v, 'g', 5, 64)
	}
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v, 'f', 4, 64), "0"), ".")
}

// formatUnit joins a value and its unit: no space before degrees and per cent.
func formatUnit(value, unit string) string {
	switch unit {
	case "":
		return value
	case "°":
		return value + unit
	}
	return value + " " + unit
}

// formatCount groups the digits of a count by three.
func formatCount[T int | uint64](n T) string {
	s := strconv.FormatUint(uint64(max(n, 0)), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// formatRate shows messages a second, with a decimal while it is small.
func formatRate(perSecond float64) string {
	switch {
	case perSecond < 0.05:
		return ""
	case perSecond < 10:
		return strconv.FormatFloat(perSecond, 'f', 1, 64) + "/s"
	}
	return formatCount(int(perSecond+0.5)) + "/s"
}

// formatBytes shows a size in binary units.
func formatBytes[T int | uint64](n T) string {
	switch v := float64(n); {
	case v < 1024:
		return fmt.Sprintf("%d B", n)
	case v < 1<<20:
		return fmt.Sprintf("%.1f KiB", v/1024)
	case v < 1<<30:
		return fmt.Sprintf("%.1f MiB", v/(1<<20))
	default:
		return fmt.Sprintf("%.1f GiB", v/(1<<30))
	}
}

// formatAge says how long ago something was in the two digits that matter.
func formatAge(d time.Duration) string {
	if d < 2*time.Second {
		return i18n.T("now")
	}
	return formatDuration(d)
}

// ages are the longest words of formatAge, for which columns have room.
func ages() []string { return []string{i18n.T("now"), i18n.Tf("%d min", 59)} }

// formatDuration shows a length of time in its largest fitting unit.
func formatDuration(d time.Duration) string {
	switch d = max(d, 0); {
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second && d%time.Second != 0:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return i18n.Tf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}

// formatClock is the local time of day.
func formatClock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Local().Format("15:04:05")
}

// formatMinute is the local time of day without seconds.
func formatMinute(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Local().Format("15:04")
}

// formatDelay says how late something is, in whole minutes.
func formatDelay(d time.Duration) string {
	switch late := int(math.Round(d.Minutes())); {
	case late == 0:
		return i18n.T("on time")
	case late > 0:
		return i18n.Tf("+%d min", late)
	default:
		return i18n.Tf("−%d min", -late)
	}
}

// statusOf is the shape that shows a liveness.
func statusOf(l model.Liveness) widgets.Status {
	switch l {
	case model.Alive:
		return widgets.StatusAlive
	case model.Late:
		return widgets.StatusLate
	case model.Silent:
		return widgets.StatusSilent
	case model.Offline:
		return widgets.StatusOffline
	case model.Lost:
		return widgets.StatusLost
	}
	return widgets.StatusUnknown
}
