package payload

import (
	"bytes"
	"math"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// maxPositionBytes is the largest payload looked at for a position.
const maxPositionBytes = 64 << 10

// Motion is what a payload says beside a position. Numbers it does not say are
// NaN, and the time is zero.
type Motion struct {
	// SOG is the speed over ground in knots.
	SOG float64
	// COG is the course over ground, and HDG the heading, in degrees clockwise
	// from true north.
	COG, HDG float64
	// Time is when the position was taken, as the device says.
	Time time.Time
}

// Position finds a place on Earth among the members of a JSON object: lat or
// latitude with lon, lng or longitude; beside them sog, cog, hdg or heading,
// and time or timestamp (RFC 3339, or Unix time in seconds or milliseconds). It
// is false unless payload is valid JSON and the place exists. Payloads that
// cannot hold one cost next to nothing.
func Position(payload []byte) (model.LatLon, Motion, bool) {
	at := model.LatLon{Lat: math.NaN(), Lon: math.NaN()}
	motion := Motion{SOG: math.NaN(), COG: math.NaN(), HDG: math.NaN()}
	if len(payload) > maxPositionBytes || !bytes.Contains(payload, []byte(`"lat`)) {
		return at, motion, false
	}
	depth := 0
	var key []byte
	err := walk(payload, func(kind byte, from, to int) bool {
		switch kind {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case 'k':
			key = payload[from+1 : to-1]
		case ',', ':':
		default:
			if depth == 1 {
				member(key, payload[from:to], &at, &motion)
			}
		}
		return true
	})
	return at, motion, err == nil && trimSpace(payload)[0] == '{' && at.Valid()
}

// member takes the value of one member of the object.
func member(key, value []byte, at *model.LatLon, motion *Motion) {
	var to *float64
	switch string(key) {
	case "lat", "latitude":
		to = &at.Lat
	case "lon", "lng", "longitude":
		to = &at.Lon
	case "sog":
		to = &motion.SOG
	case "cog":
		to = &motion.COG
	case "hdg", "heading":
		to = &motion.HDG
	case "time", "timestamp":
		motion.Time = moment(value)
		return
	default:
		return
	}
	if value[0] == '-' || isDigit(value[0]) {
		if v, _, ok := jsonNumber(value, 0); ok {
			*to = v
		}
	}
}

// moment reads a time from a JSON string or number, zero when it is none.
func moment(value []byte) time.Time {
	if value[0] == '"' {
		t, err := time.Parse(time.RFC3339Nano, string(value[1:len(value)-1]))
		if err != nil {
			return time.Time{}
		}
		return t
	}
	if !isDigit(value[0]) {
		return time.Time{}
	}
	const firstInMilliseconds = 1e11 // in seconds, the year 5138
	v, _, ok := jsonNumber(value, 0)
	switch {
	case !ok || v <= 0 || v >= firstInMilliseconds*1000:
		return time.Time{}
	case v < firstInMilliseconds:
		v *= 1000
	}
	return time.UnixMilli(int64(math.Round(v))).UTC()
}
