package payload

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

type found struct {
	Pointer string
	Value   float64
}

func scanAll(s *Scanner, payload []byte) ([]found, error) {
	var all []found
	err := s.Scan(payload, func(pointer []byte, value float64) {
		all = append(all, found{string(pointer), value})
	})
	return all, err
}

func TestScan(t *testing.T) {
	for _, c := range []struct {
		name, payload string
		want          []found
		err           error
	}{
		{"empty", "", nil, nil},
		{"white space", " \r\n\t", nil, nil},
		{"number", "21.5", []found{{"", 21.5}}, nil},
		{"number in white space", "\t-3e2\r\n", []found{{"", -300}}, nil},
		{"plus, leading zeros, bare points", "+007.50", []found{{"", 7.5}}, nil},
		{"no digit before the point", ".5", []found{{"", .5}}, nil},
		{"no digit after the point", "5.", []found{{"", 5}}, nil},
		{"point alone", ".", nil, nil},
		{"sign alone", "-", nil, nil},
		{"exponent alone", "1e", nil, nil},
		{"unit", "21.5 °C", nil, nil},
		{"hexadecimal", "0x10", nil, nil},
		{"underscore", "1_000", nil, nil},
		{"not a number", "NaN", nil, nil},
		{"infinity", "-Inf", nil, nil},
		{"out of range", "1e999", nil, ErrRange},
		{"true", "true", []found{{"", 1}}, nil},
		{"false", " false\n", []found{{"", 0}}, nil},
		{"null", "null", nil, nil},
		{"text", "ON", nil, nil},
		{"JSON string", `"21.5"`, nil, nil},
		{"log line", "[INFO] started 5", nil, nil},
		{"object", `{"lat":50.7,"on":true,"off":false,"name":"Red","none":null}`,
			[]found{{"/lat", 50.7}, {"/on", 1}, {"/off", 0}}, nil},
		{"white space everywhere", " { \"a\" : [ 1 , 2 ] } ", []found{{"/a/0", 1}, {"/a/1", 2}}, nil},
		{"nested", `{"a":{"b":[{"c":1}]},"d":-0.0}`, []found{{"/a/b/0/c", 1}, {"/d", 0}}, nil},
		{"array", `[1,[],{},[2]]`, []found{{"/0", 1}, {"/3/0", 2}}, nil},
		{"pointer escapes", `{"a/b":1,"m~n":2,"":3,"c%d":4," ":5}`,
			[]found{{"/a~1b", 1}, {"/m~0n", 2}, {"/", 3}, {"/c%d", 4}, {"/ ", 5}}, nil},
		{"JSON escapes", `{"\u0041\n\"\\\/\u007e":1,"\ud83d\ude00":2,"\ud83dx":3}`,
			[]found{{"/A\n\"\\~1~0", 1}, {"/😀", 2}, {"/\ufffdx", 3}}, nil},
		{"invalid UTF-8 in a key", "{\"a\xff\":1}", []found{{"/a\ufffd", 1}}, nil},
		{"keys repeat", `{"a":1,"a":2}`, []found{{"/a", 1}, {"/a", 2}}, nil},
		{"number out of range among others", `{"a":1,"b":1e400,"c":2}`, []found{{"/a", 1}, {"/c", 2}}, ErrRange},
		{"unclosed", `{"a":1`, nil, ErrSyntax},
		{"trailing comma", `{"a":1,}`, nil, ErrSyntax},
		{"trailing comma in array", `[1,]`, nil, ErrSyntax},
		{"trailing text", `{"a":1} x`, nil, ErrSyntax},
		{"no colon", `{"a" 1}`, nil, ErrSyntax},
		{"single quotes", `{'a':1}`, nil, ErrSyntax},
		{"NaN in JSON", `{"a":NaN}`, nil, ErrSyntax},
		{"leading zero in JSON", `{"a":01}`, nil, ErrSyntax},
		{"plus in JSON", `{"a":+1}`, nil, ErrSyntax},
		{"bad escape", `{"\x":1}`, nil, ErrSyntax},
		{"control character", "{\"a\n\":1}", nil, ErrSyntax},
		{"truncated word", `[tru`, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s Scanner
			got, err := scanAll(&s, []byte(c.payload))
			if !errors.Is(err, c.err) || !reflect.DeepEqual(got, c.want) {
				t.Errorf("Scan(%q) = %v, %v; want %v, %v", c.payload, got, err, c.want, c.err)
			}
		})
	}
}

