package workspace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func num(v float64) *float64 { return &v }

func sample() Workspace {
	two := 2
	return Workspace{Boards: []Board{
		{Name: "Fleet", Tiles: []Tile{
			{ID: "a", Kind: Gauge, Place: Place{0, 0, 6, 4}, Title: "Speed", Topic: "{device}/position", Field: "/sog", Each: "ferry",
				Decimals: &two, Min: num(0), Max: num(25), Thresholds: Thresholds{HighAlarm: num(22)}},
			{ID: "b", Kind: Switch, Place: Place{6, 0, 4, 3}, Send: &Send{Topic: "x/set", On: "on", Off: "off", Hold: true, TimeoutMS: 1500}},
		}},
		{Name: "One ferry", Each: "ferry", Tiles: []Tile{}},
	}}
}

func content(version int, inner string) []byte {
	return fmt.Appendf(nil, `{"version": %d, "workspace": %s}`, version, inner)
}

func TestRoundTrip(t *testing.T) {
	raw, err := Encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	w, err := Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Encode(w)
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("a second trip changed it (%v):\n%s\n%s", err, raw, again)
	}
	if got := w.Boards[0].Tiles[0]; *got.Decimals != 2 || *got.Thresholds.HighAlarm != 22 || got.W != 6 || got.Each != "ferry" {
		t.Errorf("read %+v", got)
	}
}

