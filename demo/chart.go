package demo

import (
	"encoding/json"
	"fmt"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/model"
)

// Buoy is a buoy at its approximate charted place.
type Buoy struct {
	ID    string       `json:"id"`
	Name  string       `json:"name"`
	Place model.LatLon `json:"place"`
}

// Limit is a speed limit round a port.
type Limit struct {
	Port   string  `json:"port"`
	Radius float64 `json:"radius_m"`
	Knots  float64 `json:"knots"`
}

// Chart is what the fleet knows of the Solent.
type Chart struct {
	Ports  []model.Geofence `json:"ports"`
	Limits []Limit          `json:"limits"`
	Lanes  []model.Lane     `json:"lanes"`
	Buoys  []Buoy           `json:"buoys"`
}

// LoadChart reads the chart that the program carries. It fails only when the
// program was built from a damaged chart.
func LoadChart() (Chart, error) {
	var c Chart
	if err := json.Unmarshal(assets.Solent(), &c); err != nil {
		return Chart{}, fmt.Errorf("read the chart of the Solent: %w; the program is damaged, install it again", err)
	}
	return c, nil
}

// port finds a port by its ID.
func (c Chart) port(id string) (model.Geofence, bool) {
	for _, p := range c.Ports {
		if p.ID == id {
			return p, true
		}
	}
	return model.Geofence{}, false
}

// lane finds the lane between two ports, in the direction from first to last.
func (c Chart) lane(from, to string) ([]model.LatLon, bool) {
	for _, l := range c.Lanes {
		switch {
		case l.From == from && l.To == to:
			return l.Points, true
		case l.From == to && l.To == from:
			back := make([]model.LatLon, len(l.Points))
			for i, p := range l.Points {
				back[len(back)-1-i] = p
			}
			return back, true
		}
	}
	return nil, false
}

// limit is the speed limit at p in knots, or open where there is none.
func (c Chart) limit(p model.LatLon, open float64) float64 {
	for _, l := range c.Limits {
		if port, ok := c.port(l.Port); ok && l.Knots < open && port.Center.Distance(p) <= l.Radius {
			open = l.Knots
		}
	}
	return open
}
