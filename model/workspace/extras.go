package workspace

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// extras are the members of a JSON object that this version does not know, by
// name. They are never changed once read, so copies may share them.
type extras map[string]json.RawMessage

// decode reads an object into a pointer to a struct, and keeps the members that
// the struct has no field for.
func (e *extras) decode(raw []byte, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return err
	}
	*e = nil
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return err
	}
	known := members(reflect.TypeOf(into).Elem())
	for name, value := range all {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) }) {
			if *e == nil {
				*e = extras{}
			}
			(*e)[name] = value
		}
	}
	return nil
}

// encode writes a struct with what was kept, in order of name, after its own
// members.
func (e extras) encode(v any) ([]byte, error) {
	out, err := json.Marshal(v)
	if err != nil || len(e) == 0 {
		return out, err
	}
	more, err := json.Marshal(map[string]json.RawMessage(e))
	if err != nil {
		return nil, err
	}
	out = out[:len(out)-1]
	if !bytes.Equal(out, []byte("{")) {
		out = append(out, ',')
	}
	return append(out, more[1:]...), nil
}

// members are the names that encoding/json knows of a struct.
func members(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			out = append(out, members(f.Type)...)
		case name != "":
			out = append(out, name)
		}
	}
	return out
}
