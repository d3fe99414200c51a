package model

import (
	"math"
	"sort"
	"time"
)

// profilePoints bounds the points of a profile.
const profilePoints = 96

// profileSpacing is the way between the points of a short passage, in metres.
// It doubles whenever the points run out.
const profileSpacing = 50.0

// profile is one passage from berth to berth: where the vessel was after how
// long. It is immutable once it is complete.
type profile struct {
	points []profilePoint
}

type profilePoint struct {
	pos     LatLon
	along   float64 // metres sailed
	elapsed float64 // seconds since departure
}

func (p *profile) end() profilePoint { return p.points[len(p.points)-1] }

// at is how far along, how long after departure, and how many metres off the
// track the nearest point of the profile is.
func (p *profile) at(pos LatLon) (along, elapsed, off float64) {
	off = math.Inf(1)
	for i := 1; i < len(p.points); i++ {
		a, b := &p.points[i-1], &p.points[i]
		f, d := projectOn(a.pos, b.pos, pos)
		if d < off {
			off = d
			along = a.along + f*(b.along-a.along)
			elapsed = a.elapsed + f*(b.elapsed-a.elapsed)
		}
	}
	return along, elapsed, off
}

// projectOn is the part of the way from a to b, 0 to 1, that is nearest to p,
// and its distance from p in metres, on the plane: good for a few dozen miles.
func projectOn(a, b, p LatLon) (part, distance float64) {
	const metres = EarthRadius * math.Pi / 180
	east := metres * math.Cos(rad(a.Lat))
	bx, by := math.Remainder(b.Lon-a.Lon, 360)*east, (b.Lat-a.Lat)*metres
	px, py := math.Remainder(p.Lon-a.Lon, 360)*east, (p.Lat-a.Lat)*metres
	if square := bx*bx + by*by; square > 0 {
		part = math.Max(0, math.Min(1, (px*bx+py*by)/square))
	}
	return part, math.Hypot(px-part*bx, py-part*by)
}

// recorder takes a profile down while a vessel sails, in bounded memory.
type recorder struct {
	points  []profilePoint
	start   time.Time
	spacing float64
	last    LatLon
	along   float64
}

// begin starts a profile at a berth.
func (r *recorder) begin(at time.Time, pos LatLon) {
	*r = recorder{points: append(r.points[:0], profilePoint{pos: pos}), start: at, spacing: profileSpacing, last: pos}
}

// recording reports whether a departure was seen.
func (r *recorder) recording() bool { return len(r.points) > 0 }

// stop forgets what was taken down.
func (r *recorder) stop() { r.points = r.points[:0] }

func (r *recorder) add(f Fix) {
	if !r.recording() {
		return
	}
	r.along += r.last.Distance(f.Pos)
	r.last = f.Pos
	if r.along-r.points[len(r.points)-1].along < r.spacing {
		return
	}
	if len(r.points) == profilePoints-1 {
		r.thin()
	}
	r.points = append(r.points, profilePoint{pos: f.Pos, along: r.along, elapsed: f.At.Sub(r.start).Seconds()})
}

// thin drops every other point.
func (r *recorder) thin() {
	kept := r.points[:1]
	for i := 2; i < len(r.points); i += 2 {
		kept = append(kept, r.points[i])
	}
	r.points = kept
	r.spacing *= 2
}

// finish completes the profile at the berth of arrival; nil when it is none.
func (r *recorder) finish(f Fix) *profile {
	elapsed := f.At.Sub(r.start).Seconds()
	if !r.recording() || elapsed <= 0 {
		return nil
	}
	p := &profile{points: make([]profilePoint, len(r.points), len(r.points)+1)}
	copy(p.points, r.points)
	p.points = append(p.points, profilePoint{pos: f.Pos, along: r.along + r.last.Distance(f.Pos), elapsed: elapsed})
	r.stop()
	return p
}

// median is the middle value, or the mean of the two in the middle; xs is
// sorted by it.
func median(xs []float64) float64 {
	sort.Float64s(xs)
	n := len(xs)
	return (xs[(n-1)/2] + xs[n/2]) / 2
}
