package model

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Template is a text with placeholders, such as the topic or the payload of a
// command. A placeholder is a word in braces, with an argument after a colon
// where it takes one:
//
//	{device}                    the root topic of the device
//	{name}                      the last level of that
//	{id}                        the command's id, which the answer repeats
//	{now}                       the time of sending (RFC 3339, UTC)
//	{user}                      who sends it
//	{value}                     what a slider or a switch asks for
//	{field:/sog}                the latest value of that field (RFC 6901) in a message of the device
//	{field:position/sog}        the same, of its topic "position" only; the field begins at the first "/"
//	{prompt:speed|0..20|kn}     a number from 0 to 20, in knots, that is asked for
//	{prompt:mode|auto,manual}   one of these words
//	{prompt:note}               any text
//
// Other braces are text, so that JSON needs no escapes. In a template that
// begins like JSON a value cannot break out of its place: inside a string it is
// escaped, elsewhere it is written as a number, true, false or null where it is
// one, and as a string otherwise; {value} is written as it is where that is JSON.
//
// The zero value is the empty text. A Template is immutable.
type Template struct {
	text  string
	parts []templatePart
}

// templatePart is literal text, or a placeholder when word is not empty.
type templatePart struct {
	text, word, argument string
}

// Bounds of a template, in bytes and placeholders.
const (
	maxTemplate     = 64 << 10
	maxPlaceholders = 64
)

// Prompt is a value that is asked for before a command is sent.
type Prompt struct {
	// Name says what it is, and names it in the answers.
	Name string
	// Choices are the words to choose from; nil for free entry.
	Choices []string
	// Number asks for a number from Min to Max, in Unit.
	Number   bool
	Min, Max float64
	Unit     string
}

// ParseTemplate reads a template. Its errors say which placeholder is wrong.
func ParseTemplate(text string) (Template, error) {
	if len(text) > maxTemplate {
		return Template{}, Faultf("a template of %d bytes is too long: the most is %d", len(text), maxTemplate)
	}
	t := Template{text: text}
	placeholders := 0
	for rest := text; rest != ""; {
		start, end := placeholderIn(rest)
		if start < 0 {
			t.parts = append(t.parts, templatePart{text: rest})
			break
		}
		if start > 0 {
			t.parts = append(t.parts, templatePart{text: rest[:start]})
		}
		word, argument, colon := strings.Cut(rest[start+1:end], ":")
		p := templatePart{text: rest[start : end+1], word: word, argument: argument}
		if err := p.check(colon); err != nil {
			return Template{}, err
		}
		if placeholders++; placeholders > maxPlaceholders {
			return Template{}, Faultf("a template holds at most %d placeholders", maxPlaceholders)
		}
		t.parts = append(t.parts, p)
		rest = rest[end+1:]
	}
	return t, nil
}

// placeholderIn finds the first "{" that is followed by lower-case letters and
// then "}" or ":", and the "}" that ends it.
func placeholderIn(s string) (start, end int) {
	for at := 0; at < len(s); at++ {
		if s[at] != '{' {
			continue
		}
		i := at + 1
		for i < len(s) && 'a' <= s[i] && s[i] <= 'z' {
			i++
		}
		if i == at+1 || i == len(s) || s[i] != '}' && s[i] != ':' {
			continue
		}
		if end := strings.IndexByte(s[i:], '}'); end >= 0 {
			return at, i + end
		}
	}
	return -1, -1
}

// check says what is wrong with a placeholder.
func (p *templatePart) check(argued bool) error {
	switch p.word {
	case "device", "name", "id", "now", "user", "value":
		if argued {
			return Faultf("%s takes nothing after the colon", p.text)
		}
	case "field":
		if !strings.Contains(p.argument, "/") {
			return Faultf("%s names no field: write {field:/speed}, or {field:topic/speed}", p.text)
		}
	case "prompt":
		if _, err := parsePrompt(p.argument); err != nil {
			return Faultf("%s: %w", p.text, err)
		}
	default:
		return Faultf("%s is not known: there are {device}, {name}, {id}, {now}, {user}, {value}, {field:…} and {prompt:…}", p.text)
	}
	return nil
}