// TestUnknownFieldsAreKept has a later version's additions survive a change here,
// at every level.
func TestUnknownFieldsAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.pilothouse")
	in := `{"version": 1, "made_by": "v9", "workspace": {"rules": [1, 2], "boards": [{"name": "A", "colour": "blue", "tiles": [
		{"id": "t", "kind": "hologram", "x": 0, "y": 0, "w": 2, "h": 2, "depth": 3, "send": {"topic": "a", "qos": 2}}]}]}}`
	if err := os.WriteFile(path, []byte(in), 0o600); err != nil {
		t.Fatal(err)
	}
	f, w, exists, err := Open(path)
	if err != nil || !exists {
		t.Fatal(exists, err)
	}
	w = w.Clone()
	w.Boards[0].Tiles[0].X = 4
	if err := f.Save(w); err != nil {
		t.Fatal(err)
	}
	out, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"made_by":"v9"`, `"rules":[1,2]`, `"colour":"blue"`, `"depth":3`, `"qos":2`, `"kind":"hologram"`, `"x":4`} {
		if !strings.Contains(compact.String(), want) {
			t.Errorf("lost %s in %s", want, compact.String())
		}
	}
}

func TestRefusals(t *testing.T) {
	tile := func(members string) string {
		return `{"boards": [{"name": "A", "tiles": [{"id": "t", "kind": "value", "x": 0, "y": 0, "w": 1, "h": 1` + members + `}]}]}`
	}
	for name, c := range map[string]struct {
		content []byte
		want    error
	}{
		"nothing":          {nil, ErrBroken},
		"no JSON":          {[]byte("PK\x03\x04"), ErrBroken},
		"cut":              {[]byte(`{"version": 1, "workspace": {"boards": [`), ErrBroken},
		"an array":         {[]byte(`[]`), ErrBroken},
		"no version":       {[]byte(`{"workspace": {"boards": []}}`), ErrBroken},
		"no workspace":     {[]byte(`{"version": 1}`), ErrBroken},
		"newer":            {content(Version+1, `{"boards": "in another shape"}`), ErrNewer},
		"no name":          {content(1, `{"boards": [{"tiles": []}]}`), ErrBroken},
		"two of a name":    {content(1, `{"boards": [{"name": "A"}, {"name": "A"}]}`), ErrBroken},
		"no size":          {content(1, tile(`, "w": 0`)), ErrBroken},
		"beside the board": {content(1, tile(`, "x": 24`)), ErrBroken},
		"huge place":       {content(1, tile(`, "x": 9223372036854775807`)), ErrBroken},
		"far below":        {content(1, tile(`, "y": 1000`)), ErrBroken},
		"long title":       {content(1, tile(`, "title": "`+strings.Repeat("a", MaxName+1)+`"`)), ErrBroken},
		"decimals":         {content(1, tile(`, "decimals": -1`)), ErrBroken},
		"timeout":          {content(1, tile(`, "send": {"topic": "a", "timeout_ms": -1}`)), ErrBroken},
		"too large":        {append(content(1, `{"boards": []}`), bytes.Repeat([]byte(" "), MaxBytes)...), ErrBroken},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Decode(c.content); !errors.Is(err, c.want) {
				t.Errorf("said %v, want %v", err, c.want)
			}
			path := filepath.Join(t.TempDir(), "w.pilothouse")
			if err := os.WriteFile(path, c.content, 0o600); err != nil {
				t.Fatal(err)
			}
			f, _, _, err := Open(path)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("opening said %v", err)
			}
			if err := f.Save(sample()); !errors.Is(err, c.want) {
				t.Errorf("saving said %v", err)
			}
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, c.content) {
				t.Error("the file was overwritten")
			}
		})
	}
}

func TestSaveDoesNotOverwriteAnothersWork(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.pilothouse")
	open := func() (*File, Workspace) {
		f, w, _, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		return f, w
	}
	mine, w := open()
	if err := mine.Save(sample()); err != nil {
		t.Fatal(err)
	}
	theirs, w2 := open()
	w2.Boards[0].Name = "Theirs"
	if err := theirs.Save(w2); err != nil {
		t.Fatal(err)
	}
	if err := mine.Save(w); !errors.Is(err, ErrChanged) {
		t.Errorf("said %v", err)
	}
	if _, now := open(); now.Boards[0].Name != "Theirs" {
		t.Error("their work is gone")
	}
	if files, _ := filepath.Glob(path + "*"); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
}

func TestSaveWhereNothingCanBeWritten(t *testing.T) {
	f, _, exists, err := Open(filepath.Join(t.TempDir(), "missing", "w.pilothouse"))
	if err != nil || exists {
		t.Fatal(exists, err)
	}
	if err := f.Save(sample()); err == nil || !strings.Contains(err.Error(), "save the workspace") {
		t.Errorf("said %v", err)
	}
	bad := sample()
	bad.Boards[0].Name = ""
	if err := f.Save(bad); err == nil {
		t.Error("saved what could not be read again")
	}
}

// TestCloneSharesNothingThatChanges edits clones and looks at the original.
func TestCloneSharesNothingThatChanges(t *testing.T) {
	w := sample()
	before, err := Encode(w)
	if err != nil {
		t.Fatal(err)
	}
	c := w.Clone()
	c.Boards[0].Name, c.Boards[0].Tiles[0].X, c.Boards[0].Tiles[1].Send.Topic = "x", 9, "y"
	c.Boards[1] = Board{Name: "z"}
	if after, err := Encode(w); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the original changed (%v)", err)
	}
}

// TestAnyWorkspaceSurvives draws workspaces within bounds.
func TestAnyWorkspaceSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w Workspace
		for i := range rapid.IntRange(0, 4).Draw(t, "boards") {
			b := Board{Name: fmt.Sprint("board ", i), Each: rapid.StringN(0, 10, 50).Draw(t, "each"), Tiles: []Tile{}}
			for k := range rapid.IntRange(0, 6).Draw(t, "tiles") {
				x, y := rapid.IntRange(0, Columns-1).Draw(t, "x"), rapid.IntRange(0, MaxRows-1).Draw(t, "y")
				b.Tiles = append(b.Tiles, Tile{
					ID: fmt.Sprint(k), Kind: rapid.SampledFrom(Kinds()).Draw(t, "kind"), Topic: rapid.StringN(0, 20, 100).Draw(t, "topic"),
					Place: Place{X: x, Y: y, W: rapid.IntRange(1, Columns-x).Draw(t, "w"), H: rapid.IntRange(1, MaxRows-y).Draw(t, "h")},
					Max:   num(rapid.Float64Range(-1e9, 1e9).Draw(t, "max")), Text: rapid.StringN(0, 40, 200).Draw(t, "text"),
				})
			}
			w.Boards = append(w.Boards, b)
		}
		raw, err := Encode(w)
		if err != nil {
			t.Skip(err) // a string that is not UTF-8
		}
		back, err := Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Encode(back)
		if err != nil || !bytes.Equal(raw, again) {
			t.Fatalf("changed on the way (%v)", err)
		}
	})
}

// FuzzDecode holds that what is accepted can be written and read again, the same.
func FuzzDecode(f *testing.F) {
	good, err := Encode(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(content(1, `{"boards": [{"name": "A", "Name": "B", "more": {}, "tiles": [{"id": "t", "w": 1, "h": 1, "send": null}]}]}`))
	f.Add(content(2, `{}`))
	f.Add([]byte(`{"version": 1e0, "workspace": {"boards": null}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		w, err := Decode(raw)
		if err != nil {
			if !errors.Is(err, ErrBroken) && !errors.Is(err, ErrNewer) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		out, err := Encode(w)
		if err != nil {
			t.Fatalf("accepted, but cannot be written: %v", err)
		}
		back, err := Decode(out)
		if err != nil {
			t.Fatalf("written, but cannot be read: %v\n%s", err, out)
		}
		again, err := Encode(back)
		if err != nil || !bytes.Equal(out, again) {
			t.Fatalf("changed on the way (%v):\n%s\n%s", err, out, again)
		}
	})
}
