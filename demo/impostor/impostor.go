package impostor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Options of an [Impostor].
type Options struct {
	// Target is where it goes. Its Via is chosen for each step: TLS where there
	// is an address for that, else TCP.
	Target Target
	// OnStep is told when a step begins and when it has ended, from one goroutine
	// at a time. It must not block, and not call the impostor.
	OnStep func(Step)
	// Gullible is asked before each step, if not nil, and says Target.Gullible anew.
	Gullible func() bool
	// Pause is how long Run waits between steps, 2 s when 0, none when negative.
	Pause time.Duration
}

// State says how far a step has come.
type State uint8

// The states of a step.
const (
	Trying    State = iota
	Refused         // the attack had no effect
	Succeeded       // it had
	NotTried        // it could not be tried; the evidence says why
)

// String is s in a few words.
func (s State) String() string {
	words := [...]string{"trying", "refused", "succeeded", "not tried"}
	if int(s) < len(words) {
		return words[s]
	}
	return "unknown"
}

// Step is one attack before an audience.
type Step struct {
	Number, Of int // from 1
	Name       string
	// Plain says what is tried, for people who know nothing of MQTT.
	Plain model.Phrase
	// Defence is what stops it, or would have.
	Defence string
	Rows    []int
	State   State
	// Evidence is what was seen of it, and Victim how the true device was heard
	// meanwhile; empty while it is being tried.
	Evidence, Victim model.Phrase
	Took             time.Duration
	Score            Score
}

// Score counts how the steps ended.
type Score struct{ Refused, Succeeded, NotTried, Of int }

// String says it in a sentence.
func (s Score) String() string {
	text := fmt.Sprintf("%d of %d attacks failed", s.Refused, s.Refused+s.Succeeded)
	if s.NotTried > 0 {
		text += fmt.Sprintf("; %d could not be tried here", s.NotTried)
	}
	return text
}

// Impostor plays its attacks one after the other. Make one with [New].
type Impostor struct {
	o      Options
	acts   []Attack
	ctx    context.Context
	cancel context.CancelFunc

	turn sync.Mutex // held while a step is played

	mu      sync.Mutex
	next    int
	score   Score
	stopped bool
}

// Errors of [Impostor.Next].
var (
	ErrOver    = errors.New("the impostor has tried everything")
	ErrStopped = errors.New("the impostor was called back")
)

// program names the attacks in the order in which they are played: the war last,
// as nobody lets the impostor in for a while after that.
func program() []string {
	return []string{"Spoofed client ID", "Stolen password", "Another's topics", "Topic alias", "Forged will",
		"Forged retained position", "Snooping", "Cloned certificate", "Man in the middle", "Silent sockets", "Takeover war"}
}

// showLinger is how long the true device is watched after each attack, and
// showSockets and showReconnects what is harmless on any machine.
const (
	showLinger     = 2500 * time.Millisecond
	showSockets    = 200
	showReconnects = 200
	showPause      = 2 * time.Second
)

// New makes an impostor, which does nothing yet.
func New(o Options) (*Impostor, error) {
	t := &o.Target
	if t.Linger <= 0 {
		t.Linger = showLinger
	}
	t.Sockets = bounded(t.Sockets, showSockets, 20_000)
	t.Reconnects = bounded(t.Reconnects, showReconnects, 20_000)
	if o.Pause == 0 {
		o.Pause = showPause
	}
	if o.OnStep == nil {
		o.OnStep = func(Step) {}
	}
	for _, via := range []Transport{TLS, TCP} {
		if t.Via = via; t.Addresses[via] != "" {
			break
		}
	}
	if err := t.complete(); err != nil {
		return nil, err
	}
	i := &Impostor{o: o, acts: Plan()}
	i.score.Of = len(i.acts)
	i.ctx, i.cancel = context.WithCancel(context.Background())
	return i, nil
}

// Next plays the next step and returns how it ended: ErrOver when there is none,
// ErrStopped after Stop, the error of ctx when that ends. The step is over then,
// too, and not played again.
func (i *Impostor) Next(ctx context.Context) (Step, error) {
	i.turn.Lock()
	defer i.turn.Unlock()
	act, step, err := i.begin()
	if err != nil {
		return Step{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(i.ctx, cancel)
	defer stop()
	i.o.OnStep(step)
	began := time.Now()
	var out Outcome
	if slices.Contains(act.Transports, i.o.Target.Via) {
		t := i.o.Target
		if i.o.Gullible != nil {
			t.Gullible = i.o.Gullible()
		}
		out, err = act.Run(ctx, t)
	} else {
		err = fmt.Errorf("over %s this attack %w", i.o.Target.Via, ErrNotHere)
	}
	step.Took = time.Since(began)
	if cause := ctx.Err(); cause != nil {
		if i.ctx.Err() != nil {
			cause = ErrStopped
		}
		err = cause
	}
	step.State, step.Evidence, step.Victim = stateOf(out, err), out.Said, out.Victim
	if err != nil {
		step.Evidence = model.PhraseOf(err)
	}
	step.Score = i.count(step.State)
	i.o.OnStep(step)
	return step, ctx.Err()
}

// begin takes the next step.
func (i *Impostor) begin() (act Attack, s Step, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.stopped:
		return act, s, ErrStopped
	case i.next == len(i.acts):
		return act, s, ErrOver
	}
	act = i.acts[i.next]
	i.next++
	return act, Step{Number: i.next, Of: len(i.acts), Name: act.Name, Plain: act.Told(i.o.Target.Victim.Name), Defence: act.Defence, Rows: act.Rows, Score: i.score}, nil
}

func stateOf(out Outcome, err error) State {
	switch {
	case err != nil:
		return NotTried
	case out.Succeeded:
		return Succeeded
	}
	return Refused
}

func (i *Impostor) count(s State) Score {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch s {
	case Refused:
		i.score.Refused++
	case Succeeded:
		i.score.Succeeded++
	default:
		i.score.NotTried++
	}
	return i.score
}

// Run plays all steps that are left, with pauses between them. It returns nil at
// the end, ErrStopped after Stop, or the error of ctx.
func (i *Impostor) Run(ctx context.Context) error {
	for {
		step, err := i.Next(ctx)
		switch {
		case errors.Is(err, ErrOver):
			return nil
		case i.ctx.Err() != nil:
			return ErrStopped
		case err != nil:
			return err
		case step.Number == step.Of:
			return nil
		}
		if err := i.rest(ctx); err != nil {
			return err
		}
	}
}

// rest waits between two steps.
func (i *Impostor) rest(ctx context.Context) error {
	timer := time.NewTimer(max(0, i.o.Pause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-i.ctx.Done():
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Score is how it stands.
func (i *Impostor) Score() Score {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.score
}

// Stop calls the impostor back, and returns when no connection of it is left. It
// can be called twice, but not from OnStep.
func (i *Impostor) Stop() {
	i.mu.Lock()
	i.stopped = true
	i.mu.Unlock()
	i.cancel()
	i.turn.Lock()
	defer i.turn.Unlock()
}