// parsePrompt reads "name|0..20|unit", "name|a,b" or "name".
func parsePrompt(text string) (Prompt, error) {
	parts := strings.Split(text, "|")
	p := Prompt{Name: strings.TrimSpace(parts[0])}
	switch {
	case p.Name == "":
		return p, Faultf("a prompt needs a name, as in {prompt:speed}")
	case len(parts) > 3:
		return p, Faultf("a prompt is a name, a range or words, and a unit, with | between them")
	case len(parts) == 1:
		return p, nil
	}
	if len(parts) == 3 {
		p.Unit = strings.TrimSpace(parts[2])
	}
	low, high, ranged := strings.Cut(parts[1], "..")
	if !ranged {
		for word := range strings.SplitSeq(parts[1], ",") {
			if word = strings.TrimSpace(word); word != "" {
				p.Choices = append(p.Choices, word)
			}
		}
		if len(p.Choices) == 0 {
			return p, Faultf("a prompt with a | needs a range such as 0..20, or words such as on,off")
		}
		return p, nil
	}
	var errLow, errHigh error
	p.Number = true
	p.Min, errLow = strconv.ParseFloat(strings.TrimSpace(low), 64)
	p.Max, errHigh = strconv.ParseFloat(strings.TrimSpace(high), 64)
	if errLow != nil || errHigh != nil || !(p.Min <= p.Max) {
		return p, Faultf("%q is no range: write the least and the most, as in 0..20", parts[1])
	}
	return p, nil
}

// Check says what is wrong with an answer, nil for nothing.
func (p *Prompt) Check(answer string) error {
	switch {
	case p.Number:
		v, err := strconv.ParseFloat(strings.TrimSpace(answer), 64)
		if err != nil || !(v >= p.Min && v <= p.Max) {
			return Faultf("%s must be a number from %s to %s", p.Name, formatNumber(p.Min), strings.TrimSpace(formatNumber(p.Max)+" "+p.Unit))
		}
	case p.Choices != nil:
		if !slices.Contains(p.Choices, answer) {
			return Faultf("%s must be one of: %s", p.Name, strings.Join(p.Choices, ", "))
		}
	}
	return nil
}

func formatNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// String is the template as it was written.
func (t Template) String() string { return t.text }

// Prompts are the values that are asked for, each once, in their order.
func (t Template) Prompts() []Prompt {
	var out []Prompt
	for i := range t.parts {
		if t.parts[i].word != "prompt" {
			continue
		}
		p, err := parsePrompt(t.parts[i].argument)
		if err == nil && !slices.ContainsFunc(out, func(q Prompt) bool { return q.Name == p.Name }) {
			out = append(out, p)
		}
	}
	return out
}

// values gives what placeholders stand for.
type values interface {
	value(word, argument string) (string, error)
}

// topic fills in a topic. What it fills in may not make it another: wildcards are
// refused, and levels too, but in {device}.
func (t Template) topic(v values) (string, error) {
	var b strings.Builder
	for i := range t.parts {
		p := &t.parts[i]
		if p.word == "" {
			b.WriteString(p.text)
			continue
		}
		s, err := v.value(p.word, p.argument)
		if err != nil {
			return "", err
		}
		if p.word != "device" && (s == "" || strings.ContainsAny(s, "/+#\x00")) {
			return "", Faultf("%q cannot stand in a topic for %s: it must be one level, without / + and #", s, p.text)
		}
		b.WriteString(s)
	}
	return b.String(), CheckTopic(b.String())
}

// fill fills in a payload or a word; as a whole it must be JSON when it begins
// like it.
func (t Template) fill(v values) (string, error) {
	structured := t.structured()
	var b strings.Builder
	var quoted, escaped bool
	for i := range t.parts {
		p := &t.parts[i]
		if p.word == "" {
			quoted, escaped = inString(p.text, quoted, escaped)
			b.WriteString(p.text)
			continue
		}
		s, err := v.value(p.word, p.argument)
		if err != nil {
			return "", err
		}
		switch {
		case !structured, p.word == "value" && !quoted && json.Valid([]byte(s)):
		default:
			s = inJSON(s, quoted)
		}
		b.WriteString(s)
	}
	if structured && !json.Valid([]byte(b.String())) {
		return "", Faultf("the payload begins like JSON and is none: %s", b.String())
	}
	return b.String(), nil
}

// structured tells whether a template is meant to be JSON.
func (t Template) structured() bool {
	s := strings.TrimLeft(t.text, " \t\r\n")
	if strings.HasPrefix(s, "[") {
		return true
	}
	start, _ := placeholderIn(s)
	return strings.HasPrefix(s, "{") && start != 0
}

// inString tells whether what follows text stands inside a JSON string.
func inString(text string, quoted, escaped bool) (bool, bool) {
	for i := range len(text) {
		switch {
		case escaped:
			escaped = false
		case quoted && text[i] == '\\':
			escaped = true
		case text[i] == '"':
			quoted = !quoted
		}
	}
	return quoted, escaped
}

// inJSON writes a value as its place in JSON demands.
func inJSON(s string, quoted bool) string {
	trimmed := strings.TrimSpace(s)
	if !quoted && trimmed != "" && !strings.ContainsAny(trimmed[:1], `"[{`) && json.Valid([]byte(trimmed)) {
		return trimmed
	}
	out, _ := json.Marshal(s) // a string always marshals
	if quoted {
		return string(out[1 : len(out)-1])
	}
	return string(out)
}
