package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds on the speed of the simulation, in simulated seconds a second.
const (
	DefaultSpeed = 10.0
	MaxSpeed     = 1000.0
)

// ErrRunning is returned by the second call of [Demo.Run].
var ErrRunning = errors.New("the demo runs only once; make a new one")

// Options of a [Demo].
type Options struct {
	// BrokerURL is where the fleet connects to, as mqtt://host:port, or
	// mqtts://host:port for TLS.
	BrokerURL string
	// Speed is how much faster than real time the fleet sails, DefaultSpeed
	// when 0, at most MaxSpeed.
	Speed float64
	// Seed decides delays, loads and jitter.
	Seed uint64
	// Now is the clock, time.Now when nil. Simulated time starts from it.
	Now func() time.Time
	// Credentials tells what a device connects with; nil, or the zero value, means
	// nothing but its client ID. It is asked at every connection, from many
	// goroutines.
	Credentials func(Device) Credentials
	// Logger hears of connections, nothing when nil.
	Logger *slog.Logger
}

// Demo is the fleet and its buoys as MQTT clients.
type Demo struct {
	fleet   *Fleet
	agents  []agent
	started atomic.Bool
}

// agent is one device of the demo, with a connection of its own.
type agent interface {
	// run stays connected until ctx ends, and leaves politely.
	run(ctx context.Context)
}

// New sets the fleet up for the time it is now. Nothing connects before Run.
func New(o Options) (*Demo, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	start := o.Now()
	fleet, late, err := muster(o.Seed, start)
	if err != nil {
		return nil, err
	}
	d := &Demo{fleet: fleet}
	clock := simClock{start: start, speed: o.Speed, now: o.Now}
	for i, v := range fleet.Vessels {
		phase := time.Second * time.Duration(i) / time.Duration(len(fleet.Vessels))
		a := newVesselAgent(o, clock, v, phase)
		a.late = i == late
		d.agents = append(d.agents, a)
	}
	quiet := int(o.Seed % uint64(len(fleet.Chart.Buoys)))
	for i, b := range fleet.Chart.Buoys {
		d.agents = append(d.agents, newBuoyAgent(o, b, i == quiet))
	}
	return d, nil
}

// Run connects every vessel and buoy and keeps them going until ctx ends; all
// have said goodbye when it returns. A broker that cannot be reached is tried
// again. It returns nil, or ErrRunning when called a second time.
func (d *Demo) Run(ctx context.Context) error {
	if d.started.Swap(true) {
		return ErrRunning
	}
	var all sync.WaitGroup
	for _, a := range d.agents {
		all.Go(func() { a.run(ctx) })
	}
	all.Wait()
	return nil
}

func (o *Options) complete() error {
	u, err := url.Parse(o.BrokerURL)
	if err != nil || u.Host == "" || !slices.Contains([]string{"mqtt", "tcp", "mqtts"}, u.Scheme) {
		return fmt.Errorf("demo: broker address %q is not of the form mqtt://host:port or mqtts://host:port", o.BrokerURL)
	}
	if o.Credentials == nil {
		o.Credentials = func(Device) Credentials { return Credentials{} }
	}
	if o.Speed == 0 {
		o.Speed = DefaultSpeed
	}
	if !(o.Speed > 0 && o.Speed <= MaxSpeed) {
		return fmt.Errorf("demo: speed %g is out of range; choose a number above 0 and at most %g", o.Speed, MaxSpeed)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// simClock turns real time into simulated time, which starts at the real one.
type simClock struct {
	start time.Time
	speed float64
	now   func() time.Time
}

func (c simClock) time() time.Time {
	return c.start.Add(time.Duration(float64(c.now().Sub(c.start)) * c.speed))
}
