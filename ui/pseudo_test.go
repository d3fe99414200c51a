package ui

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
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

// data is what the test has others say: strings of the files that make them, which
// no language changes.
type data struct {
	whole []string
	parts *regexp.Regexp
}

func dataOf(t *testing.T, files ...string) data {
	t.Helper()
	var d data
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil && len(text) > 1 && utf8.ValidString(text) {
					d.whole = append(d.whole, text)
				}
			}
			return true
		})
	}
	slices.SortFunc(d.whole, func(a, b string) int { return len(b) - len(a) })
	quoted := make([]string, len(d.whole))
	for i, text := range d.whole {
		quoted[i] = regexp.QuoteMeta(text)
	}
	d.parts = regexp.MustCompile(`(^|[^a-zA-Z])(` + strings.Join(quoted, "|") + `)($|[^a-zA-Z])`)
	return d
}

// without is a text without what others say. What was cut short is known by its
// beginning.
func (d *data) without(text string) string {
	if front, cut := strings.CutSuffix(text, "…"); cut {
		for _, whole := range d.whole {
			if strings.HasPrefix(whole, front) {
				return ""
			}
		}
		if !strings.ContainsFunc(front, func(r rune) bool { return !unicode.IsLetter(r) }) && slices.ContainsFunc(d.whole, func(s string) bool { return strings.Contains(s, front) }) {
			return ""
		}
		if last := strings.LastIndexFunc(front, func(r rune) bool { return !unicode.IsLetter(r) }); last >= 0 {
			text = front[:last+1] // the rest of it is not there
		}
	}
	for before := ""; before != text; {
		before, text = text, d.parts.ReplaceAllString(text, "$1$3")
	}
	return text
}

// untranslated is a word of a text that was not asked of i18n, once what stays as
// it is in every language was taken out.
func (d *data) untranslated(text string) string {
	rest := asItIs.ReplaceAllString(d.without(text), "")
	for _, word := range strings.FieldsFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
		if len(word) > 1 && strings.IndexFunc(word, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
			return word
		}
	}
	return ""
}

// finding is a text with something wrong.
type finding struct{ what, text string }

// inspect reads what a window shows in the pseudo language.
func (d *data) inspect(b *bridge) (found []finding) {
	all := uitest.Read(b.win.Canvas())
	add := func(what string, w *uitest.Words) { found = append(found, finding{what, w.Text}) }
	top := len(b.win.Canvas().Overlays().List())
	for i := range all {
		w := &all[i]
		if w.Layer != top || licences(w) { // seen when it was on top; texts of others
			continue
		}
		if word := d.untranslated(w.Text); word != "" {
			add(fmt.Sprintf("%q was not asked of i18n", word), w)
		}
		if strings.HasSuffix(w.Text, "…") && strings.ContainsFunc(w.Text, foreign) && !cutInList(w) && !inside[*widgets.BoardTile](w) {
			add("it is cut short", w)
		}
		if cut := w.Cut(); cut > 0 && !inList(w) {
			add(fmt.Sprintf("it is cut off by %.0f", cut), w)
		}
		for j := range all[:i] {
			if over := w.Over(&all[j]); over > 0 && !inside[*widgets.Toasts](w) && (all[j].Text != w.Text || all[j].Is != w.Is) {
				add(fmt.Sprintf("%.0f of it lie over %q", over, all[j].Text), w)
			}
		}
	}
	return found
}

// inside tells whether a text is in a widget of a kind.
func inside[T fyne.Widget](w *uitest.Words) bool {
	return slices.ContainsFunc(w.Inside, func(o fyne.Widget) bool { _, is := o.(T); return is })
}

// inList tells whether a text is in a list, which scrolls by itself.
func inList(w *uitest.Words) bool { return inside[*widgets.Rows](w) }

// cutInList tells whether a text is a sentence in a list: what it is about says it
// whole, when it is chosen. Words, and titles of columns, are never cut.
func cutInList(w *uitest.Words) bool { return inList(w) && strings.Contains(w.Text, " ") }

// licences tells whether a text is in the list of licences, which are in English.
func licences(w *uitest.Words) bool {
	return w.Layer > 0 && inList(w) && strings.Contains(assets.Licences(), strings.TrimSuffix(w.Text, "…"))
}

// foreign tells whether r is a letter of the pseudo language alone.
func foreign(r rune) bool { return r > unicode.MaxASCII && slices.Contains(pseudoLetters, r) }
