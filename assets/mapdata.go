package assets

import _ "embed"

// Attributions of the map data. Whoever draws the data shows them: the licence
// of the Solent's shoreline requires it.
const (
	SolentAttribution = "© OpenStreetMap contributors (ODbL 1.0), generalised to 50 m by geo-maps 0.6.0"
	WorldAttribution  = "Natural Earth 4.1.0 (public domain), by world-atlas 2.0.2"
)

var (
	//go:embed solent-land.geojson
	solentLand string
	//go:embed world-land.geojson
	worldLand string
	//go:embed solent.json
	solent string
)

// SolentLand is the land round the Solent, longitudes -2.05 to -0.70 and
// latitudes 50.45 to 51.00, as GeoJSON for model.ParseLand. Show
// [SolentAttribution] with it.
func SolentLand() []byte { return []byte(solentLand) }

// WorldLand is the land of the world at 1:50 million, simplified, as GeoJSON
// for model.ParseLand. Show [WorldAttribution] with it.
func WorldLand() []byte { return []byte(worldLand) }

// Solent is the chart of the ferry demo as JSON: ports with their geofences,
// speed limits, lanes and buoys. README.md describes its members.
func Solent() []byte { return []byte(solent) }