func TestScanBounds(t *testing.T) {
	nest := func(n int) string { return strings.Repeat("[", n) + "1" + strings.Repeat("]", n) }
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"k%d":%d`, i, i)
		}
		return "{" + b.String()[1:] + "}"
	}
	long := func(n int) string { return `{"` + strings.Repeat("k", n) + `":{"x":1,"y":2},"z":3}` }
	for _, c := range []struct {
		name, payload string
		fields        int
		err           error
		skipped       Skipped
	}{
		{"depth at the bound", nest(MaxDepth), 1, nil, Skipped{}},
		{"depth beyond", nest(MaxDepth + 1), 0, ErrTooDeep, Skipped{}},
		{"a million opening brackets", strings.Repeat("[", 1e6), 0, ErrTooDeep, Skipped{}},
		{"fields at the bound", many(MaxFields), MaxFields, nil, Skipped{}},
		{"fields beyond", many(MaxFields + 7), MaxFields, ErrFieldLimit, Skipped{Fields: 7}},
		{"elements at the bound", "[" + strings.Repeat("1,", MaxElements-1) + "1]", MaxElements, nil, Skipped{}},
		{"elements beyond", "[" + strings.Repeat("1,", MaxElements+2) + "1]", MaxElements, ErrFieldLimit, Skipped{Elements: 3}},
		{"key at the bound", long(MaxKeyBytes), 3, nil, Skipped{}},
		{"key beyond", long(MaxKeyBytes + 1), 1, ErrFieldLimit, Skipped{Names: 1}},
		{"key far beyond", long(100000), 1, ErrFieldLimit, Skipped{Names: 1}},
		{"pointer beyond", strings.Repeat(`{"`+strings.Repeat("k", 250)+`":`, 5) + `{"a":1,"b":2}` + strings.Repeat("}", 5),
			0, ErrFieldLimit, Skipped{Names: 2}},
		{"size at the bound", strings.Repeat(" ", DefaultMaxBytes-1) + "1", 1, nil, Skipped{}},
		{"size beyond", strings.Repeat(" ", DefaultMaxBytes) + "1", 0, ErrTooLarge, Skipped{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s Scanner
			got, err := scanAll(&s, []byte(c.payload))
			if len(got) != c.fields || !errors.Is(err, c.err) || s.Skipped() != c.skipped {
				t.Errorf("got %d fields, error %v, skipped %+v; want %d, %v, %+v",
					len(got), err, s.Skipped(), c.fields, c.err, c.skipped)
			}
		})
	}
}

func TestScanPartial(t *testing.T) {
	for err, partial := range map[ScanError]bool{
		ErrTooLarge: false, ErrTooDeep: false, ErrSyntax: false, ErrFieldLimit: true, ErrRange: true,
	} {
		if err.Partial() != partial || err.Error() == ScanError(0).Error() {
			t.Errorf("%d: Partial() = %v, Error() = %q", err, err.Partial(), err)
		}
	}
}

func TestScanAllocatesNothing(t *testing.T) {
	var s Scanner
	emit := func([]byte, float64) {}
	for _, p := range []string{sixFields, "21.5", "text", `{"a":`, "1234567890.12345678901234"} {
		payload := []byte(p)
		if n := testing.AllocsPerRun(100, func() { _ = s.Scan(payload, emit) }); n != 0 {
			t.Errorf("Scan(%q) allocates %v times", p, n)
		}
	}
}
