package demo

import "github.com/pilothouse/pilothouse/model"

// Rules tell the receiving side what the fleet's devices are, what to show of
// them first, and how they are commanded.
func Rules() []model.DeviceRule {
	command := func(name, label string, hold bool) model.CommandSpec {
		return model.CommandSpec{Name: name, Label: label, Topic: "{device}/command/" + name, Ack: "{device}/ack/" + name, Hold: hold}
	}
	return []model.DeviceRule{
		{
			Filter: "solent/ferries/+", Kind: "ferry",
			Values: []model.ValueSpec{
				{Topic: "position", Pointer: "/sog", Label: "Speed", Unit: "kn", Decimals: 1},
				{Topic: "engine", Pointer: "/oil_temp_c", Label: "Oil", Unit: "°C", Decimals: 0},
				{Topic: "engine", Pointer: "/rpm", Label: "Engine", Unit: "rpm", Decimals: 0},
				{Topic: "engine", Pointer: "/fuel_pct", Label: "Fuel", Unit: "%", Decimals: 0},
				{Topic: "passengers", Pointer: "/aboard", Label: "Aboard", Decimals: 0},
				{Topic: "position", Pointer: "/hdg", Label: "Heading", Unit: "°", Decimals: 0},
				{Topic: "position", Pointer: "/cog", Label: "Course", Unit: "°", Decimals: 0},
				{Topic: "voyage", Pointer: "/delay_s", Label: "Delay by its own word", Unit: "s", Decimals: 0},
			},
			Commands: []model.CommandSpec{
				command("horn", "Horn", false), command("lights", "Lights", false),
				command("hold", "Hold position", true), command("resume", "Resume", false),
			},
		},
		{Filter: "solent/buoys/+", Kind: "buoy"},
	}
}
