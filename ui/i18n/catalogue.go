package i18n

import (
	"encoding/json"
	"fmt"
	"sync/atomic"

	"fyne.io/fyne/v2/lang"

	"github.com/pilothouse/pilothouse/assets"
)

// Catalogue is the texts of a language by their English ones.
type Catalogue map[string]Forms

// Forms are the plural forms of a text by CLDR category. A text that counts
// nothing has only "other".
type Forms map[string]string

// ParseCatalogue reads the format of the catalogues in assets: an object whose
// values are texts, or objects of plural forms of which "other" is one.
func ParseCatalogue(data []byte) (Catalogue, error) {
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(data, &entries); err != nil {
		return nil, fmt.Errorf("read a catalogue of texts: %w", err)
	}
	c := make(Catalogue, len(entries))
	for key, raw := range entries {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			c[key] = Forms{other: text}
			continue
		}
		var forms Forms
		if err := json.Unmarshal(raw, &forms); err != nil {
			return nil, fmt.Errorf("read the forms of %q: %w", key, err)
		}
		if forms[other] == "" {
			return nil, fmt.Errorf("%q has no form \"other\"", key)
		}
		c[key] = forms
	}
	return c, nil
}

// spoken is the language in use with what Fyne's lang said for each key of its
// catalogue. It is immutable.
type spoken struct {
	language Language
	texts    map[string]string
	plurals  map[string]Forms
}

// now mirrors what Fyne's lang was last given; nil before the first Use, which
// is English.
var now atomic.Pointer[spoken]

// Use makes l the language of the program. It is called once, before the
// window is made: what has been shown already is not shown anew.
func Use(l Language) error {
	data := assets.Texts(l.Tag)
	if data == nil {
		return fmt.Errorf("there are no texts for language %q", l.Tag)
	}
	c, err := ParseCatalogue(data)
	if err != nil {
		return fmt.Errorf("the texts of %s: %w", l.Name, err)
	}
	return UseCatalogue(l, c)
}

// UseCatalogue makes c the texts of the program, in language l.
func UseCatalogue(l Language, c Catalogue) error {
	if err := install(c); err != nil {
		return err
	}
	s := &spoken{language: l, texts: make(map[string]string, len(c)), plurals: map[string]Forms{}}
	for key, forms := range c {
		s.texts[key] = lang.X(id(other, key), forms[other])
		if len(forms) == 1 {
			continue
		}
		said := make(Forms, len(forms))
		for category, text := range forms {
			said[category] = lang.X(id(category, key), text)
		}
		s.plurals[key] = said
	}
	now.Store(s)
	return nil
}

// install gives the texts to Fyne's lang under the system's own locale, which is
// the one it will answer with: it has no call to choose another. For the same
// reason each plural form is a message by itself, since lang would choose
// among them by the rules of the system's language.
func install(c Catalogue) error {
	type message struct {
		ID    string `json:"id"`
		Other string `json:"other"`
	}
	messages := make([]message, 0, len(c))
	for key, forms := range c {
		for category, text := range forms {
			messages = append(messages, message{ID: id(category, key), Other: text})
		}
	}
	data, err := json.Marshal(messages)
	if err != nil {
		return fmt.Errorf("encode the texts: %w", err)
	}
	if err := lang.AddTranslationsForLocale(data, lang.SystemLocale()); err != nil {
		return fmt.Errorf("give the texts to the toolkit: %w", err)
	}
	return nil
}

// id is what a plural form is called in Fyne's lang: the key itself for "other".
func id(category, key string) string {
	if category == other {
		return key
	}
	return key + " (" + category + ")"
}

// Current is the language in use.
func Current() Language {
	if s := now.Load(); s != nil {
		return s.language
	}
	return english
}
