package ui

import (
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/payload"
	"github.com/pilothouse/pilothouse/ui/board"
)

// logLine is one message in a log.
type logLine struct {
	at    time.Time
	topic string
	index int // among the messages of its topic
	text  string
}

// logOf gathers the latest messages of topics, the newest first. With a field
// only what it says is listed.
func logOf(store *model.Store, topics []string, field string) []logLine {
	var out []logLine
	for _, path := range topics {
		records, _ := store.History(path, logEach)
		for i := range records {
			out = append(out, logLine{at: records[i].At, topic: path, index: i, text: logText(&records[i], field)})
		}
	}
	slices.SortStableFunc(out, func(a, b logLine) int { return b.at.Compare(a.at) })
	return out[:min(len(out), logLines)]
}

// logText is what a message says on one line.
func logText(r *model.Record, field string) string {
	if field != "" {
		if text, ok := board.Lookup(r.Payload, field); ok {
			return payload.Summary([]byte(text), logChars)
		}
		return "–"
	}
	return payload.Summary(r.Payload, logChars)
}
