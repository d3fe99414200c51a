package assets

import "embed"

//go:embed texts/*.json
var texts embed.FS

// Texts is the catalogue of the window's texts in a language, named by its
// language subtag, as JSON; nil when there is none. That of English has the
// texts of the toolkit only, since English texts are the keys.
func Texts(language string) []byte {
	data, err := texts.ReadFile("texts/" + language + ".json")
	if err != nil {
		return nil
	}
	return data
}
