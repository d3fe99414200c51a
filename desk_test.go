//go:build !hub

package main

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

func TestDemoIsAliveWithinSeconds(t *testing.T) {
	p, _ := start(t, func(c *Config) { c.Demo = true })
	eventually(t, "ten living ferries", patience, func() bool {
		alive := 0
		devices, _, _ := p.Store.Devices(model.DeviceQuery{Count: 100})
		for i := range devices {
			if devices[i].Kind == "ferry" && devices[i].Liveness == model.Alive {
				alive++
			}
		}
		return alive >= 10
	})
	if on, total := p.Store.MapDevices(100, 1); total < 10 {
		t.Errorf("%d devices are on the map, want 10 ferries: %v", total, on)
	}
	if lost := p.Store.Stats().Dropped(); len(lost) > 0 {
		t.Errorf("the store lost %v", lost)
	}
}

func TestDemoStopsAndStartsAgain(t *testing.T) {
	p, _ := start(t, nil)
	if p.Fleet.Running() || p.Broker.Stats().Connections > 0 {
		t.Fatal("the fleet sails although it was told not to")
	}
	for range 2 {
		p.Fleet.SetRunning(true)
		eventually(t, "fleet at sea", patience, func() bool { return p.Broker.Stats().Connections >= 10 })
		p.Fleet.SetRunning(false)
		eventually(t, "fleet in port", patience, func() bool { return p.Broker.Stats().Connections == 0 })
	}
}

func TestOneMessageFromAnotherProgram(t *testing.T) {
	p, _ := start(t, nil)
	publish(t, address(p), "kitchen/thermometer", "21.5")
	eventually(t, "thermometer", 2*time.Second, func() bool { _, ok := device(p, "kitchen/thermometer"); return ok })
	// The short session of mosquitto_pub has ended by now, or will at once.
	eventually(t, "end of the session", 2*time.Second, func() bool { return p.Broker.Stats().Connections == 0 })
	p.Store.Tick()
	d, _ := device(p, "kitchen/thermometer")
	if d.Name != "Thermometer" || len(d.Values) != 1 || d.Values[0].Last != 21.5 {
		t.Errorf("the device is %q with the values %v", d.Name, d.Values)
	}
	if d.Liveness == model.Offline || d.Liveness == model.Lost {
		t.Errorf("a device that connects for each message is %v", d.Liveness)
	}
	if d.Publisher == nil || !strings.HasPrefix(d.Publisher.Addr, "127.0.0.1:") {
		t.Errorf("its publisher is %v", d.Publisher)
	}
}

// TestCommandFromTheWindow presses a button and follows the command to a ferry
// and back.
func TestCommandFromTheWindow(t *testing.T) {
	p, a := start(t, func(c *Config) { c.Demo, c.Page = true, "devices" })
	p.window.Start()
	content := a.Driver().AllWindows()[len(a.Driver().AllWindows())-1].Content()
	ferry := "solent/ferries/red-falcon"
	a.Until(t, "ferry", patience, func() bool { d, ok := device(p, ferry); return ok && d.Liveness == model.Alive })
	a.Until(t, "ferry that listens", patience, func() bool {
		return slices.ContainsFunc(p.Broker.Sessions(), func(s broker.SessionInfo) bool {
			return slices.Contains(s.Subscriptions, ferry+"/command/+")
		})
	})
	directory, ok := uitest.Find(content, func(r *widgets.Rows) bool { return r.OnSort != nil })
	if !ok {
		t.Fatal("the page has no directory")
	}
	directory.OnSelect(ferry)
	a.Until(t, "page of the ferry", patience, func() bool {
		_, ok := uitest.Find(content, func(l *widget.Label) bool { return strings.HasPrefix(l.Text, "Red Falcon") })
		return ok
	})
	var button *widgets.CommandButton
	a.Until(t, "command button of the ferry, not of one shown before", patience, func() bool {
		_, shown := uitest.Find(content, func(l *widget.Label) bool { return l.Text == "Red Falcon" })
		button, ok = uitest.Find(content, func(*widgets.CommandButton) bool { return true })
		return ok && shown
	})
	test.Tap(button)
	a.Until(t, "acknowledgement", patience, func() bool {
		sent := p.Store.Commands(ferry, 1)
		if len(sent) == 1 && sent[0].State == model.CommandTimedOut { // the machine is too slow for the command's own patience
			test.Tap(button)
		}
		return len(sent) == 1 && sent[0].State == model.CommandAcknowledged
	})
	if c := p.Store.Commands(ferry, 1)[0]; !c.SessionsKnown || c.Sessions != 1 || c.Spec.Name != "horn" {
		t.Errorf("the command is %+v; want horn, handed to one session", c)
	}
}

func TestCloseTwice(t *testing.T) {
	p, _ := start(t, func(c *Config) { c.Demo = true })
	address := address(p)
	for range 2 {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	if c, err := net.Dial("tcp", address); err == nil {
		t.Error("the port is still open after Close")
		_ = c.Close()
	}
	if d, err := hub.OpenDir(p.cfg.DataDir); err != nil {
		t.Errorf("the data folder is still held after Close: %v", err)
	} else if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func TestNewCleansUpWhatItBegan(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address, dir := l.Addr().String(), t.TempDir()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Config: hub.Config{DemoSet: true, DemoSpeed: 1, DataDir: dir, Listen: "203.0.113.1:1", NoKeychain: true}}, uitest.New(t)); err == nil {
		t.Fatal("an address of another machine was opened")
	}
	p, err := New(Config{Config: hub.Config{DemoSet: true, DemoSpeed: 1, DataDir: dir, Listen: address, NoKeychain: true}}, uitest.New(t))
	if err != nil {
		t.Fatalf("after a failed start: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	p, _ := start(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Run(ctx); err != nil {
		t.Error(err)
	}
}

func TestConnectElsewhere(t *testing.T) {
	address := startMosquitto(t)
	p, _ := start(t, func(c *Config) { c.Connect, c.DemoSet = "mqtt://"+address, false })
	if p.Broker != nil || p.Fleet.Running() {
		t.Error("a broker was started, or the demo sails at somebody else's broker")
	}
	publish(t, address, "kitchen/thermometer", "21.5")
	eventually(t, "thermometer", 2*time.Second, func() bool {
		d, ok := device(p, "kitchen/thermometer")
		return ok && len(d.Values) == 1 && d.Values[0].Last == 21.5
	})
	if d, _ := device(p, "kitchen/thermometer"); d.Publisher != nil {
		t.Errorf("mosquitto does not tell who publishes, and yet it was %v", d.Publisher)
	}
	if r, err := p.Link.Send(t.Context(), model.Outgoing{Topic: "hello", Payload: []byte("1"), QoS: 1}); err != nil || r.SessionsKnown {
		t.Errorf("publish: %+v, %v", r, err)
	}
	eventually(t, "own message", 2*time.Second, func() bool { _, ok := p.Store.Topic("hello"); return ok })
}
