package exchange

import (
	"context"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// record is a row of the log: its tags say what it is in JSON and in Parquet, and
// cells what it is in CSV, in the order of header.
type record interface {
	header() []string
	cells() []string
}

// EventRow is an event as JSON and Parquet have it.
type EventRow struct {
	Time    time.Time `json:"time" parquet:"time,timestamp(microsecond),delta,zstd"`
	Kind    string    `json:"kind" parquet:"kind,dict,zstd"`
	Device  string    `json:"device,omitempty" parquet:"device,dict,zstd"`
	Client  string    `json:"client,omitempty" parquet:"client,dict,zstd"`
	Address string    `json:"address,omitempty" parquet:"address,dict,zstd"`
	// Was and Now are the liveness of a device before and after, empty for other
	// events.
	Was     string `json:"was,omitempty" parquet:"was,dict,zstd"`
	Now     string `json:"now,omitempty" parquet:"now,dict,zstd"`
	Serious bool   `json:"serious,omitempty" parquet:"serious,zstd"`
	Text    string `json:"text,omitempty" parquet:"text,zstd"`
}

func (EventRow) header() []string {
	return []string{"time", "kind", "device", "client", "address", "was", "now", "serious", "text"}
}

func (r EventRow) cells() []string {
	return []string{stamp(r.Time), r.Kind, r.Device, r.Client, r.Address, r.Was, r.Now, yes(r.Serious), r.Text}
}

// eventRow is an event as a row, if the filter covers its device.
func eventRow(e *model.Event, filter string) (EventRow, bool) {
	r := EventRow{Time: e.At.UTC(), Kind: e.Kind.String(), Device: e.Device, Client: e.Client, Address: e.Addr, Serious: e.Serious, Text: e.Text}
	if e.Kind == model.EventLiveness {
		r.Was, r.Now = e.From.String(), e.To.String()
	}
	return r, covers(filter, e.Device)
}

// AlarmRow is a change of an alarm as JSON and Parquet have it.
type AlarmRow struct {
	Time     time.Time `json:"time" parquet:"time,timestamp(microsecond),delta,zstd"`
	Alarm    string    `json:"alarm" parquet:"alarm,dict,zstd"`
	Source   string    `json:"source" parquet:"source,dict,zstd"`
	State    string    `json:"state" parquet:"state,dict,zstd"`
	Severity int32     `json:"severity" parquet:"severity,zstd"`
	Text     string    `json:"text,omitempty" parquet:"text,zstd"`
	By       string    `json:"by,omitempty" parquet:"by,dict,zstd"`
}

func (AlarmRow) header() []string {
	return []string{"time", "alarm", "source", "state", "severity", "text", "by"}
}

func (r AlarmRow) cells() []string {
	return []string{stamp(r.Time), r.Alarm, r.Source, r.State, strconv.Itoa(int(r.Severity)), r.Text, r.By}
}

// alarmRow is a change of an alarm as a row, if the filter covers what it watches.
func alarmRow(a *history.Alarm, filter string) (AlarmRow, bool) {
	return AlarmRow{a.At.UTC(), a.ID, a.Source, a.State, int32(min(max(a.Severity, 0), 1<<15)), a.Text, a.By}, covers(filter, a.Source)
}

// CommandRow is a command as JSON and Parquet have it.
type CommandRow struct {
	Time    time.Time `json:"time" parquet:"time,timestamp(microsecond),delta,zstd"` // when it was sent
	ID      string    `json:"id" parquet:"id,zstd"`
	Device  string    `json:"device,omitempty" parquet:"device,dict,zstd"`
	Command string    `json:"command" parquet:"command,dict,zstd"`
	Topic   string    `json:"topic" parquet:"topic,dict,zstd"`
	// Text is the payload in JSON, Base64 in its place when it is no text, and Raw
	// what Parquet has.
	Text     *string    `json:"payload,omitempty" parquet:"-"`
	Base64   []byte     `json:"payload_base64,omitempty" parquet:"-"`
	Raw      []byte     `json:"-" parquet:"payload,zstd"`
	QoS      int32      `json:"qos,omitempty" parquet:"qos,zstd"`
	Retain   bool       `json:"retain,omitempty" parquet:"retain,zstd"`
	User     string     `json:"user,omitempty" parquet:"user,dict,zstd"`
	State    string     `json:"state" parquet:"state,dict,zstd"`
	Accepted *time.Time `json:"accepted,omitempty" parquet:"accepted,optional,timestamp(microsecond),zstd"`
	Done     *time.Time `json:"done,omitempty" parquet:"done,optional,timestamp(microsecond),zstd"`
	Detail   string     `json:"detail,omitempty" parquet:"detail,zstd"`
}

func (CommandRow) header() []string {
	return []string{"time", "id", "device", "command", "topic", "payload", "encoding", "qos", "retain", "user", "state", "accepted", "done", "detail"}
}

func (r CommandRow) cells() []string {
	payload, encoding := payloadText(r.Raw)
	known := func(at *time.Time) string {
		if at == nil {
			return ""
		}
		return stamp(*at)
	}
	return []string{stamp(r.Time), r.ID, r.Device, r.Command, r.Topic, payload, encoding, strconv.Itoa(int(r.QoS)), yes(r.Retain), r.User,
		r.State, known(r.Accepted), known(r.Done), r.Detail}
}

// commandRow is a command as a row, if the filter covers its topic or its device.
func commandRow(c *model.Command, filter string) (CommandRow, bool) {
	r := CommandRow{Time: c.Sent.UTC(), ID: c.ID, Device: c.Device, Command: c.Spec.Name, Topic: c.Topic, Raw: c.Payload,
		QoS: int32(c.QoS), Retain: c.Retain, User: c.User, State: c.Outcome(), Accepted: moment(c.Accepted), Done: moment(c.Done), Detail: c.Detail}
	if utf8.Valid(c.Payload) {
		text := string(c.Payload)
		r.Text = &text
	} else {
		r.Base64 = c.Payload
	}
	return r, covers(filter, c.Topic) || covers(filter, c.Device)
}

// moment is a time that may be unknown.
func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}

