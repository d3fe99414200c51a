package model

import (
	"bytes"
	"math"
	"time"
)

// Position is where a device is and how it moves.
type Position struct {
	LatLon
	// At is the arrival time, Device the device's own time for the position, or
	// the arrival time when it says none.
	At, Device time.Time
	// SOG is the speed over ground in knots, COG the course over ground and HDG
	// the heading in degrees from true north; NaN when not said.
	SOG, COG, HDG float64
}

// TrackPoint is a past position.
type TrackPoint struct {
	LatLon
	At time.Time
}

// fixFields collects the numbers of one message that make up a position.
type fixFields struct {
	lat, lon, sog, cog, hdg float64
	have                    uint8
}

func (f *fixFields) set(role fieldRole, v float64) {
	switch role {
	case fieldLat:
		f.lat = v
	case fieldLon:
		f.lon = v
	case fieldSOG:
		f.sog = v
	case fieldCOG:
		f.cog = v
	case fieldHDG:
		f.hdg = v
	}
	f.have |= 1 << role
}

func (f *fixFields) get(role fieldRole, v float64) float64 {
	if f.have&(1<<role) == 0 {
		return math.NaN()
	}
	return v
}

// trackStep is how far, in metres, a device must have moved for its track to
// grow: finer than a pixel at any useful scale.
const trackStep = 10

// track is a ring of past positions, which grows as it fills.
type track struct {
	points []TrackPoint
	head   int
}

func (t *track) push(p TrackPoint, limit int) {
	if n := len(t.points); n > 0 {
		last := t.points[(t.head+n-1)%n]
		if last.Distance(p.LatLon) < trackStep {
			return
		}
	}
	if len(t.points) < limit {
		t.points = append(t.points, p)
		return
	}
	t.points[t.head] = p
	t.head = (t.head + 1) % len(t.points)
}

// list appends the points in order of time to dst.
func (t *track) list(dst []TrackPoint) []TrackPoint {
	dst = append(dst, t.points[t.head:]...)
	return append(dst, t.points[:t.head]...)
}

// moved takes in a position of a device.
func (s *Store) moved(d *device, m *Message, f fixFields) {
	at := LatLon{Lat: f.lat, Lon: f.lon}
	if f.have&(1<<fieldLat|1<<fieldLon) != 1<<fieldLat|1<<fieldLon || !at.Valid() {
		return
	}
	device, ok := deviceTime(m.Payload)
	if !ok {
		device = m.At
	}
	d.place = Position{
		LatLon: at, At: m.At, Device: device,
		SOG: f.get(fieldSOG, f.sog), COG: f.get(fieldCOG, f.cog), HDG: f.get(fieldHDG, f.hdg),
	}
	d.placed = true
	d.track.push(TrackPoint{LatLon: at, At: m.At}, s.limits.TrackPoints)
	if !m.Replayed && !math.IsNaN(d.place.SOG) {
		s.sail(d)
	}
}

// deviceTime finds the "time" of a flat JSON object: an RFC 3339 string.
func deviceTime(payload []byte) (time.Time, bool) {
	i := bytes.Index(payload, []byte(`"time"`))
	if i < 0 {
		return time.Time{}, false
	}
	rest := bytes.TrimLeft(payload[i+len(`"time"`):], " \t\r\n:")
	if len(rest) < 2 || rest[0] != '"' {
		return time.Time{}, false
	}
	end := bytes.IndexByte(rest[1:], '"')
	if end < 0 || end > len(time.RFC3339Nano) {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, string(rest[1:1+end]))
	return at, err == nil
}
