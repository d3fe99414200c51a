package mqttlink

import "github.com/pilothouse/pilothouse/model"

// Error is a failure of a link. It never holds secrets.
type Error struct {
	Kind Kind
	// Target is the broker's address without secrets, empty where it says
	// nothing.
	Target string
	// Detail are the particulars in plain words, such as the date on which a
	// certificate expired; empty when there are none.
	Detail model.Phrase
	// Err is the cause as the library below reported it, or nil.
	Err error
}

// what says what happened, without advice.
func (e *Error) what() model.Phrase {
	what, _ := e.Kind.words()
	if e.Target != "" {
		what = model.Sayf("%s: %s", e.Target, what)
	}
	switch {
	case !e.Detail.Empty():
		return model.Sayf("%s: %s", what, e.Detail)
	case e.Err != nil:
		return model.Sayf("%s: %s", what, model.PhraseOf(e.Err))
	}
	return what
}

// What says what happened, without advice.
func (e *Error) What() string { return e.what().String() }

// hint says what the person can do about it.
func (e *Error) hint() model.Phrase { _, hint := e.Kind.words(); return hint }

// Hint says what the person can do about it, in a sentence.
func (e *Error) Hint() string { return e.hint().String() }

// Said is what happened and what to do about it, for a window in any language.
func (e *Error) Said() model.Phrase {
	if hint := e.hint(); !hint.Empty() {
		return model.Sayf("%s. %s", e.what(), hint)
	}
	return e.what()
}

// Error says what happened and what to do about it.
func (e *Error) Error() string { return e.Said().String() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is e's [Kind].
func (e *Error) Is(target error) bool { k, ok := target.(Kind); return ok && k == e.Kind }
