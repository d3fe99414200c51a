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
	plane  plane
}

type profilePoint struct {
	pos     LatLon
	x, y    float64 // on the profile's plane, in metres
	along   float64 // metres sailed
	elapsed float64 // seconds since departure
}

func (p *profile) end() profilePoint { return p.points[len(p.points)-1] }

// at is how far along, how long after departure, and how many metres off the
// track the nearest point of the profile is.
func (p *profile) at(pos LatLon) (along, elapsed, off float64) {
	x, y := p.plane.project(pos)
	off = math.Inf(1)
	for i := 1; i < len(p.points); i++ {
		a, b := &p.points[i-1], &p.points[i]
		f, square := nearestPart(b.x-a.x, b.y-a.y, x-a.x, y-a.y)
		if square < off {
			off = square
			along = a.along + f*(b.along-a.along)
			elapsed = a.elapsed + f*(b.elapsed-a.elapsed)
		}
	}
	return along, elapsed, math.Sqrt(off)
}

// plane is a map of the waters round a place in metres to the east and north of
// it, good for a few dozen miles.
type plane struct {
	origin LatLon
	east   float64 // metres a degree of longitude
}

const metresPerDegree = EarthRadius * math.Pi / 180

func planeAt(p LatLon) plane { return plane{p, metresPerDegree * math.Cos(rad(p.Lat))} }

func (p plane) project(q LatLon) (x, y float64) {
	return math.Remainder(q.Lon-p.origin.Lon, 360) * p.east, (q.Lat - p.origin.Lat) * metresPerDegree
}

// nearestPart is the part of the way from the origin to b, 0 to 1, that is
// nearest to p, and the square of its distance from p.
func nearestPart(bx, by, px, py float64) (part, square float64) {
	if length := bx*bx + by*by; length > 0 {
		part = max(0, min(1, (px*bx+py*by)/length))
	}
	dx, dy := px-part*bx, py-part*by
	return part, dx*dx + dy*dy
}

// projectOn is the part of the way from a to b, 0 to 1, that is nearest to p,
// and its distance from p in metres.
func projectOn(a, b, p LatLon) (part, distance float64) {
	on := planeAt(a)
	bx, by := on.project(b)
	px, py := on.project(p)
	part, square := nearestPart(bx, by, px, py)
	return part, math.Sqrt(square)
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
	p.plane = planeAt(p.points[0].pos)
	for i := range p.points {
		p.points[i].x, p.points[i].y = p.plane.project(p.points[i].pos)
	}
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
