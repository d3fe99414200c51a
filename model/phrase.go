package model

import (
	"errors"
	"fmt"
)

// Phrase is a sentence with its parts apart, so that a window can say it in
// another language. String is the English of it. The zero Phrase says nothing.
type Phrase struct {
	// Format is that of fmt.Sprintf, and Args are its arguments; those that are
	// phrases themselves, or errors that have one, are said in the same language.
	Format string
	Args   []any
}

// Sayf makes a Phrase. The formats it is given are keys of the window's
// catalogues.
func Sayf(format string, args ...any) Phrase { return Phrase{format, args} }

// phrase is Sayf, for this package.
func phrase(format string, args ...any) Phrase { return Sayf(format, args...) }

// Quoted is a Phrase of text that others wrote, which no language changes.
func Quoted(text string) Phrase { return Phrase{"%s", []any{text}} }

// String implements fmt.Stringer.
func (p Phrase) String() string {
	if p.Empty() {
		return ""
	}
	return fmt.Sprintf(p.Format, p.Args...)
}

// Empty tells whether there is nothing to say.
func (p Phrase) Empty() bool { return p.Format == "" }

// Fault is an error that is a Phrase.
type Fault struct {
	phrase Phrase
	text   error // in English; wraps what the phrase wraps
}

// Faultf makes an error as fmt.Errorf does, %w included, that a window can say in
// another language. The formats it is given are keys of the window's catalogues.
func Faultf(format string, args ...any) error {
	return &Fault{Phrase{format, args}, fmt.Errorf(format, args...)}
}

// Error implements error.
func (f *Fault) Error() string { return f.text.Error() }

// Unwrap is what errors.Is and errors.As go on with.
func (f *Fault) Unwrap() error { return f.text }

// Said is the phrase of the error. A %w of its format stands for an error among
// its arguments.
func (f *Fault) Said() Phrase { return f.phrase }

// PhraseOf is what err says: its phrase, if it has one, or its text as it is.
func PhraseOf(err error) Phrase {
	if said, ok := errors.AsType[interface {
		error
		Said() Phrase
	}](err); ok && said.Error() == err.Error() {
		return said.Said()
	}
	return Quoted(err.Error())
}
