package hub

import (
	"context"
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// LoadTopic is where the historian itself records how many messages a second it
// heard, every [LoadEvery], so that what was recorded can be shown by density
// without reading it all.
const (
	LoadTopic = "$SYS/pilothouse/recorded/messages"
	LoadEvery = 10 * time.Second
)

// trail hands over what a store tells beside messages: events, alarms and commands. It
// is for one goroutine.
type trail struct {
	seen     uint64                        // number of the last event
	alarmed  uint64                        // number of the last change of an alarm
	commands map[string]model.CommandState // latest commands as recorded
	gen      uint64

	loadAt    time.Time
	loadHeard uint64
}

// Bounds of one look at the store.
const (
	trailEvents   = 20_000
	trailCommands = 256
)

// follow records what is new since the last time.
func (t *trail) follow(s *model.Store, r *history.Recorder) {
	gen := s.Generation()
	if gen == t.gen {
		return
	}
	t.gen = gen
	events := s.Events(t.seen, trailEvents)
	for i := len(events) - 1; i >= 0; i-- {
		r.Event(events[i])
		t.seen = events[i].Seq
	}
	alarms := s.Alarms(t.alarmed, trailEvents)
	for i := len(alarms) - 1; i >= 0; i-- {
		r.Alarm(recordOf(&alarms[i]))
		t.alarmed = alarms[i].Seq
	}
	commands := s.Commands("", trailCommands)
	known := make(map[string]model.CommandState, len(commands))
	for i := len(commands) - 1; i >= 0; i-- {
		c := &commands[i]
		if state, told := t.commands[c.ID]; !told || state != c.State {
			r.Command(*c)
		}
		known[c.ID] = c.State
	}
	t.commands = known
}

// recordOf is a change of an alarm as it is recorded.
func recordOf(a *model.Alarm) history.Alarm {
	state := history.AlarmActive
	if !a.Active() {
		state = history.AlarmCleared
	}
	return history.Alarm{At: a.At(), ID: a.ID.String(), Source: a.ID.Source, State: state, Severity: int(a.Severity), Text: a.Text}
}

// load records the rate of messages when it is due. heard counts them since the
// start.
func (t *trail) load(now time.Time, heard uint64, r *history.Recorder) {
	switch passed := now.Sub(t.loadAt); {
	case t.loadAt.IsZero() || passed < 0:
		t.loadAt, t.loadHeard = now, heard
	case passed >= LoadEvery:
		rate := float64(heard-t.loadHeard) / passed.Seconds()
		r.Record([]model.Message{{Topic: LoadTopic, At: now, Payload: strconv.AppendFloat(nil, rate, 'f', 2, 64)}})
		t.loadAt, t.loadHeard = now, heard
	}
}

// followTrail records what happened since the last time.
func (x *History) followTrail() {
	if r := x.recorder.Load(); r != nil {
		x.trail.follow(x.s.Store, r)
		x.trail.load(time.Now(), x.heard.Load(), r)
	}
}

// withoutLoad reads what devices said, without what the historian adds.
type withoutLoad struct{ history.Reader }

// At implements history.Reader.
func (w withoutLoad) At(ctx context.Context, at time.Time, filter string, f func(history.Message) bool) error {
	return w.Reader.At(ctx, at, filter, func(m history.Message) bool { return m.Topic == LoadTopic || f(m) })
}

// Each implements history.Reader.
func (w withoutLoad) Each(ctx context.Context, filter string, from, to time.Time, f func(history.Message) bool) error {
	return w.Reader.Each(ctx, filter, from, to, func(m history.Message) bool { return m.Topic == LoadTopic || f(m) })
}
