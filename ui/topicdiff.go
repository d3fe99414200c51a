package ui

import (
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/payload"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// maxDiff is how much of each of two payloads is compared, in bytes.
const maxDiff = 4 << 20

// topicDiff compares the latest message of a topic with another one, and keeps the
// comparison until either changes. It belongs to the presenter's goroutine.
type topicDiff struct {
	topic, against string
	at             time.Time
	mode           string
	lines          []widgets.DiffLine
	note           string
	serial         int // grows with each comparison
}

// recordKey names a message of a history.
func recordKey(r *model.Record) string { return strconv.FormatInt(r.At.UnixNano(), 36) }

// view compares the latest message with the one that against names, else with the
// one before it.
func (d *topicDiff) view(store *model.Store, info *model.TopicInfo, mode, against string) {
	if d.topic == info.Path && d.against == against && d.at.Equal(info.At) && d.mode == mode {
		return
	}
	d.topic, d.against, d.at, d.mode = info.Path, against, info.At, mode
	d.serial++
	limit := 2
	if against != "" {
		limit = int(info.Messages)
	}
	records, _ := store.History(info.Path, limit)
	other := otherRecord(records, against)
	if other == nil {
		d.lines, d.note = nil, i18n.T("There is no other message to compare with yet.")
		return
	}
	d.note = i18n.Tf("Compared with the message of %s.", other.At.Local().Format("15:04:05.000"))
	if against == "" {
		d.note += " " + i18n.T("Choose one under Messages to compare with that.")
	}
	d.compare(other.Payload, info.Payload)
}

// otherRecord is the message called against, else the second newest.
func otherRecord(records []model.Record, against string) *model.Record {
	for i := range records {
		if against != "" && recordKey(&records[i]) == against {
			return &records[i]
		}
	}
	if len(records) > 1 {
		return &records[1]
	}
	return nil
}

func (d *topicDiff) compare(before, after []byte) {
	if over := max(len(before), len(after)) - maxDiff; over > 0 {
		d.note += " " + i18n.Tf("%s beyond the first %s are not compared.", formatBytes(over), formatBytes(maxDiff))
		before, after = before[:min(len(before), maxDiff)], after[:min(len(after), maxDiff)]
	}
	var found []payload.DiffLine
	if d.mode == asHexDiff {
		found = payload.HexDiff(before, after)
	} else {
		limits := payload.Limits{MaxBytes: maxShownText}
		a, _, _ := payload.Pretty(before, limits)
		b, _, _ := payload.Pretty(after, limits)
		found = payload.Diff(a, b)
	}
	d.lines = make([]widgets.DiffLine, len(found))
	changed := 0
	for i, l := range found {
		d.lines[i] = widgets.DiffLine{Mark: widgets.DiffMark(l.Kind), Old: l.Old, New: l.New, Text: l.Text}
		if l.Kind != payload.DiffSame {
			changed++
		}
	}
	if changed == 0 {
		d.note += " " + i18n.T("They are the same.")
	}
}
