package i18n_test

import (
	"testing"

	"fyne.io/fyne/v2/lang"

	"github.com/pilothouse/pilothouse/ui/i18n"
)

// speak uses a language until the test ends.
func speak(t *testing.T, l i18n.Language) {
	t.Helper()
	before := i18n.Current()
	t.Cleanup(func() {
		if err := i18n.Use(before); err != nil {
			t.Error(err)
		}
	})
	if err := i18n.Use(l); err != nil {
		t.Fatal(err)
	}
}

func TestEveryLanguageIsSpokenByTheToolkitToo(t *testing.T) {
	for _, locale := range []string{"", "C", "POSIX", "C.UTF-8", "de_DE.UTF-8", "fr_CA", "zh_CN.UTF-8", "zh_TW", "nl_NL.UTF-8"} {
		t.Setenv("LC_ALL", locale)
		for _, l := range i18n.Languages() {
			speak(t, l)
			for key, forms := range catalogue(t, l.Tag) {
				if got, want := lang.L(key), forms["other"]; got != want {
					t.Fatalf("under %q Fyne says %q for %q in %s, want %q", locale, got, key, l.Name, want)
				}
				if got, want := i18n.T(key), forms["other"]; got != want {
					t.Fatalf("under %q T says %q for %q in %s, want %q", locale, got, key, l.Name, want)
				}
			}
		}
	}
}

func TestTheSystemsLocaleIsUnderstood(t *testing.T) {
	for locale, want := range map[string]string{
		"de_DE.UTF-8": "de", "de_AT": "de", "fr_CA.UTF-8": "fr", "es_MX.UTF-8": "es", "ja_JP.UTF-8": "ja",
		"zh_CN.UTF-8": "zh", "en_GB.UTF-8": "en", "nl_NL.UTF-8": "en", "C": "en", "POSIX": "en", "": "en",
	} {
		t.Setenv("LC_ALL", locale)
		t.Setenv("LANG", locale)
		t.Setenv("LC_MESSAGES", locale)
		t.Setenv("LANGUAGE", "")
		if got := i18n.System().Tag; got != want {
			t.Errorf("%q is %s, want %s", locale, got, want)
		}
	}
}

func TestChooseTakesTheFirstNameThatIsGiven(t *testing.T) {
	t.Setenv("LC_ALL", "fr_FR.UTF-8")
	t.Setenv("LANGUAGE", "")
	for _, c := range []struct {
		names []string
		want  string
		ok    bool
	}{
		{nil, "fr", true},
		{[]string{"", ""}, "fr", true},
		{[]string{"", "de"}, "de", true},
		{[]string{"ja", "de"}, "ja", true},
		{[]string{"zh-Hans-CN"}, "zh", true},
		{[]string{"klingon", "de"}, "fr", false},
	} {
		if got, err := i18n.Choose(c.names...); got.Tag != c.want || (err == nil) != c.ok {
			t.Errorf("of %q: %s, %v; want %s", c.names, got.Tag, err, c.want)
		}
	}
}

// made is a language that tells its forms apart.
func made(t *testing.T, tag string) {
	t.Helper()
	speak(t, i18n.Current())
	c := i18n.Catalogue{
		"Hello":          {"other": "Salut"},
		"%d of %d":       {"other": "aus %[2]d: %[1]d"},
		"%d things":      {"one": "%d truc", "many": "%d de trucs", "other": "%d trucs"},
		"%s and %d more": {"one": "%s, +%d", "other": "%s, ++%d"},
		"%d sheep":       {"other": "%d mouton"},
	}
	if err := i18n.UseCatalogue(i18n.Language{Tag: tag, Name: "made"}, c); err != nil {
		t.Fatal(err)
	}
}

func TestTexts(t *testing.T) {
	made(t, "fr")
	for got, want := range map[string]string{
		i18n.T("Hello"):                                        "Salut",
		i18n.T("Unknown text"):                                 "Unknown text",
		i18n.Mark("Hello"):                                     "Hello",
		i18n.Tf("%d of %d", 1, 2):                              "aus 2: 1",
		i18n.N("%d thing", "%d things", 0):                     "0 truc",
		i18n.N("%d thing", "%d things", 1):                     "1 truc",
		i18n.N("%d thing", "%d things", 2):                     "2 trucs",
		i18n.N("%d thing", "%d things", 3_000_000):             "3\u202f000\u202f000 de trucs",
		i18n.N("%d thing", "%d things", -2):                    "-2 trucs",
		i18n.N("a box", "some boxes", 1):                       "a box",
		i18n.Errorf("%d of %d", 1, 2).Error():                  "aus 2: 1",
		i18n.N("%d sheep", "%d sheep", 1):                      "1 mouton",
		i18n.N("%d box", "%d boxes", 1):                        "1 box",
		i18n.N("%d box", "%d boxes", 0):                        "0 boxes",
		i18n.Nf("%s and %d more", "%s and %d more", 2, "a", 2): "a, ++2",
	} {
		if got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
}

func TestFormsFollowTheLanguage(t *testing.T) {
	for tag, want := range map[string]string{"de": "0 trucs", "es": "0 trucs", "fr": "0 truc", "ja": "0 trucs"} {
		made(t, tag)
		if got := i18n.N("%d thing", "%d things", 0); got != want {
			t.Errorf("in %s %q, want %q", tag, got, want)
		}
	}
	made(t, "ja")
	if got := i18n.N("%d thing", "%d things", 1); got != "1 trucs" {
		t.Errorf("Japanese has no singular, and said %q", got)
	}
}

func TestCountsAreNotTakenForDecimals(t *testing.T) {
	for tag, want := range map[string]string{"en": "1,234,567", "de": "1\u202f234\u202f567", "ja": "1,234,567"} {
		made(t, tag)
		if got := i18n.Count(1234567); got != want {
			t.Errorf("in %s %q, want %q", tag, got, want)
		}
	}
	if got := i18n.Count(uint64(999)); got != "999" {
		t.Errorf("said %q", got)
	}
	if got := i18n.Count(-1); got != "0" {
		t.Errorf("said %q", got)
	}
}

func TestATextCostsNoAllocation(t *testing.T) {
	made(t, "fr")
	for _, text := range []string{"Hello", "Unknown text"} {
		if n := testing.AllocsPerRun(100, func() { i18n.T(text) }); n != 0 {
			t.Errorf("%q allocates %v times", text, n)
		}
	}
}

func BenchmarkT(b *testing.B) {
	if err := i18n.Use(i18n.Languages()[1]); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		i18n.T("Cancel")
	}
}

func BenchmarkUse(b *testing.B) {
	for b.Loop() {
		if err := i18n.Use(i18n.Languages()[1]); err != nil {
			b.Fatal(err)
		}
	}
}
