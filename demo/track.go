package demo

import (
	"fmt"
	"math"
	"sort"

	"github.com/pilothouse/pilothouse/model"
)

// Geometry of a track, in metres.
const (
	trackStep   = 10.0   // between its points
	trackSmooth = 120.0  // reach of the smoothing that rounds a lane's corners
	passingSide = 45.0   // how far to starboard of the lane's middle
	passingRamp = 1500.0 // from the berth until that is reached
)

// track is a lane in one direction, made into a smooth line of points every
// trackStep metres from berth to berth, kept to the starboard side so that
// vessels pass each other port to port (COLREG rule 9).
type track struct {
	points []model.LatLon
	course []float64 // degrees, 0 to 360, at each point
	turn   []float64 // degrees a metre, unsigned, at each point
	length float64
}

// newTrack makes a track of a lane's points, of which there must be two.
func newTrack(lane []model.LatLon) (track, error) {
	if len(lane) < 2 {
		return track{}, fmt.Errorf("a lane has %d points, 2 are needed", len(lane))
	}
	line := resample(lane, trackStep)
	line = smooth(line, int(trackSmooth/trackStep))
	line = smooth(starboard(line), int(trackSmooth/trackStep))
	line = resample(line, trackStep)
	t := track{points: line, course: courses(line), length: trackStep * float64(len(line)-1)}
	t.turn = make([]float64, len(line))
	const reach = 3
	for i := range line {
		a, b := max(0, i-reach), min(len(line)-1, i+reach)
		t.turn[i] = math.Abs(turnBetween(t.course[a], t.course[b])) / (trackStep * float64(b-a))
	}
	return t, nil
}

// at is the place and course s metres from the start.
func (t track) at(s float64) (model.LatLon, float64) {
	x := math.Max(0, math.Min(s/trackStep, float64(len(t.points)-1)))
	i := min(int(x), len(t.points)-2)
	f := x - float64(i)
	a, b := t.points[i], t.points[i+1]
	p := model.LatLon{Lat: a.Lat + f*(b.Lat-a.Lat), Lon: a.Lon + f*(b.Lon-a.Lon)}
	return p, norm360(t.course[i] + f*turnBetween(t.course[i], t.course[i+1]))
}

// resample walks along line and marks a point about every step metres, the
// last one where the line ends.
func resample(line []model.LatLon, step float64) []model.LatLon {
	along := make([]float64, len(line))
	for i := 1; i < len(line); i++ {
		along[i] = along[i-1] + line[i-1].Distance(line[i])
	}
	total := along[len(along)-1]
	n := max(2, int(math.Round(total/step))+1)
	out := make([]model.LatLon, n)
	for k := range out {
		s := total * float64(k) / float64(n-1)
		i := max(1, min(sort.SearchFloat64s(along, s), len(line)-1))
		f := 0.0
		if d := along[i] - along[i-1]; d > 0 {
			f = (s - along[i-1]) / d
		}
		a, b := line[i-1], line[i]
		out[k] = model.LatLon{Lat: a.Lat + f*(b.Lat-a.Lat), Lon: a.Lon + f*(b.Lon-a.Lon)}
	}
	return out
}

// smooth averages each point with its neighbours, three times over, with a
// reach that shrinks towards the ends so that these stay where they are.
func smooth(line []model.LatLon, reach int) []model.LatLon {
	for range 3 {
		out := make([]model.LatLon, len(line))
		for i := range line {
			r := min(reach, i, len(line)-1-i)
			var lat, lon float64
			for _, p := range line[i-r : i+r+1] {
				lat += p.Lat
				lon += p.Lon
			}
			n := float64(2*r + 1)
			out[i] = model.LatLon{Lat: lat / n, Lon: lon / n}
		}
		line = out
	}
	return line
}

// starboard moves a line sideways, to nothing at its ends.
func starboard(line []model.LatLon) []model.LatLon {
	course := courses(line)
	out := make([]model.LatLon, len(line))
	for i, p := range line {
		end := trackStep * float64(min(i, len(line)-1-i))
		f := math.Min(1, end/passingRamp)
		out[i] = p.Move(course[i]+90, passingSide*f*f*(3-2*f))
	}
	return out
}

// courses is the course at each point of a line, from its neighbours.
func courses(line []model.LatLon) []float64 {
	out := make([]float64, len(line))
	for i := range line {
		out[i] = line[max(0, i-1)].Bearing(line[min(len(line)-1, i+1)])
	}
	return out
}

// turnBetween is the shortest turn from course a to course b, -180 to 180.
func turnBetween(a, b float64) float64 { return math.Mod(b-a+540, 360) - 180 }

// norm360 is a course between 0 and 360.
func norm360(c float64) float64 { return math.Mod(math.Mod(c, 360)+360, 360) }
