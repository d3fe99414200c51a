package attacks

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/demo"
	"github.com/pilothouse/pilothouse/demo/impostor"
	"github.com/pilothouse/pilothouse/model"
)

// show is an impostor as the demo plays it, hurried for the short form.
func show(t *testing.T, w *world) (*impostor.Impostor, func() []impostor.Step) {
	t.Helper()
	var steps []impostor.Step // told by one goroutine at a time, and read when it is done
	o := impostor.Options{Target: w.target, OnStep: func(s impostor.Step) { steps = append(steps, s) }}
	o.Target.Sockets = 0
	if !full() {
		o.Pause, o.Target.Linger = -1, 100*time.Millisecond
	}
	i, err := impostor.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.Stop)
	return i, func() []impostor.Step { return steps }
}

// TestImpostorShow plays the whole show against a hub as the demo has it: with
// the limits that it has by default, apart from the time for CONNECT.
func TestImpostorShow(t *testing.T) {
	s := setup{}
	s.registry.Connects = 20
	if !full() {
		s.limits.ConnectTime = 2 * time.Second
		s.registry.Connects = 60 // the audience is given no time
	}
	w := newWorld(t, impostor.TLS, s)
	i, steps := show(t, w)
	began := time.Now()
	if err := i.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 3*time.Minute {
		t.Errorf("the show took %v", took)
	}
	if score := i.Score(); score.Refused != 11 || score.Of != 11 || !strings.HasPrefix(score.String(), "11 of 11") {
		t.Errorf("%+v: %v%s", score, score, w.log.String())
	}
	for n, s := range steps() {
		if s.Number != n/2+1 || s.Of != 11 || (s.State == impostor.Trying) != (n%2 == 0) || s.Plain.Empty() || strings.Contains(s.Plain.String(), "%") {
			t.Errorf("step %d: %+v", n, s)
		}
		if s.State != impostor.Trying {
			if s.Evidence.Empty() || s.Victim.Empty() {
				t.Errorf("step %d, %s, says nothing of how it went: %+v", n, s.Name, s)
			}
			t.Logf("%d of %d, %s: %s: %s; %s (%v)", s.Number, s.Of, s.Name, s.State, s.Evidence, s.Victim, s.Took.Round(time.Millisecond))
		}
	}
	if _, err := i.Next(context.Background()); !errors.Is(err, impostor.ErrOver) {
		t.Errorf("after the last step: %v", err)
	}
	if e := w.verdict(false); len(e.forged)+len(e.lost) > 0 || e.drops > 0 {
		t.Errorf("the victim felt it: %v", e)
	}
}

// TestImpostorSteps plays it step by step, with a defence off: the audience sees
// the ferry jump, and sees it refused again when the defence is back.
func TestImpostorSteps(t *testing.T) {
	w := newWorld(t, impostor.TCP, setup{})
	i, steps := show(t, w)
	for _, name := range []string{"Spoofed client ID", "Stolen password"} {
		if s, err := i.Next(context.Background()); err != nil || s.Name != name || s.State != impostor.Refused {
			t.Fatalf("%+v, %v", s, err)
		}
	}
	w.registry.SwitchOff(identity.BindRoot)
	s, err := i.Next(context.Background())
	if err != nil || s.State != impostor.Succeeded || s.Score.Succeeded != 1 {
		t.Errorf("without its defence: %+v, %v", s, err)
	}
	w.registry.SwitchOn(identity.BindRoot)
	if s, err = i.Next(context.Background()); err != nil || s.State != impostor.Refused {
		t.Errorf("with its defence: %+v, %v%s", s, err, w.log.String())
	}
	for range 2 {
		i.Stop()
	}
	if _, err := i.Next(context.Background()); !errors.Is(err, impostor.ErrStopped) {
		t.Errorf("after Stop: %v", err)
	}
	if err := i.Run(context.Background()); !errors.Is(err, impostor.ErrStopped) {
		t.Errorf("after Stop: %v", err)
	}
	if n := len(steps()); n != 8 {
		t.Errorf("told %d times of 4 steps", n)
	}
}

// TestStopEndsAStep calls the impostor back in the middle of one.
func TestStopEndsAStep(t *testing.T) {
	w := newWorld(t, impostor.TCP, setup{})
	began := make(chan struct{}, 1)
	o := impostor.Options{Target: w.target, OnStep: func(impostor.Step) {
		select {
		case began <- struct{}{}:
		default:
		}
	}}
	o.Target.Linger = 10 * time.Second
	i, err := impostor.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- i.Run(context.Background()) }()
	<-began
	i.Stop()
	if err := <-ended; !errors.Is(err, impostor.ErrStopped) {
		t.Errorf("Run: %v", err)
	}
}

// TestFleetIsEnrolled lets the demo's fleet speak TLS, each vessel with its own
// certificate, to a hub that knows them.
func TestFleetIsEnrolled(t *testing.T) {
	w := newWorld(t, impostor.TLS, setup{thief: func(i *identity.Identity) { i.Name, i.Root = thiefName, thiefRoot }})
	w.verdict(false)
	if err := w.registry.Remove(victimName); err != nil { // the fleet has it too
		t.Fatal(err)
	}
	devices, err := demo.Devices()
	if err != nil {
		t.Fatal(err)
	}
	configs := make(map[string]*tls.Config)
	for _, d := range devices {
		if err := w.registry.Put(identity.Identity{Name: d.Name, Kind: d.Kind, Root: d.Root, ClientIDs: []string{d.ClientID}}); err != nil {
			t.Fatal(err)
		}
		configs[d.Name] = &tls.Config{RootCAs: w.target.Authority, ServerName: "localhost", Certificates: []tls.Certificate{*w.certificate(d.Name)}, MinVersion: tls.VersionTLS12}
	}
	fleet, err := demo.New(demo.Options{BrokerURL: "mqtts://" + w.target.Addresses[impostor.TLS], Seed: 4,
		Credentials: func(d demo.Device) demo.Credentials { return demo.Credentials{TLS: configs[d.Name]} }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- fleet.Run(ctx) }()
	vouched := func() (n int) {
		for _, s := range w.broker.Sessions() {
			if p := s.Publisher; p != nil && p.TLS && p.Vouched() && strings.HasSuffix(p.ClientID, "-"+p.Identity) && p.Addr != model.InProcess {
				n++
			}
		}
		return n
	}
	for deadline := time.Now().Add(patience); vouched() < len(devices) && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if n := vouched(); n != len(devices) {
		t.Errorf("%d of %d devices speak TLS with their identity%s", n, len(devices), w.log.String())
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
