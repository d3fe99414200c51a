package assets

import "embed"

//go:embed nav/*.svg
var nav embed.FS

// NavIcon is the icon of a page, as SVG in one colour; nil when there is none of
// that name.
func NavIcon(page string) []byte {
	icon, err := nav.ReadFile("nav/" + page + ".svg")
	if err != nil {
		return nil
	}
	return icon
}
