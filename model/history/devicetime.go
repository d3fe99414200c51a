package history

import (
	"bytes"
	"strconv"
	"time"
)

// numTimeKeys is how many names timeKeys has.
const numTimeKeys = 6

// timeKeys are the names under which devices customarily tell the time, the surest
// first. All begin with t, a or d.
func timeKeys() [numTimeKeys]string {
	return [...]string{`"ts"`, `"time"`, `"timestamp"`, `"at"`, `"datetime"`, `"date"`}
}

// frontBytes is how far into a payload a time is looked for.
const frontBytes = 512

// DeviceTime finds when a device says that it made a message: the value of a
// customary name such as "ts", "time" or "timestamp" in a JSON object, as RFC
// 3339 text or as seconds, milliseconds, microseconds or nanoseconds since 1970.
// It is zero where there is none, or where it is not between the years 2000 and
// 2100.
func DeviceTime(payload []byte) time.Time {
	p := bytes.TrimSpace(payload[:min(len(payload), frontBytes)])
	if len(p) == 0 || p[0] != '{' {
		return time.Time{}
	}
	var found [numTimeKeys]int // one more than where each name ends; the first of its kind
	for i := bytes.IndexByte(p, '"'); i >= 0 && i+1 < len(p); {
		if c := p[i+1]; c == 't' || c == 'a' || c == 'd' {
			for k, key := range timeKeys() {
				if found[k] == 0 && bytes.HasPrefix(p[i:], []byte(key)) {
					found[k] = i + len(key) + 1
				}
			}
		}
		next := bytes.IndexByte(p[i+1:], '"')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	for _, end := range found {
		if end == 0 {
			continue
		}
		rest := bytes.TrimLeft(p[end-1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != ':' {
			continue
		}
		if at := timeOf(bytes.TrimLeft(rest[1:], " \t\r\n")); !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// timeOf reads a time at the front of p.
func timeOf(p []byte) time.Time {
	if len(p) > 0 && p[0] == '"' {
		text, _, ok := bytes.Cut(p[1:], []byte{'"'})
		if !ok || len(text) > 40 {
			return time.Time{}
		}
		at, err := time.Parse(time.RFC3339Nano, string(text))
		if err != nil {
			return time.Time{}
		}
		return plausible(at)
	}
	n := 0
	for n < len(p) && n < 24 && (p[n] >= '0' && p[n] <= '9' || p[n] == '.') {
		n++
	}
	v, err := strconv.ParseFloat(string(p[:n]), 64)
	if err != nil {
		return time.Time{}
	}
	return plausible(time.UnixMicro(int64(v * microPer(v))))
}

// microPer is how many microseconds one of the units makes in which v must be
// counted.
func microPer(v float64) float64 {
	switch {
	case v < 1e11:
		return 1e6 // seconds
	case v < 1e14:
		return 1e3
	case v < 1e17:
		return 1
	}
	return 1e-3
}

func plausible(at time.Time) time.Time {
	if y := at.UTC().Year(); y < 2000 || y > 2100 {
		return time.Time{}
	}
	return at.UTC()
}
