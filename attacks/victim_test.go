package attacks

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/pilothouse/pilothouse/demo/impostor"
	"github.com/pilothouse/pilothouse/model"
)

// beat is how often the victim reports, and is sent a command.
const beat = 50 * time.Millisecond

// victim is a device of the usual kind: a library that many use, a session that
// is kept, a will, a retained status, reports and commands at QoS 1.
type victim struct {
	client mqtt.Client
	root   string
	stop   chan struct{}
	work   sync.WaitGroup
	drops  atomic.Int64
	sent   atomic.Int64 // reports that were acknowledged

	mu       sync.Mutex
	commands []string
}

// startVictim connects the victim over a transport and has it report.
func startVictim(t *testing.T, target *impostor.Target) *victim {
	t.Helper()
	v := &victim{root: target.Victim.Root, stop: make(chan struct{})}
	c := target.Victim.Credentials
	o := mqtt.NewClientOptions().AddBroker(pahoURL(target)).SetClientID(c.ClientID).SetCleanSession(false).
		SetProtocolVersion(4).SetKeepAlive(30*time.Second).SetAutoReconnect(true).SetMaxReconnectInterval(100*time.Millisecond).
		SetConnectRetry(false).SetResumeSubs(true).SetOrderMatters(true).SetWill(v.root+"/status", "lost", 1, true).
		SetConnectionLostHandler(func(mqtt.Client, error) { v.drops.Add(1) }).
		SetDefaultPublishHandler(v.receive)
	if c.Certificate != nil && target.Via != impostor.TCP {
		o.SetTLSConfig(&tls.Config{RootCAs: target.Authority, ServerName: "localhost", Certificates: []tls.Certificate{*c.Certificate}, MinVersion: tls.VersionTLS12})
	} else {
		o.SetUsername(c.Username).SetPassword(c.Password)
	}
	v.client = mqtt.NewClient(o)
	done(t, "connect the victim", v.client.Connect())
	done(t, "subscribe", v.client.Subscribe(v.root+"/command/#", 1, v.receive))
	done(t, "report its status", v.client.Publish(v.root+"/status", 1, true, "online"))
	v.work.Go(v.report)
	return v
}

func done(t *testing.T, what string, token mqtt.Token) {
	t.Helper()
	if !token.WaitTimeout(patience) || token.Error() != nil {
		t.Fatalf("%s: %v", what, token.Error())
	}
}

// pahoURL is the target's address as paho wants it.
func pahoURL(target *impostor.Target) string {
	scheme := map[impostor.Transport]string{impostor.TCP: "tcp", impostor.TLS: "ssl", impostor.WSS: "wss"}[target.Via]
	u := url.URL{Scheme: scheme, Host: target.Addresses[target.Via]}
	if target.Via == impostor.WSS {
		u.Path = "/mqtt"
	}
	return u.String()
}

func (v *victim) receive(_ mqtt.Client, m mqtt.Message) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.commands = append(v.commands, string(m.Payload()))
}

// report publishes a numbered position, each when the one before is acknowledged.
func (v *victim) report() {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for n := int64(1); ; n++ {
		token := v.client.Publish(v.root+"/position", 1, false, fmt.Sprintf(`{"lat":50.75,"lon":-1.3,"n":%d}`, n))
		select {
		case <-token.Done():
			v.sent.Store(n)
		case <-v.stop:
			return
		}
		select {
		case <-tick.C:
		case <-v.stop:
			return
		}
	}
}

// leave has the victim say goodbye.
func (v *victim) leave() {
	close(v.stop)
	v.work.Wait()
	v.client.Disconnect(100)
}

// audience is who listens to the victim inside the hub, and commands it.
type audience struct {
	root    string
	vouched string // the identity that alone may publish below root, empty when nobody is vouched for
	publish func(ctx context.Context, topic string, payload []byte) error

	mu      sync.Mutex
	heard   map[int64]int // reports by number
	forged  []string
	ordered []int64
}

func newAudience(root, vouched string) *audience {
	return &audience{root: root, vouched: vouched, heard: make(map[int64]int)}
}

// take judges messages below the victim's root.
func (a *audience) take(batch []model.Message) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range batch {
		m := &batch[i]
		below, ok := strings.CutPrefix(m.Topic, a.root+"/")
		if !ok || strings.HasPrefix(below, "command/") && m.Publisher.Operator() {
			continue
		}
		var p struct{ N int64 }
		switch {
		case a.vouched != "" && m.Publisher.Name() != a.vouched:
			a.forgery("%s on %s, by %s", m.Payload, m.Topic, m.Publisher.Name())
		case below == "status" && (string(m.Payload) == "online" || string(m.Payload) == "lost"):
			// its own will speaks when a copy of its key took its place
		case below == "position" && json.Unmarshal(m.Payload, &p) == nil && p.N > 0:
			a.heard[p.N]++
			a.ordered = append(a.ordered, p.N)
		default:
			a.forgery("%s on %s", m.Payload, m.Topic)
		}
	}
}

func (a *audience) forgery(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	a.forged = append(a.forged, text[:min(len(text), 120)])
}

// command sends the victim numbered commands until ctx ends, and returns how
// many.
func (a *audience) command(ctx context.Context) (sent int) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		// Not with ctx: a command whose storing is not waited for has gone all the same.
		if err := a.publish(context.WithoutCancel(ctx), a.root+"/command/step", []byte(strconv.Itoa(sent+1))); err != nil {
			return sent
		}
		sent++
		select {
		case <-tick.C:
		case <-ctx.Done():
			return sent
		}
	}
}

// effect is what an attack did to the victim.
type effect struct {
	drops    int64
	reports  int64
	commands int
	forged   []string
	lost     []string
}

func (e effect) String() string {
	text := fmt.Sprintf("%d reports, %d commands: %d forged, %d lost", e.reports, e.commands, len(e.forged), len(e.lost))
	if e.drops > 0 {
		text = fmt.Sprintf("%d times dropped; %s", e.drops, text)
	}
	if len(e.forged)+len(e.lost) > 0 {
		text += "; " + strings.Join(append(e.forged, e.lost...), "; ")
	}
	return text
}

// judge compares what was sent with what came.
func judge(v *victim, a *audience, commands int) (e effect) {
	a.mu.Lock()
	defer a.mu.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	e = effect{drops: v.drops.Load(), reports: v.sent.Load(), commands: commands}
	for n := int64(1); n <= e.reports; n++ {
		if a.heard[n] == 0 {
			e.lost = append(e.lost, fmt.Sprintf("report %d was lost", n))
		}
	}
	if e.drops == 0 && !slices.IsSorted(a.ordered) {
		e.lost = append(e.lost, "its reports came out of order")
	}
	for _, f := range a.forged {
		e.forged = append(e.forged, "its subscribers were told: "+f)
	}
	got := make(map[string]bool)
	for _, c := range v.commands {
		if n, err := strconv.Atoi(c); err != nil || n < 1 || n > commands {
			e.forged = append(e.forged, fmt.Sprintf("it was commanded: %.80s", c))
		}
		got[c] = true
	}
	for n := range commands {
		if !got[strconv.Itoa(n+1)] {
			e.lost = append(e.lost, fmt.Sprintf("command %d was lost", n+1))
		}
	}
	return e
}
