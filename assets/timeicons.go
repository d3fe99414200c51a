package assets

import "embed"

//go:embed time/*.svg
var timeIcons embed.FS

// TimeIcon is an icon of the time bar, as SVG in one colour; nil when there is none
// of that name.
func TimeIcon(name string) []byte {
	icon, err := timeIcons.ReadFile("time/" + name + ".svg")
	if err != nil {
		return nil
	}
	return icon
}
