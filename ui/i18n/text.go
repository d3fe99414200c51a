package i18n

import (
	"fmt"
	"io"
	"strings"
)

// T is a text in the language in use. It allocates nothing.
func T(text string) string {
	if s := now.Load(); s != nil {
		if said, ok := s.texts[text]; ok {
			return said
		}
	}
	return text
}

// Tf formats as fmt.Sprintf does, after the format has been translated. A
// translation may name the arguments by index (%[2]s) where its words come in
// another order.
func Tf(format string, args ...any) string {
	return fmt.Sprintf(T(format), args...)
}

// N counts: the format that goes with n in the language in use, given n with its
// digits grouped as by Count. one and many are the English forms; many is the
// key. A form may do without the number.
func N(one, many string, n int) string {
	f := form(one, many, n)
	if !strings.Contains(f, "%") {
		return f
	}
	return fmt.Sprintf(f, number(n))
}

// number is a count that formats itself, whatever the verb.
type number int

// Format implements fmt.Formatter.
func (n number) Format(s fmt.State, _ rune) {
	if n < 0 {
		fmt.Fprint(s, int(n))
		return
	}
	_, _ = io.WriteString(s, Count(int(n))) // a builder of fmt never fails
}

// Nf is the format that goes with n, given args: for counts that are shown in
// words of their own, or with more beside them.
func Nf(one, many string, n int, args ...any) string {
	return fmt.Sprintf(form(one, many, n), args...)
}

// form chooses the text that goes with n.
func form(one, many string, n int) string {
	s := now.Load()
	if s == nil {
		return inEnglish(one, many, n)
	}
	forms, ok := s.plurals[many]
	if !ok {
		if said, ok := s.texts[many]; ok {
			return said
		}
		return inEnglish(one, many, n)
	}
	if said, ok := forms[category(s.language.Tag, n)]; ok {
		return said
	}
	return forms[other]
}

func inEnglish(one, many string, n int) string {
	if category(english.Tag, n) == singular {
		return one
	}
	return many
}

// Mark tells that text is a key that T is given elsewhere, as a value; it
// answers with text.
func Mark(text string) string { return text }

// Errorf is fmt.Errorf with the format translated: an error that is shown.
func Errorf(format string, args ...any) error { return fmt.Errorf(T(format), args...) }

// Error is an error that says its text in the language in use. As a constant it
// can be compared.
type Error string

// Error implements error.
func (e Error) Error() string { return T(string(e)) }
