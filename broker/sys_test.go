package broker

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// What the broker says of itself has mosquitto's names, comes at once and then
// when it has changed, and goes to those who may have it.
func TestSysTopics(t *testing.T) {
	access := &gatekeeper{subscribe: func(_ *model.Publisher, filter string) error {
		if strings.HasPrefix(filter, "$SYS") {
			return errors.New("no")
		}
		return nil
	}}
	b, addr := serve(t, Options{SysInterval: 10 * time.Millisecond, Version: "pilothouse 7"})
	all := connect(t, addr, "all", packet.V311)
	all.subscribe("#", 2)
	c := connect(t, addr, "a", packet.V311)
	c.subscribe("$SYS/broker/version", 2)
	if p := c.expectMessage("$SYS/broker/version", "pilothouse 7"); !p.Retain || p.QoS != 0 {
		t.Errorf("%+v", p)
	}
	c.subscribe("$SYS/broker/clients/connected", 0)
	c.expectMessage("$SYS/broker/clients/connected", "2")
	other := connect(t, addr, "b", packet.V311)
	eventually(t, "news of another client", func() bool {
		p := expect[*packet.Publish](c)
		return string(p.Topic) == "$SYS/broker/clients/connected" && string(p.Payload) == "3" && !p.Retain
	})
	all.quiet() // wildcards do not match [MQTT-4.7.2-1]
	other.publish("$SYS/broker/version", "forged", 0, 0)
	other.quiet()
	if st := b.Stats(); st.Received != 0 || st.Retained != 0 {
		t.Errorf("the account counts itself: %+v", st)
	}
	_, addr = serve(t, Options{Access: access})
	if code := connect(t, addr, "a", packet.V5).subscribe("$SYS/#", 0); code != packet.NotAuthorized {
		t.Errorf("%v for one who may not", code)
	}
	_, addr = serve(t, Options{SysInterval: -1})
	off := connect(t, addr, "a", packet.V5)
	off.subscribe("$SYS/#", 0)
	off.quiet()
}

// Averages are over minutes, per minute.
func TestSysAverages(t *testing.T) {
	n := uint64(0)
	at := time.Now()
	r := &sysReport{at: at, rates: []sysRate{{name: "x", count: func() uint64 { return n }}}}
	for range 30 * 60 / 10 { // half an hour of 100 a second
		n += 1000
		at = at.Add(10 * time.Second)
		r.measure(at)
	}
	for i, average := range r.rates[0].average {
		if want := 6000.0; average < want*0.85 || average > want*1.001 {
			t.Errorf("%d min: %v, not about %v", sysMinutes[i], average, want)
		}
	}
	r.measure(at.Add(10 * time.Minute)) // and then nothing
	if a := r.rates[0].average; a[0] > 1 || a[2] < 1000 {
		t.Errorf("after ten minutes of silence %v", a)
	}
}

// The names are those of the real mosquitto.
func TestSysNamesAreMosquittos(t *testing.T) {
	theirs := sysNames(t, startMosquitto(t))
	_, addr := serve(t, Options{})
	ours := sysNames(t, addr)
	known := make(map[string]bool)
	for _, name := range theirs {
		known[name] = true
	}
	for _, name := range ours {
		if !known[name] && name != "$SYS/broker/clients/maximum" { // left out while it is 0
			t.Errorf("mosquitto has no %s", name)
		}
	}
	if len(ours) < 45 {
		t.Errorf("%d names", len(ours))
	}
}

func sysNames(t *testing.T, addr string) []string {
	t.Helper()
	cmd := mosquitto(t, "mosquitto_sub", addr, "-t", "$SYS/#", "-W", "1", "-F", "%t")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) { // 27: the time is over
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
