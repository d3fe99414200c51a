package model

import "strings"

// UnitOf guesses the unit of a field from the last level of its JSON Pointer,
// by the endings that device makers use ("oil_temp_c", "fuel_pct"); empty when
// nothing tells.
func UnitOf(pointer string) string {
	name := strings.ToLower(pointer[strings.LastIndexByte(pointer, '/')+1:])
	switch name {
	case "sog", "stw":
		return "kn"
	case "cog", "hdg", "heading", "course", "lat", "lon", "lng", "latitude", "longitude":
		return "°"
	case "rpm":
		return "rpm"
	case "temperature", "temp":
		return "°C"
	case "humidity", "battery":
		return "%"
	}
	i := strings.LastIndexByte(name, '_')
	if i < 0 {
		return ""
	}
	return suffixUnits[name[i+1:]]
}

var suffixUnits = map[string]string{
	"c": "°C", "f": "°F", "k": "K", "pct": "%", "percent": "%", "kn": "kn", "ms": "ms", "s": "s", "min": "min",
	"m": "m", "km": "km", "mm": "mm", "v": "V", "mv": "mV", "a": "A", "ma": "mA", "w": "W", "kw": "kW", "kwh": "kWh", "wh": "Wh",
	"pa": "Pa", "hpa": "hPa", "kpa": "kPa", "bar": "bar", "hz": "Hz", "l": "L", "lph": "L/h", "kg": "kg", "deg": "°",
	"ppm": "ppm", "db": "dB", "dbm": "dBm", "lux": "lx", "kmh": "km/h", "mps": "m/s", "rpm": "rpm",
}
