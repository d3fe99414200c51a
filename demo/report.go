package demo

import (
	"math"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Position is the payload of a position topic.
type Position struct {
	Lat  float64   `json:"lat"`
	Lon  float64   `json:"lon"`
	SOG  float64   `json:"sog"`
	COG  float64   `json:"cog"`
	HDG  float64   `json:"hdg"`
	Time time.Time `json:"time"`
}

// Engine is the payload of an engine topic.
type Engine struct {
	RPM  float64 `json:"rpm"`
	Oil  float64 `json:"oil_temp_c"`
	Fuel float64 `json:"fuel_pct"`
}

// Passengers is the payload of a passengers topic.
type Passengers struct {
	Aboard   int `json:"aboard"`
	Capacity int `json:"capacity"`
}

// VoyageClaim is the payload of a voyage topic: what the vessel itself says.
type VoyageClaim struct {
	From      string     `json:"from"`
	To        string     `json:"to"`
	Departed  *time.Time `json:"departed"`
	Scheduled time.Time  `json:"scheduled_arrival"`
	Predicted time.Time  `json:"predicted_arrival"`
	Delay     int        `json:"delay_s"`
}

// Position is where the vessel is.
func (v *Vessel) Position() Position {
	at, course := v.ground()
	return Position{
		Lat: decimals(at.Lat, 5), Lon: decimals(at.Lon, 5),
		SOG: decimals(v.speed/model.KnotsToMS, 2), COG: degrees(course), HDG: degrees(v.heading),
		Time: v.now,
	}
}

// ground is the vessel's place and the course it makes good; alongside that
// is its heading.
func (v *Vessel) ground() (model.LatLon, float64) {
	at, course := v.sailing().track.at(v.along)
	if !v.underWay {
		course = v.heading
	}
	return at, course
}

// Engine is how the engine runs.
func (v *Vessel) Engine() Engine {
	return Engine{RPM: math.Round(v.engine.rpm), Oil: decimals(v.engine.oil, 1), Fuel: decimals(v.engine.fuel, 1)}
}

// Passengers is how many are aboard.
func (v *Vessel) Passengers() Passengers {
	return Passengers{Aboard: v.aboard, Capacity: v.ship.Capacity}
}

// Voyage is what the vessel says of its voyage, or of its next one in port.
func (v *Vessel) Voyage() VoyageClaim {
	leg := v.sailing()
	_, scheduled := v.scheduled()
	c := VoyageClaim{
		From: leg.from.Name, To: leg.to.Name,
		Scheduled: scheduled, Predicted: v.predicted().Round(time.Second),
	}
	c.Delay = int(c.Predicted.Sub(scheduled) / time.Second)
	if v.underWay {
		departed := v.departed.Round(time.Second)
		c.Departed = &departed
	}
	return c
}

func decimals(x float64, n int) float64 {
	p := math.Pow10(n)
	return math.Round(x*p) / p
}

// degrees is a course with one decimal, below 360.
func degrees(c float64) float64 { return math.Mod(decimals(norm360(c), 1), 360) }
