package assets

import _ "embed" // for licences

//go:embed licences.txt
var licences string

// Licences are the licences of everything that is linked into the program and of
// the fonts in it, as one plain text.
func Licences() string {
	const rule = "------------------------------------------------------------------------------\n"
	return licences + "\n" + rule + fontLicence
}
