package command_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/command"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/replay"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
	"github.com/pilothouse/pilothouse/model/payload"
)

// record makes a file with some messages and samples in it.
func record(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.db")
	s, err := sqlite.Open(context.Background(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := &history.Batch{}
	for i := range 10 {
		b.Messages = append(b.Messages, historytest.Message("a/b", fmt.Sprintf(`{"n":%d}`, i), historytest.Start().Add(time.Duration(i)*time.Second), nil))
	}
	b.Messages = append(b.Messages, historytest.Message("a/cmd", "go", historytest.Start(), &model.Publisher{Addr: model.InProcess}))
	history.NewMeter(&payload.Scanner{}).Measure(b)
	if err := errors.Join(s.Write(context.Background(), b), s.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// sink is a broker that takes everything.
type sink struct{ got []string }

func (s *sink) Publish(_ context.Context, topic string, payload []byte, _ byte, _ bool) error {
	s.got = append(s.got, topic+" "+string(payload))
	return nil
}

func commands(path string, s *sink) command.Commands {
	return command.Commands{
		History:    path,
		NewScanner: func() model.Scanner { return &payload.Scanner{} },
		Now:        func() time.Time { return historytest.Start().Add(time.Minute) },
		Dial: func(_ context.Context, url string) (replay.Publisher, func() error, error) {
			if url != "mqtt://here" {
				return nil, nil, errors.New("nobody answers")
			}
			return s, func() error { return nil }, nil
		},
	}
}

func TestExportAndImport(t *testing.T) {
	ctx, path := context.Background(), record(t)
	c := commands(path, nil)
	for _, format := range []string{"csv", "jsonl"} {
		var out, stderr bytes.Buffer
		if code := c.Export(ctx, []string{"--topic", "a/b", "--from", "-90m", "--format", format}, &out, &stderr); code != 0 {
			t.Fatalf("export: %d, %s", code, &stderr)
		}
		into := filepath.Join(t.TempDir(), "other.db")
		in := commands(into, nil)
		stderr.Reset()
		if code := in.Import(ctx, []string{"--format", format, "--prefix", "old/"}, &out, &stderr); code != 0 || stderr.String() != "10 messages\n" {
			t.Fatalf("import: %d, %s", code, &stderr)
		}
		var samples bytes.Buffer
		if code := in.Export(ctx, []string{"--what", "samples", "--from", "2026-03-01T12:00:00Z"}, &samples, &stderr); code != 0 {
			t.Fatal(stderr.String())
		}
		if got := samples.String(); strings.Count(got, "\n") != 11 || !strings.Contains(got, "2026-03-01T12:00:09.000000Z,old/a/b,/n,9\n") {
			t.Errorf("samples after an import of %s:\n%s", format, got)
		}
	}
}

func TestExportFile(t *testing.T) {
	c := commands(record(t), nil)
	dir := t.TempDir()
	out := filepath.Join(dir, "out.parquet")
	var stderr bytes.Buffer
	if code := c.Export(context.Background(), []string{"--format", "parquet", "--out", out}, nil, &stderr); code != 0 {
		t.Fatal(stderr.String())
	}
	data, err := os.ReadFile(out)
	if err != nil || !bytes.HasPrefix(data, []byte("PAR1")) || !bytes.HasSuffix(data, []byte("PAR1")) {
		t.Errorf("%d bytes that are no Parquet file, %v", len(data), err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if code := c.Export(ctx, []string{"--out", filepath.Join(dir, "none.csv")}, nil, &stderr); code != 1 {
		t.Errorf("cancelled: %d", code)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("a cancelled export left something behind: %v, %v", entries, err)
	}
}

// TestExportOfRecords exports each kind of record, and says when the record is not
// whole.
func TestExportOfRecords(t *testing.T) {
	path := record(t)
	s, err := sqlite.Open(context.Background(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := historytest.Start().Add(2 * time.Second)
	b := &history.Batch{
		Events:   []model.Event{{At: at, Kind: model.EventDelay, Device: "a"}},
		Alarms:   []history.Alarm{{At: at, ID: "delay a", Source: "a", State: history.AlarmActive}, {At: at, ID: "delay b", Source: "b", State: history.AlarmActive}},
		Commands: []model.Command{{ID: "c", Device: "a", Topic: "a/cmd", Sent: at}},
		Gaps:     []history.Gap{{From: at, To: at.Add(time.Second), Kind: history.GapLost, Lost: 42}},
	}
	if err := errors.Join(s.Write(context.Background(), b), s.Close()); err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]int{"messages": 11, "samples": 10, "events": 1, "alarms": 1, "commands": 1, "gaps": 1} {
		var out, stderr bytes.Buffer
		if code := commands(path, nil).Export(context.Background(), []string{"--what", what, "--topic", "a/#", "--format", "jsonl"}, &out, &stderr); code != 0 {
			t.Fatalf("%s: %d, %s", what, code, &stderr)
		}
		if n := strings.Count(out.String(), "\n"); n != want || !strings.Contains(stderr.String(), "not whole: gaps 1, messages lost 42") || !strings.Contains(stderr.String(), "messages lost\n") {
			t.Errorf("%s: %d rows, want %d\n%s", what, n, want, &stderr)
		}
	}
}

func TestReplay(t *testing.T) {
	path := record(t)
	for _, c := range []struct {
		args []string
		want int
		code int
	}{
		{[]string{"--to-broker", "mqtt://here", "--speed", "0", "--prefix", "again/"}, 10, 0},
		{[]string{"--to-broker", "mqtt://here", "--speed", "100", "--commands", "--prefix", "again/"}, 11, 0},
		{[]string{"--to-broker", "mqtt://nowhere"}, 0, 1},
		{[]string{}, 0, 2},
	} {
		s := &sink{}
		var stderr bytes.Buffer
		if code := commands(path, s).Replay(context.Background(), c.args, &stderr); code != c.code || len(s.got) != c.want {
			t.Errorf("replay %v: %d, %d messages\n%s", c.args, code, len(s.got), &stderr)
		}
		for _, got := range s.got {
			if !strings.HasPrefix(got, "again/a/") {
				t.Errorf("sent %s", got)
			}
		}
	}
}

func TestCalledWrongly(t *testing.T) {
	c := commands(filepath.Join(t.TempDir(), "none.db"), nil)
	for want, args := range map[string][]string{
		"no time":              {"--from", "yesterday"},
		"is not known":         {"--format", "xls"},
		"use messages, sample": {"--what", "tweets"},
		"unexpected argument":  {"more"},
		"no such file":         {"--from", "-1h"},
		"flag provided but no": {"--colour"},
		"Writes what was reco": {"--help"},
	} {
		var stderr bytes.Buffer
		code := c.Export(context.Background(), args, &stderr, &stderr)
		if !strings.Contains(stderr.String(), want) || (code == 0) != (args[0] == "--help") {
			t.Errorf("export %v: %d, %s, want %q", args, code, &stderr, want)
		}
	}
}
