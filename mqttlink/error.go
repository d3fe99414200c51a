package mqttlink

import "strings"

// Error is a failure of a link. It never holds secrets.
type Error struct {
	Kind Kind
	// Target is the broker's address without secrets, empty where it says
	// nothing.
	Target string
	// Detail are the particulars in plain words, such as the date on which a
	// certificate expired; empty when there are none.
	Detail string
	// Err is the cause as the library below reported it, or nil.
	Err error
}

// What says what happened, without advice.
func (e *Error) What() string {
	var b strings.Builder
	if e.Target != "" {
		b.WriteString(e.Target + ": ")
	}
	b.WriteString(e.Kind.Error())
	if e.Detail != "" {
		b.WriteString(": " + e.Detail)
	} else if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Hint says what the person can do about it, in a sentence.
func (e *Error) Hint() string { _, hint := e.Kind.words(); return hint }

// Error says what happened and what to do about it.
func (e *Error) Error() string {
	if hint := e.Hint(); hint != "" {
		return e.What() + ". " + hint
	}
	return e.What()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is e's [Kind].
func (e *Error) Is(target error) bool { k, ok := target.(Kind); return ok && k == e.Kind }
