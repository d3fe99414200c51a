package model

import "math"

// EarthRadius is the mean radius of the Earth in metres (IUGG mean radius R1).
const EarthRadius = 6371008.8

// MetresPerNauticalMile and KnotsToMS convert the units of ships: one knot is
// one nautical mile of 1,852 metres an hour.
const (
	MetresPerNauticalMile = 1852.0
	KnotsToMS             = MetresPerNauticalMile / 3600
)

// LatLon is a place on Earth in degrees (WGS 84): Lat -90..90, Lon -180..180.
type LatLon struct {
	Lat, Lon float64
}

// Valid reports whether p is a place on Earth.
func (p LatLon) Valid() bool {
	return p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180
}

// Distance is the great-circle distance from p to q in metres, by the
// haversine formula on a sphere (within 0.5 % of the ellipsoid).
func (p LatLon) Distance(q LatLon) float64 {
	φ1, φ2 := rad(p.Lat), rad(q.Lat)
	s1, s2 := math.Sin((φ2-φ1)/2), math.Sin(rad(q.Lon-p.Lon)/2)
	h := s1*s1 + math.Cos(φ1)*math.Cos(φ2)*s2*s2
	return 2 * EarthRadius * math.Asin(math.Min(1, math.Sqrt(h)))
}

// Bearing is the initial great-circle course from p to q in degrees clockwise
// from true north, 0 <= b < 360.
func (p LatLon) Bearing(q LatLon) float64 {
	φ1, φ2, dλ := rad(p.Lat), rad(q.Lat), rad(q.Lon-p.Lon)
	y := math.Sin(dλ) * math.Cos(φ2)
	x := math.Cos(φ1)*math.Sin(φ2) - math.Sin(φ1)*math.Cos(φ2)*math.Cos(dλ)
	return math.Mod(math.Atan2(y, x)*180/math.Pi+360, 360)
}

// Move is the place reached from p over distance metres on the given course in
// degrees clockwise from true north.
func (p LatLon) Move(course, distance float64) LatLon {
	δ, θ, φ1, λ1 := distance/EarthRadius, rad(course), rad(p.Lat), rad(p.Lon)
	φ2 := math.Asin(math.Sin(φ1)*math.Cos(δ) + math.Cos(φ1)*math.Sin(δ)*math.Cos(θ))
	λ2 := λ1 + math.Atan2(math.Sin(θ)*math.Sin(δ)*math.Cos(φ1), math.Cos(δ)-math.Sin(φ1)*math.Sin(φ2))
	lon := math.Mod(λ2*180/math.Pi+540, 360) - 180
	return LatLon{Lat: φ2 * 180 / math.Pi, Lon: lon}
}

func rad(deg float64) float64 { return deg * math.Pi / 180 }

// Geofence is a named circle on the map, such as a port.
type Geofence struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Center and Radius (metres) describe the circle.
	Center LatLon  `json:"center"`
	Radius float64 `json:"radius_m"`
}

// Contains reports whether p lies within g.
func (g Geofence) Contains(p LatLon) bool { return g.Center.Distance(p) <= g.Radius }