// GapRow is a gap as JSON and Parquet have it.
type GapRow struct {
	From time.Time `json:"from" parquet:"from,timestamp(microsecond),zstd"`
	To   time.Time `json:"to" parquet:"to,timestamp(microsecond),zstd"`
	Kind string    `json:"kind" parquet:"kind,dict,zstd"`
	Lost int64     `json:"lost" parquet:"lost,zstd"`
	Why  string    `json:"why,omitempty" parquet:"why,zstd"`
}

func (GapRow) header() []string { return []string{"from", "to", "kind", "lost", "why"} }

func (r GapRow) cells() []string {
	return []string{stamp(r.From), stamp(r.To), r.Kind, strconv.FormatInt(r.Lost, 10), r.Why}
}

func (e *exporter) gaps() error {
	put := newRecords[GapRow](e)
	gaps, err := e.r.Gaps(e.ctx, e.o.From, e.o.To)
	for i := 0; err == nil && i < len(gaps); i++ {
		g := &gaps[i]
		if !e.row(put(GapRow{g.From.UTC(), g.To.UTC(), g.Kind.String(), int64(g.Lost), g.Why}), e.share(g.To)) {
			break
		}
	}
	return err
}

// covers tells whether a filter covers what a record is about, which is nothing
// where the record is about no topic.
func covers(filter, about string) bool { return filter == "#" || history.Match(filter, about) }

// newRecords is where rows of a log go, in the format that was asked for.
func newRecords[R record](e *exporter) (put func(R) error) {
	switch e.o.Format {
	case CSV:
		var none R
		c := newCSV(e.w, none.header())
		e.finish = c.finish
		return func(r R) error { return c.put(r.cells()) }
	case JSONLines:
		j := newJSON(e.w)
		e.finish = j.finish
		return func(r R) error { return j.enc.Encode(r) }
	}
	p := newParquet[R](e.w)
	e.finish = p.finish
	return p.put
}

// recordsAtOnce is how many records of a log are asked for at once.
const recordsAtOnce = 1024

// exportRecords writes a log, the oldest first: as rows those that the filter
// covers.
func exportRecords[S any, R record](e *exporter, read func(ctx context.Context, from, to time.Time, limit int) ([]S, error),
	at func(*S) time.Time, row func(s *S, filter string) (R, bool),
) error {
	put := newRecords[R](e)
	return inParts(e.ctx, e.o.From, e.o.To, read, at, func(list []S) bool {
		for i := range list {
			r, ok := row(&list[i], e.o.Filter)
			if ok && !e.row(put(r), e.share(at(&list[i]))) {
				return false
			}
		}
		return e.ctx.Err() == nil
	})
}

// inParts reads a stretch in parts, one after the other, each in order of time,
// until f returns false. What has more records than are read at once is divided at
// the last of the oldest, or the first of the newest, whichever was answered; so
// neither how many there are at one moment nor how they are spread matters.
func inParts[S any](ctx context.Context, from, to time.Time, read func(ctx context.Context, from, to time.Time, limit int) ([]S, error),
	at func(*S) time.Time, f func([]S) bool,
) error {
	stretches := [][2]time.Time{{from, to}}
	for most := recordsAtOnce; len(stretches) > 0; {
		s := stretches[len(stretches)-1]
		list, err := read(ctx, s[0], s[1], most)
		if err != nil {
			return err
		}
		if len(list) >= most {
			if middle, ok := divide(s[0], s[1], at(&list[0]), at(&list[len(list)-1])); ok {
				stretches = append(stretches[:len(stretches)-1], [2]time.Time{middle, s[1]}, [2]time.Time{s[0], middle})
			} else {
				most *= 2 // of one moment
			}
			continue
		}
		stretches, most = stretches[:len(stretches)-1], recordsAtOnce
		slices.SortStableFunc(list, func(a, b S) int { return at(&a).Compare(at(&b)) })
		if !f(list) {
			return nil
		}
	}
	return nil
}

// divide is where to divide a stretch whose answer goes from one moment to another;
// ok is false when it is a single moment.
func divide(from, to, first, last time.Time) (middle time.Time, ok bool) {
	const shortest = time.Microsecond // the clock of a history
	for _, middle := range []time.Time{last, last.Add(shortest)} {
		if first.After(last) { // the newest first
			middle = last.Add(shortest)
		}
		if middle.After(from) && middle.Before(to) {
			return middle, true
		}
	}
	return time.Time{}, false
}
