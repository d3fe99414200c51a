package widgets

import "fyne.io/fyne/v2"

// Key is a key that a widget understands, and what it does there.
type Key struct {
	// Label is how the key is written, Does what it does.
	Label, Does string

	name fyne.KeyName // of a key, or
	char rune         // of a character; each digit is '1'
}

// keyOf is a key of a widget. What is pressed is told by its character, 0 for a key
// that is none.
type keyOf[W any] struct {
	Key
	do func(w W, char rune)
}

// always has a key do the same whatever its character is.
func always[W any](do func(W)) func(W, rune) { return func(w W, _ rune) { do(w) } }

// pressKey does what a key means to a widget, and tells whether it means anything.
func pressKey[W any](keys []keyOf[W], w W, name fyne.KeyName) bool {
	for _, k := range keys {
		if k.name != "" && k.name == name {
			k.do(w, 0)
			return true
		}
	}
	return false
}

// pressRune does what a character means to a widget, and tells whether it means
// anything.
func pressRune[W any](keys []keyOf[W], w W, char rune) bool {
	as := char
	if '1' <= char && char <= '9' {
		as = '1'
	}
	for _, k := range keys {
		if k.char != 0 && k.char == as {
			k.do(w, char)
			return true
		}
	}
	return false
}

// listed are the keys for a list of them.
func listed[W any](keys []keyOf[W]) []Key {
	out := make([]Key, len(keys))
	for i := range keys {
		out[i] = keys[i].Key
	}
	return out
}
