package board

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/workspace"
)

// Topics is where a binding looks: a model.Store.
type Topics interface {
	Match(filter string, limit int) (topics []string, more bool)
	Structure() uint64
	Topic(path string) (model.TopicInfo, bool)
}

// Matches remembers which topics a filter matches until a new topic comes.
type Matches struct {
	of        Topics
	filter    string
	limit     int
	structure uint64
	looked    time.Time
	topics    []string
	more      bool
}

// settleTime is how long a list with wildcards stands while new topics keep
// coming: walking the tree for each would cost too much.
const settleTime = time.Second

// Find lists the topics that a filter matches, at most limit, and whether there
// may be more.
func (m *Matches) Find(of Topics, filter string, limit int, now time.Time) (topics []string, more bool) {
	if model.CheckFilter(filter) != nil {
		return nil, false
	}
	structure := of.Structure()
	same := m.of == of && m.filter == filter && m.limit == limit
	if same && (m.structure == structure || now.Sub(m.looked).Abs() < settleTime && len(m.topics) > 0) {
		return m.topics, m.more
	}
	m.of, m.filter, m.limit, m.structure, m.looked = of, filter, limit, structure, now
	m.topics, m.more = of.Match(filter, limit)
	return m.topics, m.more
}

// Reading is what a field of a topic said last.
type Reading struct {
	Topic string
	At    time.Time
	// Known is false when the payload has no such field.
	Known bool
	// Text is the value in words, Number its number; NaN when it is none. Truth
	// values are 1 and 0.
	Text   string
	Number float64
	// Spark are the latest numbers, the oldest first.
	Spark []float64
	// Unit is what the field's name tells.
	Unit string
}

// maxLookup is the size of a payload, in bytes, above which its words are not
// looked into; maxWord is how much of a word is shown.
const (
	maxLookup = 256 << 10
	maxWord   = 4096
)

// Read reads a field out of what is known of a topic.
func Read(info *model.TopicInfo, field string) Reading {
	r := Reading{Topic: info.Path, At: info.At, Number: math.NaN(), Unit: model.UnitOf(field)}
	for i := range info.Fields {
		f := &info.Fields[i]
		if f.Pointer != field {
			continue
		}
		r.Spark = f.Spark
		if f.At.Sub(info.At).Abs() < time.Second { // else the latest payload has the field no more, or not as a number
			r.Known, r.Number, r.Text = true, f.Last, numberText(info, f)
			return r
		}
	}
	if len(info.Payload) < info.Size {
		return r
	}
	if word, ok := Lookup(info.Payload, field); ok {
		r.Known, r.Text = true, word
		r.Number = number(word)
	}
	return r
}

// numberText is a number as the payload has it: truth values are numbers to the
// store.
func numberText(info *model.TopicInfo, f *model.FieldInfo) string {
	if f.Last == 0 || f.Last == 1 {
		if word, ok := Lookup(info.Payload, f.Pointer); ok && (word == "true" || word == "false") {
			return word
		}
	}
	return strconv.FormatFloat(f.Last, 'g', -1, 64)
}

// number is the number in a word; truth values and the usual words for them are
// 1 and 0.
func number(word string) float64 {
	switch strings.ToLower(word) {
	case "true", "on", "online", "yes", "open":
		return 1
	case "false", "off", "offline", "no", "closed":
		return 0
	}
	if v, err := strconv.ParseFloat(word, 64); err == nil {
		return v
	}
	return math.NaN()
}

// Lookup finds what a JSON Pointer (RFC 6901) names in a payload, as text: a
// string as it is, anything else as JSON. The empty pointer is the whole payload,
// which need not be JSON then. ok is false when there is nothing, or the payload
// has more than 256 KiB.
func Lookup(payload []byte, pointer string) (text string, ok bool) {
	if len(payload) > maxLookup {
		return "", false
	}
	if pointer == "" {
		var s string
		if json.Unmarshal(payload, &s) == nil {
			return cut(s), true
		}
		return cut(strings.ToValidUTF8(string(payload), "�")), true
	}
	if pointer[0] != '/' {
		return "", false
	}
	raw := json.RawMessage(payload)
	for token := range strings.SplitSeq(pointer[1:], "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		if raw, ok = member(raw, token); !ok {
			return "", false
		}
	}
	var s string
	if json.Unmarshal(raw, &s) == nil && !bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		return cut(s), true
	}
	return cut(string(raw)), true
}

func member(raw json.RawMessage, token string) (json.RawMessage, bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil {
		out, ok := object[token]
		return out, ok
	}
	var array []json.RawMessage
	if json.Unmarshal(raw, &array) != nil {
		return nil, false
	}
	i, err := strconv.Atoi(token)
	if err != nil || i < 0 || i >= len(array) {
		return nil, false
	}
	return array[i], true
}

func cut(s string) string {
	if len(s) <= maxWord {
		return s
	}
	return strings.ToValidUTF8(s[:maxWord], "") + "…"
}

// Level is how a value stands to what is normal.
type Level uint8

// The levels, from the best to the worst.
const (
	Normal Level = iota
	Warning
	Alarm
)

// Judge tells how v stands to thresholds. No number is normal.
func Judge(t workspace.Thresholds, v float64) Level {
	beyond := func(low, high *float64) bool { return low != nil && v <= *low || high != nil && v >= *high }
	switch {
	case math.IsNaN(v):
		return Normal
	case beyond(t.LowAlarm, t.HighAlarm):
		return Alarm
	case beyond(t.LowWarning, t.HighWarning):
		return Warning
	}
	return Normal
}

// Combine makes one reading of several, of which there is at least one.
func Combine(list []Reading, by workspace.Aggregate) Reading {
	latest := list[0]
	sum, lo, hi, n := 0.0, math.Inf(1), math.Inf(-1), 0
	for _, r := range list {
		if r.At.After(latest.At) && r.Known || !latest.Known {
			latest = r
		}
		if !math.IsNaN(r.Number) && r.Known {
			sum, lo, hi, n = sum+r.Number, min(lo, r.Number), max(hi, r.Number), n+1
		}
	}
	if by == workspace.Latest {
		return latest
	}
	out := Reading{At: latest.At, Known: n > 0, Unit: latest.Unit, Number: math.NaN()}
	switch {
	case by == workspace.Count:
		out.Known, out.Number, out.Unit = true, float64(n), ""
	case n == 0:
	case by == workspace.Min:
		out.Number = lo
	case by == workspace.Max:
		out.Number = hi
	case by == workspace.Mean:
		out.Number = sum / float64(n)
	case by == workspace.Sum:
		out.Number = sum
	default: // of a later version
		return latest
	}
	out.Text = strconv.FormatFloat(out.Number, 'g', -1, 64)
	return out
}
