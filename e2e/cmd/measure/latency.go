//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/pilothouse/pilothouse/bench/figure"
	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// connect is a client of the program, which may need a moment to listen.
func connect(ctx context.Context, id string) (mqtt.Client, error) {
	for {
		c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + address).SetClientID(id).SetAutoReconnect(false))
		token := c.Connect()
		token.Wait()
		if token.Error() == nil {
			return c, nil
		}
		if err := wait(ctx, 50*time.Millisecond); err != nil {
			return nil, fmt.Errorf("connecting %s: %w", id, token.Error())
		}
	}
}

// devices connects n devices, each of which says a number once a second until
// stop is called.
func devices(ctx context.Context, n int) (stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	stop = func() { cancel(); all.Wait() }
	for i := range n {
		c, err := connect(ctx, fmt.Sprintf("device-%d", i))
		if err != nil {
			stop()
			return nil, err
		}
		all.Go(func() {
			defer c.Disconnect(100)
			_ = wait(ctx, time.Second*time.Duration(i)/time.Duration(n))
			for round := 0; ctx.Err() == nil; round++ {
				c.Publish(fmt.Sprintf("site/device-%d/report", i), 0, false, fmt.Sprintf(`{"value":%d.5}`, round%60))
				_ = wait(ctx, time.Second)
			}
		})
	}
	return stop, nil
}

// probe is a topic whose value on the screen is one of two payloads.
type probe struct {
	client mqtt.Client
	eye    *desktop.Eye
	at     image.Point // a pixel that tells them apart
	a, b   [3]float64  // its colours
}

var payloads = [2]string{"██████████", "."}

// say publishes one of the two payloads.
func (p *probe) say(which int) error {
	token := p.client.Publish("a/probe", 0, false, payloads[which])
	token.Wait()
	return token.Error()
}

// latency measures the time from publishing to the changed pixel on the screen,
// while 10,000 other messages a second come in. The window is attended.
func (b *bench) latency(ctx context.Context, d *desktop.Display) error {
	process, err := d.Start(b.program, desktop.Options{Args: []string{"--demo=false", "--page", "topics", "--listen", address}})
	if err != nil {
		return err
	}
	w, err := process.Window(ctx, "")
	if err != nil {
		return err
	}
	p := &probe{}
	if p.client, err = connect(ctx, "probe"); err != nil {
		return err
	}
	defer p.client.Disconnect(100)
	if p.eye, err = d.NewEye(ctx); err != nil {
		return err
	}
	defer func() { _ = p.eye.Close() }()
	p.client.Publish("a/count", 0, false, "0").Wait()
	if err := p.find(ctx); err != nil {
		return err
	}
	noise, err := connect(ctx, "noise")
	if err != nil {
		return err
	}
	defer noise.Disconnect(100)
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer func() { cancel(); all.Wait() }()
	all.Go(func() { babble(ctx, noise, 10_000) })
	attended := make(chan error, 1)
	all.Go(func() { attended <- attend(ctx, w, ctx.Done()) })
	took, err := p.measure(ctx, 200)
	if err != nil {
		return err
	}
	frame, err := p.interval(ctx)
	if err != nil {
		return err
	}
	slices.Sort(took)
	p50, p99 := took[len(took)/2].Seconds(), took[len(took)*99/100].Seconds()
	const of = "publish to pixel at 10,000 messages/s, "
	b.say(figure.Plain(of+"median", 1000*p50, "ms"))
	b.say(figure.Plain(of+"p99", 1000*p99, "ms"))
	b.say(figure.AtMost(of+"p99 in frames of the window", p99/frame, "frames", 2))
	b.say(figure.AtMost(of+"p99 in frames of a display of 60 Hz", 60*p99, "frames", 2))
	return nil
}

// interval is how long the window takes from frame to frame, in seconds, by how
// often a number changes on the screen that changes all the time.
func (p *probe) interval(ctx context.Context) (float64, error) {
	const span = 5 * time.Second
	seen, frames := []byte(nil), 0
	began := time.Now()
	for time.Since(began) < span {
		look, err := p.eye.Look(where)
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(look.Pix, seen) {
			seen = look.Pix
			frames++
		}
		if err := wait(ctx, 2*time.Millisecond); err != nil {
			return 0, err
		}
	}
	return span.Seconds() / float64(frames), nil
}

// where is the part of the screen that the topics are in.
var where = image.Rect(100, 80, 640, 400)

// babble publishes rate messages a second below a level that is closed, and counts
// them where everybody sees it.
func babble(ctx context.Context, c mqtt.Client, rate int) {
	beat := time.NewTicker(5 * time.Millisecond)
	defer beat.Stop()
	began, said := time.Now(), 0
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-beat.C:
			for due := int(now.Sub(began).Seconds() * float64(rate)); said < due; said++ {
				c.Publish(fmt.Sprintf("z/y/x/w/v/topic-%d", said%1000), 0, false, "21.5")
				if said%50 == 0 {
					c.Publish("a/count", 0, false, strconv.Itoa(said))
				}
			}
		}
	}
}

// find looks for the pixel that differs most between the payloads.
func (p *probe) find(ctx context.Context) error {
	var seen [4]*image.RGBA
	for i := range seen {
		if err := p.say(i % 2); err != nil {
			return err
		}
		if err := wait(ctx, 2*time.Second); err != nil {
			return err
		}
		var err error
		if seen[i], err = p.eye.Look(where); err != nil {
			return err
		}
	}
	most := 0.0
	for y := seen[0].Rect.Min.Y; y < seen[0].Rect.Max.Y; y++ {
		for x := seen[0].Rect.Min.X; x < seen[0].Rect.Max.X; x++ {
			a, b := channels(seen[0], x, y), channels(seen[1], x, y)
			steady := distance(a, channels(seen[2], x, y)) + distance(b, channels(seen[3], x, y))
			if apart := distance(a, b) - 4*steady; apart > most {
				most, p.at, p.a, p.b = apart, image.Pt(x, y), a, b
			}
		}
	}
	if most < 100 {
		return errors.New("no pixel tells the payloads apart")
	}
	return nil
}

// measure says the payloads in turn, n times, at moments that have nothing to do
// with the window's frames.
func (p *probe) measure(ctx context.Context, n int) ([]time.Duration, error) {
	var took []time.Duration
	for i := range n + 10 {
		if err := wait(ctx, time.Duration(60+i*37%90)*time.Millisecond); err != nil {
			return nil, err
		}
		began := time.Now()
		if err := p.say(i % 2); err != nil {
			return nil, err
		}
		for {
			seen, err := p.eye.Look(image.Rectangle{Min: p.at, Max: p.at.Add(image.Pt(1, 1))})
			if err != nil {
				return nil, err
			}
			now := channels(seen, p.at.X, p.at.Y)
			if isA := distance(now, p.a) < distance(now, p.b); isA == (i%2 == 0) {
				break
			}
			if err := wait(ctx, time.Millisecond); err != nil {
				return nil, err
			}
		}
		if i >= 10 { // the first ones set the window going
			took = append(took, time.Since(began))
		}
	}
	return took, nil
}

func channels(m *image.RGBA, x, y int) [3]float64 {
	c := m.RGBAAt(x, y)
	return [3]float64{float64(c.R), float64(c.G), float64(c.B)}
}

func distance(a, b [3]float64) float64 {
	return math.Abs(a[0]-b[0]) + math.Abs(a[1]-b[1]) + math.Abs(a[2]-b[2])
}
