// Package replay sends a recorded stretch to a broker again, at its own pace or
// any other, for tests and for demonstrations away from the devices.
package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// Publisher sends messages to a broker. Publish returns when the broker has
// taken the message as its quality of service asks.
type Publisher interface {
	Publish(ctx context.Context, topic string, payload []byte, qos byte, retain bool) error
}

// Options say what to replay and how.
type Options struct {
	Reader    history.Reader
	Publisher Publisher
	// Filter and the stretch from From up to but not including To say what.
	Filter   string
	From, To time.Time
	// Speed is how fast: 1 is as it was, 10 ten times as fast, 0 as fast as the
	// broker takes it.
	Speed float64
	// Prefix is put in front of every topic, such as "replay/".
	Prefix string
	// Retain sends as retained what was retained.
	Retain bool
	// Commands sends what this program itself had sent, too. Without it devices
	// that listen are not commanded again.
	Commands bool
	// Progress is told about ten times a second; nil for nobody.
	Progress func(Progress)
}

// Progress is how far a replay is.
type Progress struct {
	// At is the recorded time that is being sent.
	At time.Time
	// Sent counts messages; Skipped those that were not sent: commands, and topics
	// that may not be published to with the prefix.
	Sent, Skipped uint64
	// Behind is how late the last message went, when the broker does not keep up.
	Behind time.Duration
}

// Run replays until all was sent or ctx ends.
func Run(ctx context.Context, o Options) (Progress, error) {
	switch {
	case o.Reader == nil || o.Publisher == nil:
		return Progress{}, errors.New("replay: there is no history, or no broker to send to")
	case o.Speed < 0:
		return Progress{}, fmt.Errorf("replay: the speed %g is below zero", o.Speed)
	case !o.From.Before(o.To):
		return Progress{}, errors.New("replay: the end is not after the beginning")
	}
	if err := model.CheckFilter(o.Filter); err != nil {
		return Progress{}, fmt.Errorf("replay: the filter %q: %w", o.Filter, err)
	}
	p := &player{ctx: ctx, o: o}
	err := o.Reader.Each(ctx, o.Filter, o.From, o.To, p.send)
	if err = errors.Join(err, p.err, ctx.Err()); err != nil {
		return p.done, fmt.Errorf("replay: %w", err)
	}
	p.tell()
	return p.done, nil
}

// player keeps the pace.
type player struct {
	ctx   context.Context
	o     Options
	first time.Time // recorded time of the first message
	began time.Time // when that was sent
	done  Progress
	told  time.Time
	err   error
}

// tellEvery is how often progress is told.
const tellEvery = 100 * time.Millisecond

// send sends a message at its time; it reports whether to go on.
func (p *player) send(m history.Message) bool {
	topic := p.o.Prefix + m.Topic
	if m.Replayed || m.Publisher.Operator() && !p.o.Commands || model.CheckTopic(topic) != nil || topic[0] == '$' {
		p.done.Skipped++
		return p.ctx.Err() == nil
	}
	if !p.wait(m.At) {
		return false
	}
	if err := p.o.Publisher.Publish(p.ctx, topic, m.Payload, m.QoS, m.Retained && p.o.Retain); err != nil {
		p.err = fmt.Errorf("publish to %s: %w", topic, err)
		return false
	}
	p.done.Sent++
	p.done.At = m.At
	if time.Since(p.told) > tellEvery {
		p.tell()
	}
	return p.ctx.Err() == nil
}

func (p *player) tell() {
	p.told = time.Now()
	if p.o.Progress != nil {
		p.o.Progress(p.done)
	}
}

// wait waits until a message is due.
func (p *player) wait(at time.Time) bool {
	if p.first.IsZero() {
		p.first, p.began = at, time.Now()
	}
	if p.o.Speed == 0 {
		return p.ctx.Err() == nil
	}
	due := p.began.Add(time.Duration(float64(at.Sub(p.first)) / p.o.Speed))
	left := time.Until(due)
	if p.done.Behind = max(0, -left); left <= 0 {
		return p.ctx.Err() == nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-p.ctx.Done():
		return false
	}
}
