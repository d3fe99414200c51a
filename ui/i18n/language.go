package i18n

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2/lang"
)

// Language is a language the window speaks.
type Language struct {
	// Tag is its BCP 47 language subtag, as settings and flags name it.
	Tag string
	// Name is what its speakers call it.
	Name string
}

// english is the language of the keys.
var english = Language{Tag: "en", Name: "English"}

// Languages are the languages the window speaks, English first.
func Languages() []Language {
	return []Language{
		english,
		{Tag: "de", Name: "Deutsch"},
		{Tag: "es", Name: "Español"},
		{Tag: "fr", Name: "Français"},
		{Tag: "ja", Name: "日本語"},
		{Tag: "zh", Name: "简体中文"},
	}
}

// Match finds the language of a locale's name such as "de", "de-AT" or
// "de_AT.UTF-8"; script and region make no difference. An unknown one is an
// error that lists those there are.
func Match(locale string) (Language, error) {
	base := strings.ToLower(locale)
	if i := strings.IndexAny(base, "-_.@"); i >= 0 {
		base = base[:i]
	}
	var tags []string
	for _, l := range Languages() {
		if l.Tag == base {
			return l, nil
		}
		tags = append(tags, l.Tag)
	}
	return english, fmt.Errorf("no language %q; there are %s", locale, strings.Join(tags, ", "))
}

// System is the language of the system's locale, English where the window does
// not speak that one.
func System() Language {
	l, err := Match(lang.SystemLocale().String())
	if err != nil {
		return english
	}
	return l
}

// Choose is the language of the first name that is not empty, or else of the
// system. A name nobody knows is an error, beside which the system's language is
// returned.
func Choose(names ...string) (Language, error) {
	for _, name := range names {
		if name == "" {
			continue
		}
		l, err := Match(name)
		if err != nil {
			return System(), err
		}
		return l, nil
	}
	return System(), nil
}
