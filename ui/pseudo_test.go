package ui

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/uitest"
)

// The letters of the pseudo language: every one of them is foreign, and in the
// fonts.
var (
	plainLetters  = []rune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	pseudoLetters = []rune("åƀçðéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÅßÇÐÉƑĜĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ")
)

// pseudo is a text in the pseudo language: foreign letters, brackets that show
// where it ends, and 40 % longer, as German is. The verbs of a format stay.
func pseudo(text string) string {
	var b strings.Builder
	b.WriteString("«")
	letters := 0
	for i := 0; i < len(text); {
		if verb := verbs.FindString(text[i:]); verb != "" {
			b.WriteString(verb)
			i += len(verb)
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		letters++
		for at, plain := range plainLetters {
			if r == plain {
				r = pseudoLetters[at]
			}
		}
		b.WriteRune(r)
	}
	for i := range (letters*2 + 4) / 5 {
		if i%7 == 0 && letters > 12 { // long texts may break here
			b.WriteByte(' ')
		}
		b.WriteRune([]rune("ļôñĝéř~")[i%7])
	}
	b.WriteString("»")
	return b.String()
}

// verbs is a verb of a format.
var verbs = regexp.MustCompile(`^%[-+# 0-9.]*(\[\d+\])?[a-zA-Z%]`)

// speakPseudo has the window speak the pseudo language until the test ends. Its
// keys are those of a whole catalogue, and what the toolkit says itself.
func speakPseudo(t *testing.T) {
	t.Helper()
	c := i18n.Catalogue{}
	for _, tag := range []string{"de", "en"} {
		from, err := i18n.ParseCatalogue(assets.Texts(tag))
		if err != nil {
			t.Fatal(err)
		}
		for key, forms := range from {
			english := key
			if tag == "en" {
				english = forms["other"]
			}
			c[key] = i18n.Forms{"other": pseudo(english)}
		}
	}
	english := i18n.Languages()[0]
	t.Cleanup(func() {
		if err := i18n.Use(english); err != nil {
			t.Error(err)
		}
	})
	if err := i18n.UseCatalogue(i18n.Language{Tag: "en", Name: "pseudo"}, c); err != nil {
		t.Fatal(err)
	}
}

func TestPseudo(t *testing.T) {
	for text, want := range map[string]string{
		"Ab":                "«Åƀļ»",
		"%d of %[2]s, 5 %%": "«%d öƒ %[2]s, 5 %%ļôñĝ»",
	} {
		if got := pseudo(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	long := "Every device that has said hello"
	if got := utf8.RuneCountInString(pseudo(long)); got < len(long)*14/10 {
		t.Errorf("%d letters became %d", len(long), got)
	}
}

// untranslated is what of a text was not asked of i18n: words in plain letters,
// after what stays as it is in every language was taken out.
func untranslated(text string) string {
	rest := asItIs.ReplaceAllString(text, "")
	for _, word := range strings.FieldsFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
		if len(word) > 1 && strings.IndexFunc(word, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
			return word
		}
	}
	return ""
}

// finding is a text with something wrong.
type finding struct{ where, what, text string }

// inspect reads what a window shows in the pseudo language.
func inspect(b *bridge, where string) (found []finding) {
	all := uitest.Read(b.win.Canvas())
	add := func(what string, w *uitest.Words) { found = append(found, finding{where, what, w.Text}) }
	top := len(b.win.Canvas().Overlays().List())
	for i := range all {
		w := &all[i]
		if w.Layer != top { // seen when it was on top
			continue
		}
		if word := untranslated(w.Text); word != "" {
			add(fmt.Sprintf("%q was not asked of i18n", word), w)
		}
		if strings.HasSuffix(w.Text, "…") && strings.ContainsFunc(w.Text, foreign) {
			add("it is cut short", w)
		}
		if cut := w.Cut(); cut > 0 {
			add(fmt.Sprintf("it is cut off by %.0f", cut), w)
		}
		for j := range all[:i] {
			if over := w.Over(&all[j]); over > 0 {
				add(fmt.Sprintf("%.0f of it lie over %q", over, all[j].Text), w)
			}
		}
	}
	return found
}

// foreign tells whether r is a letter of the pseudo language alone.
func foreign(r rune) bool { return r > unicode.MaxASCII && strings.ContainsRune(string(pseudoLetters), r) }
