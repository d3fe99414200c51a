package assets

import (
	_ "embed" // for iconPNG
	"slices"
)

//go:embed icon.png
var iconPNG []byte

// Icon returns the program's icon: a PNG of 512 by 512 pixels with a
// transparent ground, made from icon.svg.
func Icon() []byte { return slices.Clone(iconPNG) }
