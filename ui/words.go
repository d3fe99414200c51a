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
	return slices.Concat(stateWords(), attemptWords(), dropWords(), listenerWords(), impostorWords(), demoWords(), sessionWords(), refusalWords(), attackWords())
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

// roleWords are what the roles are called.
func roleWords() []string {
	var words []string
	for _, r := range []watch.Role{watch.RoleDevice, watch.RoleOperator, watch.RoleReader, watch.RoleBridge} {
		words = append(words, roleName(r))
	}
	return words
}

// livenessWords are how devices can be.
func livenessWords() []string {
	words := make([]string, model.Lost+1)
	for l := range words {
		words[l] = say(model.Liveness(l))
	}
	return words
}

// outcomeWords are what becomes of attacks.
func outcomeWords() []string {
	var words []string
	for _, o := range []watch.Outcome{watch.Waiting, watch.Trying, watch.Refused, watch.Succeeded, watch.Unproven} {
		words = append(words, say(o))
	}
	return words
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
	if p.Empty() {
		return ""
	}
	args := make([]any, len(p.Args))
	for i, a := range p.Args {
		switch inner := a.(type) {
		case model.Phrase:
			a = sayPhrase(inner)
		case error:
			a = errors.New(errorText(inner))
		}
		args[i] = a
	}
	return fmt.Errorf(i18n.T(p.Format), args...).Error() // which knows %w too
}

// errorText says err in the window's language, as far as it is made of phrases of
// the model: particulars stay as the system or the broker gave them.
func errorText(err error) string {
	switch p := model.PhraseOf(err); {
	case p.Format != "%s":
		return sayPhrase(p)
	case len(p.Args) == 1:
		if said, is := p.Args[0].(model.Phrase); is {
			return sayPhrase(said)
		}
	}
	return i18n.T(err.Error())
}

// sentence is a text that begins as sentences do.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
