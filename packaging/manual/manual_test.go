package manual

import (
	"slices"
	"testing"
)

const help = `Usage: pilothouse [options]

Options:
  -connect URL
    	watch the broker at URL,
    	such as mqtt://host
  -v	say more
  -version
    	print the version and end

Commands:
  pilothouse hub        run without a window
`

func TestParse(t *testing.T) {
	options, commands, err := Parse(help)
	if err != nil {
		t.Fatal(err)
	}
	wantOptions := []Entry{
		{"--connect", "URL", "watch the broker at URL, such as mqtt://host"},
		{"--v", "", "say more"},
		{"--version", "", "print the version and end"},
	}
	if !slices.Equal(options, wantOptions) {
		t.Errorf("options %q, want %q", options, wantOptions)
	}
	if want := []Entry{{"hub", "", "run without a window"}}; !slices.Equal(commands, want) {
		t.Errorf("commands %q, want %q", commands, want)
	}
	if _, _, err := Parse("Usage: pilothouse\n"); err == nil {
		t.Error("a help without options is taken")
	}
}

func TestRoff(t *testing.T) {
	got := Roff([]Entry{{"--data-dir", "DIR", `keep it in C:\x`}, {"hub", "", ".hidden"}})
	want := ".TP\n\\fB\\-\\-data\\-dir\\fR \\fIDIR\\fR\nkeep it in C:\\ex\n.TP\n\\fBhub\\fR\n\\&.hidden"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
