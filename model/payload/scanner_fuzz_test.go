package payload

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// FuzzScan holds the scanner against encoding/json: the same documents are
// valid, and the same fields have the same values.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		sixFields, `[1,[2,{"a":-0.5e-3}],true]`, `{"a/~":1,"\u00e9":2,"a/~":3}`, "21.5", "{", "[tru", `{"a":1e999}`,
		"{\"\xff\":1}", `{"\ud800":1}`, strings.Repeat("[", 40), "[" + strings.Repeat("0,", 70) + "0]", `"x"`, " \n",
	} {
		f.Add([]byte(seed))
	}
	var s Scanner
	f.Fuzz(func(t *testing.T, payload []byte) {
		got := map[string]float64{}
		err := s.Scan(payload, func(p []byte, v float64) { got[string(p)] = v })
		trimmed := trimSpace(payload)
		structured := len(trimmed) > 0 && looksStructured(trimmed)
		var scanErr ScanError
		if err != nil && !errors.As(err, &scanErr) {
			t.Fatalf("error %v is no ScanError", err)
		}
		if errors.Is(err, ErrTooDeep) || errors.Is(err, ErrTooLarge) || !structured {
			return
		}
		if valid := json.Valid(payload); valid == errors.Is(err, ErrSyntax) {
			t.Fatalf("json.Valid(%q) = %v, Scan says %v", payload, valid, err)
		}
		if err != nil {
			return
		}
		want := map[string]float64{}
		reference(t, payload, want)
		for p, v := range want {
			if w, ok := got[p]; !ok || math.Float64bits(w) != math.Float64bits(v) {
				t.Fatalf("%q at %q: %v, want %v", payload, p, w, v)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%q: %v, want %v", payload, got, want)
		}
	})
}

// reference finds the numeric fields of a valid document, token by token so
// that repeated keys are seen as the scanner sees them.
func reference(t *testing.T, payload []byte, out map[string]float64) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	var walk func(path string)
	walk = func(path string) {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch v := token.(type) {
		case json.Number:
			x, err := strconv.ParseFloat(string(v), 64)
			if err != nil {
				t.Fatal(err)
			}
			out[path] = x
		case bool:
			out[path] = map[bool]float64{true: 1}[v]
		case json.Delim:
			for n := 0; d.More(); n++ {
				name := strconv.Itoa(n)
				if v == '{' {
					key, _ := d.Token()
					name = strings.NewReplacer("~", "~0", "/", "~1").Replace(key.(string))
				}
				walk(path + "/" + name)
			}
			if _, err := d.Token(); err != nil {
				t.Fatal(err)
			}
		}
	}
	walk("")
}

func TestNumbersAreParsedExactly(t *testing.T) {
	literal := rapid.OneOf(
		rapid.StringMatching(`-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,4})?`),
		rapid.Map(rapid.Float64(), func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }),
		rapid.Map(rapid.Float64(), func(v float64) string { return strconv.FormatFloat(v, 'f', 6, 64) }),
		rapid.Map(rapid.Uint64(), func(v uint64) string { return strconv.FormatUint(v, 10) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := literal.Draw(t, "literal")
		want, err := strconv.ParseFloat(text, 64)
		if !json.Valid([]byte(text)) { // "+Inf" and the like
			return
		}
		got, end, ok := jsonNumber([]byte(text), 0)
		if end != len(text) || ok != (err == nil) {
			t.Fatalf("%q: end %d, ok %v, want error %v", text, end, ok, err)
		}
		if ok && math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%q = %v, want %v", text, got, want)
		}
		plain, isNumber, inRange := plainNumber([]byte(text))
		if !isNumber || inRange != ok || ok && math.Float64bits(plain) != math.Float64bits(want) {
			t.Fatalf("plain %q = %v, %v, %v; want %v", text, plain, isNumber, inRange, want)
		}
	})
}
