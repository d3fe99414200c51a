package model

import "fmt"

// Phrase is a sentence with its parts apart, so that a window can say it in
// another language. String is the English of it.
type Phrase struct {
	// Format is that of fmt.Sprintf, and Args are its arguments; those that are
	// phrases themselves are said in the same language.
	Format string
	Args   []any
}

// phrase makes a Phrase. The formats it is given are keys of the window's
// catalogues.
func phrase(format string, args ...any) Phrase { return Phrase{format, args} }

// quoted is a Phrase of text that others wrote, which no language changes.
func quoted(text string) Phrase { return Phrase{"%s", []any{text}} }

// String implements fmt.Stringer.
func (p Phrase) String() string { return fmt.Sprintf(p.Format, p.Args...) }

// empty tells whether there is nothing to say.
func (p Phrase) empty() bool { return p.Format == "" }
