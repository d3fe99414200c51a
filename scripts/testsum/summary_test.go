package main

import (
	"strings"
	"testing"
)

func TestSummary(t *testing.T) {
	tests := []struct {
		name   string
		events string
		want   string // the last line
		says   []string
		ok     bool
	}{
		{
			name: "passes",
			events: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0.1}
{"Action":"pass","Package":"p","Elapsed":1.25}`,
			want: "1 passed, 0 failed", says: []string{"ok    p  TestA, 1.2 s"}, ok: true,
		},
		{
			name: "subtests count, their parent does not",
			events: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/x/y"}
{"Action":"run","Package":"p","Test":"TestA/z"}
{"Action":"pass","Package":"p","Test":"TestA/x/y"}
{"Action":"pass","Package":"p","Test":"TestA/z"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p"}`,
			want: "2 passed, 0 failed", ok: true,
		},
		{
			name: "a package that comes again, to be fuzzed",
			events: `{"Action":"run","Package":"p","Test":"FuzzA"}
{"Action":"run","Package":"p","Test":"FuzzA/seed#0"}
{"Action":"pass","Package":"p","Test":"FuzzA/seed#0"}
{"Action":"pass","Package":"p","Test":"FuzzA"}
{"Action":"pass","Package":"p"}
{"Action":"run","Package":"p","Test":"FuzzA"}
{"Action":"pass","Package":"p","Test":"FuzzA"}
{"Action":"pass","Package":"p","Elapsed":5}`,
			want: "2 passed, 0 failed", says: []string{"ok    p  FuzzA, 5.0 s"}, ok: true,
		},
		{
			name: "a failing subtest is one failure, with what it said",
			events: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/x"}
{"Action":"output","Package":"p","Test":"TestA/x","Output":"got 1, want 2\n"}
{"Action":"fail","Package":"p","Test":"TestA/x"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}`,
			want: "0 passed, 1 failed", says: []string{"got 1, want 2", "FAIL  p"},
		},
		{
			name: "a package that does not compile",
			events: `{"Action":"build-output","ImportPath":"p [p.test]","Output":"x.go:1: no\n"}
{"Action":"build-fail","ImportPath":"p [p.test]"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}`,
			want: "0 passed, 1 failed", says: []string{"x.go:1: no", "FAIL  p"},
		},
		{
			name: "skips are told with their reason",
			events: `{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestA","Output":"no mosquitto\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p"}`,
			want: "1 passed, 0 failed", says: []string{"no mosquitto", "1 skipped"}, ok: true,
		},
		{name: "nothing ran", events: ``, want: "0 passed, 0 failed"},
		{
			name: "a command that failed before it said anything",
			events: `{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"exit","Package":"go test"}`,
			want: "1 passed, 1 failed", says: []string{"go test: ended with an error"},
		},
		{
			name: "a command that failed because of a counted failure",
			events: `{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"exit","Package":"go test"}`,
			want: "0 passed, 1 failed",
		},
		{
			name:   "a line that is no event is passed on",
			events: "panic: out of everything\n" + `{"Action":"pass","Package":"p","Test":"TestA"}`,
			want:   "1 passed, 0 failed", says: []string{"panic: out of everything"}, ok: true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			s := newSummary(&out)
			if err := s.read(strings.NewReader(test.events)); err != nil {
				t.Fatal(err)
			}
			if ok := s.finish(); ok != test.ok {
				t.Errorf("finish() = %v, want %v", ok, test.ok)
			}
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			if last := lines[len(lines)-1]; last != test.want {
				t.Errorf("the last line is %q, want %q", last, test.want)
			}
			for _, part := range test.says {
				if !strings.Contains(out.String(), part) {
					t.Errorf("the output lacks %q:\n%s", part, out.String())
				}
			}
		})
	}
}

func TestSummaryKeepsTheEndOfALongOutput(t *testing.T) {
	s := newSummary(&strings.Builder{})
	k := key{"p", "TestA"}
	s.keep(k, strings.Repeat("x", keptOutput))
	s.keep(k, "the end")
	if got := s.output[k]; len(got) != keptOutput || !strings.HasSuffix(got, "the end") {
		t.Errorf("kept %d bytes that end in %q", len(got), got[len(got)-7:])
	}
}
