package history

import (
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Message is a message as it was recorded. At is when it arrived.
type Message struct {
	model.Message
	// DeviceAt is when the device says that it made the message, zero where it
	// does not say; see [DeviceTime].
	DeviceAt time.Time
	// Hint is a number that the messages of a topic share, which saves a store from
	// looking the topic up; it is only a hint, and 0 where there is none.
	Hint uint32
}

// Sample is one value of a series.
type Sample struct {
	Key   model.SeriesKey
	At    time.Time
	Value float64
}

// Session is the beginning or the end of a client's session.
type Session struct {
	At        time.Time
	Publisher *model.Publisher
	// Opened is set at the beginning; End and Why tell of the end.
	Opened bool
	End    model.SessionState
	Why    string
}

// States of an [Alarm].
const (
	AlarmActive  = "active"
	AlarmCleared = "cleared"
)

// Alarm is a change in the life of an alarm (ISA-18.2).
type Alarm struct {
	At time.Time
	// ID names the alarm over its whole life, Source is what it watches: a
	// topic, or a device's root.
	ID, Source string
	// State is "active", "cleared", "acknowledged" or "shelved".
	State string
	// Severity grows with urgency, from 0.
	Severity int
	Text     string
	// By is the operator who did it, empty when nobody did.
	By string
}

// GapKind says why the record is not whole.
type GapKind uint8

// The kinds of gaps.
const (
	GapLost  GapKind = iota // messages came faster than they could be kept
	GapOff                  // nothing was recorded: the program was not running
	GapClock                // the machine's clock was set back or forward
)

// String is the kind in a few words.
func (k GapKind) String() string {
	return [...]string{"messages lost", "not recording", "clock set"}[min(k, GapClock)]
}

// Gap is a stretch of which the record is not whole.
type Gap struct {
	// From and To are the stretch. Of a GapClock they are what the clock said
	// before and after it was set.
	From, To time.Time
	Kind     GapKind
	// Lost counts the messages that were let go.
	Lost uint64
	// Why says it in a sentence.
	Why string
}

// Bookmark is a moment that somebody wants to find again.
type Bookmark struct {
	ID    int64 // given by the store
	At    time.Time
	Title string
	Note  string
}

// Batch is what is written together: all of it, or none. Payloads in it are lent:
// who is given a batch keeps nothing of it but strings, publishers and properties.
type Batch struct {
	// ID names the batch, so that a store that others share keeps it once
	// however often it is sent. Empty for a batch that is sent once.
	ID       string
	Messages []Message
	Samples  []Sample
	Events   []model.Event
	Sessions []Session
	Commands []model.Command
	Alarms   []Alarm
	Gaps     []Gap
}

// Empty reports whether there is nothing in b.
func (b *Batch) Empty() bool {
	return len(b.Messages)+len(b.Samples)+len(b.Events)+len(b.Sessions)+len(b.Commands)+len(b.Alarms)+len(b.Gaps) == 0
}
