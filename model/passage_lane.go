package model

// Lane is the way ships take between two ports, from berth to berth, in the
// order of From to To; ships take it in both directions.
type Lane struct {
	// From and To are IDs of geofences.
	From   string   `json:"from"`
	To     string   `json:"to"`
	Points []LatLon `json:"points"`
}
