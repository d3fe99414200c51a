package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// say is what a value of the model is called, in the window's language. Its
// English words are listed by modelWords.
func say(v fmt.Stringer) string { return i18n.T(v.String()) }

// modelWords are the words that the model has for its values, as keys of the
// catalogues.
func modelWords() []string {
	return slices.Concat(stateWords(), attemptWords(), dropWords(), listenerWords(), impostorWords())
}

// roleName is what a role is called; empty for none.
func roleName(r watch.Role) string {
	switch r {
	case watch.RoleDevice:
		return i18n.T("device")
	case watch.RoleOperator:
		return i18n.T("operator")
	case watch.RoleReader:
		return i18n.T("reader")
	case watch.RoleBridge:
		return i18n.T("bridge")
	}
	return string(r)
}

// aggregateName is what is made of several topics.
func aggregateName(a workspace.Aggregate) string {
	switch a {
	case workspace.Latest:
		return i18n.T("latest")
	case workspace.Min:
		return i18n.T("least")
	case workspace.Max:
		return i18n.T("greatest")
	case workspace.Mean:
		return i18n.T("mean")
	case workspace.Sum:
		return i18n.T("sum")
	case workspace.Count:
		return i18n.T("count")
	}
	return string(a)
}

// banText says whom a ban keeps out.
func banText(b *watch.Ban) string {
	switch {
	case b.Identity != "":
		return i18n.Tf("identity %s", b.Identity)
	case b.ClientID != "":
		return i18n.Tf("client %s", b.ClientID)
	}
	return i18n.Tf("address %s", b.Addr)
}

// translated is sentences of the model one after another.
func translated(sentences []string) string {
	said := make([]string, len(sentences))
	for i, s := range sentences {
		said[i] = i18n.T(s)
	}
	return strings.Join(said, " ")
}

// sayPhrase says a sentence of the model.
func sayPhrase(p model.Phrase) string {
	args := make([]any, len(p.Args))
	for i, a := range p.Args {
		if inner, ok := a.(model.Phrase); ok {
			a = sayPhrase(inner)
		}
		args[i] = a
	}
	return fmt.Sprintf(i18n.T(p.Format), args...)
}

// explained is an error that tells what failed apart from what can be done
// about it, both in English.
type explained interface {
	error
	// Parts are where it failed, what failed, what more is known, and a hint; each
	// may be empty.
	Parts() (where, what, detail, hint string)
}

// errorText says err in the window's language, as far as the window knows its
// words: the particulars stay as the system or the broker gave them.
func errorText(err error) string {
	var e explained
	if !errors.As(err, &e) {
		return i18n.T(err.Error())
	}
	where, what, detail, hint := e.Parts()
	text := i18n.T(what)
	if where != "" {
		text = where + ": " + text
	}
	if detail != "" {
		text += ": " + detail
	}
	if hint != "" {
		text += ". " + i18n.T(hint)
	}
	return text
}

// sentence is a text that begins as sentences do.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
