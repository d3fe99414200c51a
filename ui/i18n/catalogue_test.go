package i18n_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

func catalogue(t *testing.T, tag string) i18n.Catalogue {
	t.Helper()
	c, err := i18n.ParseCatalogue(assets.Texts(tag))
	if err != nil {
		t.Fatalf("%s: %v", tag, err)
	}
	return c
}

// translated are the languages with a catalogue of the whole window.
func translated() []i18n.Language { return i18n.Languages()[1:] }

func TestCataloguesHaveEveryTextOfTheCodeAndNoOther(t *testing.T) {
	used := map[string]string{}
	for _, u := range uses(t) {
		used[u.key] = u.at
	}
	for key := range catalogue(t, "en") {
		used[key] = "the toolkit"
	}
	for _, l := range translated() {
		c := catalogue(t, l.Tag)
		for _, key := range slices.Sorted(maps.Keys(used)) {
			if _, ok := c[key]; !ok {
				t.Errorf("%s lacks %q of %s", l.Tag, key, used[key])
			}
		}
		for _, key := range slices.Sorted(maps.Keys(c)) {
			if used[key] == "" {
				t.Errorf("%s has %q, which nobody shows", l.Tag, key)
			}
		}
	}
}

func TestTranslationsTakeTheArgumentsOfTheirText(t *testing.T) {
	for _, l := range translated() {
		for key, forms := range catalogue(t, l.Tag) {
			want := verbs(key)
			for category, text := range forms {
				got := verbs(text)
				if category != "other" && len(got) == 0 {
					continue // a form that says its number in words
				}
				if !maps.Equal(got, want) {
					t.Errorf("%s: %q takes %v as %q, which takes %v", l.Tag, key, want, text, got)
				}
				if strings.Contains(text, "{{") || strings.TrimSpace(text) == "" {
					t.Errorf("%s: %q cannot be said as %q", l.Tag, key, text)
				}
				if a, b := ends(key), ends(text); a != b {
					t.Errorf("%s: %q begins or ends with space or a line's end, %q does not do so alike", l.Tag, key, text)
				}
			}
		}
	}
	for _, u := range uses(t) {
		if got := verbs(u.one); u.one != "" && len(got) > 0 && !maps.Equal(got, verbs(u.key)) {
			t.Errorf("%s: %q and %q take different arguments", u.at, u.one, u.key)
		}
	}
}

// ends are the spaces at both ends of a text.
func ends(s string) string {
	inner := strings.TrimSpace(s)
	at := strings.Index(s, inner)
	return s[:at] + "|" + s[at+len(inner):]
}

// verbs are the verbs of a format by the argument they show.
func verbs(format string) map[int]string {
	found, next := map[int]string{}, 1
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		start := i
		for i++; i < len(format) && strings.ContainsRune("+-# 0123456789.", rune(format[i])); i++ {
		}
		if i < len(format) && format[i] == '[' {
			end := i + strings.IndexByte(format[i:], ']')
			next, _ = strconv.Atoi(format[i+1 : end])
			i = end + 1
		}
		switch {
		case i >= len(format):
			found[-start-1] = "cut short"
		case format[i] == '%':
		default:
			found[next] = fmt.Sprint(found[next], string(format[i]))
			next++
		}
	}
	return found
}

func TestVerbsSeesWhatDiffers(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		equal bool
	}{
		{"%d of %s", "%[2]s: %[1]d", true},
		{"%d of %s", "%s: %d", false},
		{"%.1f %%", "%.1f%%", true},
		{"%d", "none", false},
		{"%s", "%s%s", false},
		{"100 %", "100", false},
	} {
		if got := maps.Equal(verbs(c.a), verbs(c.b)); got != c.equal {
			t.Errorf("%q and %q alike: %v, want %v", c.a, c.b, got, c.equal)
		}
	}
}

func TestOnlyWhatIsCountedHasPluralForms(t *testing.T) {
	counted := map[string]bool{}
	for _, u := range uses(t) {
		counted[u.key] = counted[u.key] || u.function == "N" || u.function == "Nf"
	}
	for _, l := range translated() {
		for key, forms := range catalogue(t, l.Tag) {
			if len(forms) > 1 && !counted[key] {
				t.Errorf("%s: %q is never counted, and has the forms %q", l.Tag, key, forms)
			}
		}
	}
}

func TestParseCatalogueRefusesWhatItCannotSay(t *testing.T) {
	for _, bad := range []string{`[]`, `{"a": 1}`, `{"a": {"one": "x"}}`, `{`} {
		if c, err := i18n.ParseCatalogue([]byte(bad)); err == nil {
			t.Errorf("%s became %v", bad, c)
		}
	}
}
