package sqlite_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// TestShell reads every view with the stock shell.
func TestShell(t *testing.T) {
	shell, err := exec.LookPath("sqlite3")
	if err != nil {
		historytest.Missing(t, "the sqlite3 shell is not installed here (apt-get install sqlite3): the views are not tried in it")
	}
	path := recorded(t, 3)
	s := open(t, path, sqlite.Options{})
	var b history.Batch
	for k := model.EventLiveness; k <= model.EventSecondWriter; k++ {
		b.Events = append(b.Events, model.Event{At: historytest.Start().Add(time.Duration(k)), Kind: k, Text: k.String()})
	}
	if err := s.Write(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	again := strings.Repeat("said again ", 10)
	for i := range 3 { // the third time a row points to it
		m := historytest.Message("t/again", again, historytest.Start().Add(time.Hour+time.Duration(i)*time.Second), &model.Publisher{ClientID: "c", Identity: "ferry"})
		m.QoS, m.Retained, m.DeviceAt = 1, true, historytest.Start()
		m.Properties = &model.Properties{ContentType: "text/plain"}
		if err := s.Write(context.Background(), &history.Batch{Messages: []history.Message{m, m}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	ask := func(query string) string {
		out, err := exec.Command(shell, "-readonly", path, query).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", query, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	for query, want := range map[string]string{
		"SELECT time, topic, payload, qos FROM messages LIMIT 1":     "2026-03-01T12:00:00.400Z|t/0|400|0",
		"SELECT time, topic, pointer, value FROM samples LIMIT 1":    "2026-03-01T12:00:00.400Z|t/0||400.0",
		"SELECT count(*), count(DISTINCT id), max(id) FROM messages": "206|206|606",
		"SELECT count(*), sum(value) FROM samples":                   "200|99900.0",
		"SELECT time, qos, retained, replayed, device_time, identity, client, payload, json_extract(properties, '$.ContentType') FROM messages ORDER BY id DESC LIMIT 1": "2026-03-01T13:00:02.000Z|1|1|0|2026-03-01T12:00:00.000Z|ferry|c|" + again + "|text/plain",
		"SELECT count(*) FROM messages WHERE payload LIKE 'said again%'":                                                                                                 "6",
		"SELECT sum(count) FROM sealed_messages":                                       "400",
		"SELECT topic, count, min, max, mean FROM sealed_samples LIMIT 1":              "t/0|20|0.0|380.0|190.0",
		"SELECT title FROM bookmarks":                                                  "kept",
		"SELECT count(*) FROM events WHERE kind = text":                                "10",
		"SELECT count(*) FROM sessions":                                                "0",
		"SELECT count(*) FROM commands":                                                "0",
		"SELECT count(*) FROM alarms":                                                  "0",
		"SELECT count(*) FROM gaps":                                                    "0",
		"SELECT count(*) FROM hourly":                                                  "0",
		"PRAGMA integrity_check":                                                       "ok",
		"SELECT count(*) FROM sealed_messages WHERE bytes > 0 AND first_time > '2026'": "20",
	} {
		if got := ask(query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	documented(t, ask)
}

// documented looks for each view, with its columns, in the page about the file.
func documented(t *testing.T, ask func(string) string) {
	t.Helper()
	page, err := os.ReadFile("../../../docs/history.md")
	if err != nil {
		t.Fatal(err)
	}
	views := strings.Fields(ask("SELECT name FROM sqlite_schema WHERE type = 'view'"))
	for _, view := range views {
		line := "| `" + view + "` | " + ask("SELECT group_concat(name, ', ') FROM pragma_table_info('"+view+"')") + " | "
		if !strings.Contains(string(page), line) {
			t.Errorf("docs/history.md lacks the line %s", line)
		}
	}
	if n := strings.Count(string(page), "\n| `"); n != len(views) {
		t.Errorf("docs/history.md has %d views, the file %d", n, len(views))
	}
}
