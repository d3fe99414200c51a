package assets

import "embed"

//go:embed fonts/*.otf
var fonts embed.FS

//go:embed fonts/OFL.txt
var fontLicence string

// Font is the font with the Japanese or Chinese characters of the window's texts
// in a language, in the shapes of that language, as OpenType; it has nothing
// else. For the other languages it has those of the languages' own names. The
// same language and weight give the same bytes, which nobody may change.
func Font(language string, bold bool) []byte {
	weight := "-regular.otf"
	if bold {
		weight = "-bold.otf"
	}
	for _, name := range []string{language, "names"} {
		if data, err := fonts.ReadFile("fonts/" + name + weight); err == nil {
			return data
		}
	}
	return nil
}
