package identity_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model/watch"
)

const (
	sunRoot   = "solent/ferries/wight-sun"
	lightRoot = "solent/ferries/wight-light"
)

// fleet is a house with a ferry that is attacked, another ferry, and an operator.
type fleet struct {
	*house
	sun, light, anna *client
}

func newFleet(t testing.TB, change ...func(*identity.Options)) *fleet {
	t.Helper()
	h := newHouse(t, change...)
	f := &fleet{house: h}
	f.sun = h.come(visit{id: "wight-sun", cert: h.enrol(ferry("wight-sun"))})
	f.light = h.come(visit{id: "wight-light", cert: h.enrol(ferry("wight-light"))})
	f.anna = h.come(visit{id: "anna", cert: h.enrol(identity.Identity{Name: "anna", Role: identity.Operator})})
	if code := f.anna.subscribe("#", 0); code.Failed() {
		t.Fatal(code)
	}
	if code := f.sun.subscribe(sunRoot+"/#", 0); code.Failed() {
		t.Fatal(code)
	}
	return f
}

// TestForeignTopic publishes below another's root (row 5), at each QoS and in
// both versions, with and without a topic alias (row 35).
func TestForeignTopic(t *testing.T) {
	f := newFleet(t)
	old := f.come(visit{id: "wight-light-4", version: packet.V311, cert: f.enrol(ferry("wight-light-4"))})
	nobody := f.come(visit{id: "nobody"})
	for qos := range byte(3) {
		for _, c := range []*client{f.light, old, nobody} {
			if code := c.publish(sunRoot+"/position", "forged", qos); qos > 0 && c.v == packet.V5 && code != packet.NotAuthorized {
				t.Errorf("QoS %d: %v", qos, code)
			}
			c.publish(sunRoot, "forged", qos)
			c.publish(sunRoot+"/status", "forged", qos, retained)
		}
	}
	alias := func(p *packet.Publish) { p.Props.SetNumber(packet.TopicAlias, 1) }
	f.light.publish(sunRoot+"/position", "forged", 1, alias)
	f.light.publish("", "forged", 1, alias)
	for _, c := range []*client{f.light, old, nobody} {
		c.well()
	}
	f.told(watch.TopicDenied)
	f.sun.publish(sunRoot+"/position", "true", 1)
	f.sun.well(sunRoot + "/position true")
	f.anna.well(sunRoot + "/position true")
	if len(f.b.Retained("#")) != 0 {
		t.Error("a forged message was retained")
	}
	late := f.come(visit{id: "late", cert: f.enrol(identity.Identity{Name: "late", Role: identity.Reader})})
	late.subscribe("#", 0)
	late.well()

	f.r.SwitchOff(identity.BindRoot)
	f.light.publish(sunRoot+"/position", "forged", 1)
	f.light.publish("", "forged", 1, alias)
	f.sun.well(sunRoot+"/position forged", sunRoot+"/position forged")
	f.told(watch.DefenceOff)
}

// TestAliasAfterRuleChange uses a topic alias that was good when it was made
// (row 35).
func TestAliasAfterRuleChange(t *testing.T) {
	f := newFleet(t)
	alias := func(p *packet.Publish) { p.Props.SetNumber(packet.TopicAlias, 1) }
	f.light.publish(lightRoot+"/position", "1", 1, alias)
	f.light.publish("", "2", 1, alias)
	f.anna.well(lightRoot+"/position 1", lightRoot+"/position 2")
	f.put(identity.Identity{Name: "wight-light", Root: "solent/elsewhere"}) // at once, for the live session
	if code := f.light.publish("", "3", 1, alias); code != packet.NotAuthorized {
		t.Error(code)
	}
	f.anna.well()
}

// TestForgedWill leaves a will on another's topic (row 6), and one that is
// forbidden by the time it is sent.
func TestForgedWill(t *testing.T) {
	f := newFleet(t)
	will := func(topic string, retain bool) func(*packet.Connect) {
		return func(p *packet.Connect) {
			p.Will = &packet.Will{Topic: []byte(topic), Payload: []byte("lost"), Retain: retain}
		}
	}
	third := f.enrol(ferry("third"))
	for _, topic := range []string{sunRoot + "/status", sunRoot + "/command/stop", "solent/ferries/third/command/stop", "elsewhere"} {
		for _, retain := range []bool{false, true} {
			f.refused(visit{id: "third", cert: third, change: will(topic, retain)})
		}
	}
	f.refused(visit{id: "nobody", change: will(sunRoot+"/status", true)})
	f.told(watch.WillDenied)
	i := ferry("third")
	i.NoWill = true
	f.put(i)
	f.refused(visit{id: "third", cert: third, change: will("solent/ferries/third/status", false)})
	f.put(ferry("third"))
	c := f.come(visit{id: "third", cert: third, change: will("solent/ferries/third/status", true)})
	if err := f.r.Revoke("third", "sold"); err != nil {
		t.Fatal(err)
	}
	c.gone()
	f.closed("third")
	f.sun.well()
	f.anna.well()

	f.r.SwitchOff(identity.WillRule)
	f.light.send(&packet.Disconnect{})
	f.closed("wight-light")
	rogue := f.come(visit{id: "rogue", change: will(sunRoot+"/status", true)})
	_ = rogue.nc.Close()
	f.closed("rogue")
	f.sun.well(sunRoot + "/status lost")
}

// TestRetainIsARight retains without the right to (row 7).
func TestRetainIsARight(t *testing.T) {
	f := newFleet(t)
	i := ferry("wight-light")
	i.NoRetain = true
	f.put(i)
	if code := f.light.publish(lightRoot+"/status", "online", 1, retained); code != packet.NotAuthorized {
		t.Error(code)
	}
	f.light.publish(lightRoot+"/status", "online", 0, retained)
	f.light.publish(lightRoot+"/status", "not kept", 1)
	f.anna.well(lightRoot + "/status not kept")
	f.told(watch.RetainDenied)
	if kept := f.b.Retained("#"); len(kept) != 0 {
		t.Errorf("%+v", kept)
	}
	f.r.SwitchOff(identity.RetainRule)
	f.light.publish(lightRoot+"/status", "online", 1, retained)
	if kept := f.b.Retained("#"); len(kept) != 1 || kept[0].Publisher.Identity != "wight-light" {
		t.Errorf("%+v", kept)
	}
}

// TestRetainedOfTheRevoked subscribes after the device was revoked (row 8).
func TestRetainedOfTheRevoked(t *testing.T) {
	for _, off := range []bool{false, true} {
		f := newFleet(t)
		f.light.publish(lightRoot+"/status", "online", 1, retained)
		f.anna.well(lightRoot + "/status online")
		if off {
			f.r.SwitchOff(identity.RevocationCheck)
		}
		if err := f.r.Revoke("wight-light", "stolen"); err != nil {
			t.Fatal(err)
		}
		f.light.gone()
		late := f.come(visit{id: "late", cert: f.enrol(identity.Identity{Name: "late", Role: identity.Reader})})
		late.subscribe("#", 0)
		if got := late.heard(); (len(got) == 0) == off {
			t.Errorf("defence off %v: heard %q", off, got)
		}
		if kept := f.b.Retained("#"); (len(kept) == 0) == off {
			t.Errorf("defence off %v: %+v", off, kept)
		}
	}
}

// TestPurge revokes a device and has what it left removed at once.
func TestPurge(t *testing.T) {
	f := newFleet(t)
	for n := range 3 {
		f.light.publish(fmt.Sprint(lightRoot, "/status/", n), "online", 1, retained)
	}
	f.sun.publish(sunRoot+"/status", "online", 1, retained)
	if err := f.r.RevokeAndPurge("wight-light", "stolen"); err != nil {
		t.Fatal(err)
	}
	f.light.gone()
	if kept := f.b.Retained("#"); len(kept) != 1 || kept[0].Publisher.Identity != "wight-sun" {
		t.Errorf("%+v", kept)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.events) != 1 || !strings.HasPrefix(f.events[0].Reason.String(), "3 retained messages of wight-light") {
		t.Errorf("%+v", f.events)
	}
}

// TestStaleSubscription resumes a session whose rules were changed while it was
// away (row 9).
func TestStaleSubscription(t *testing.T) {
	f := newFleet(t)
	spy := f.enrol(identity.Identity{Name: "spy", Role: identity.Reader})
	c := f.come(visit{id: "spy", cert: spy, keep: true})
	c.subscribe("solent/#", 1)
	_ = c.nc.Close()
	f.closed("spy")
	f.sun.publish(sunRoot+"/position", "secret", 1) // waits in the queue
	p := f.r.Policy()
	p.Roles[identity.Reader] = identity.Rules{Read: []string{"weather/#"}}
	if err := f.r.SetPolicy(p); err != nil {
		t.Fatal(err)
	}
	f.sun.publish(sunRoot+"/position", "secret too", 1)
	c = f.come(visit{id: "spy", cert: spy, keep: true})
	f.sun.publish(sunRoot+"/position", "and that", 1)
	c.well()
	f.told(watch.FilterDenied)
	for _, s := range f.b.Sessions() {
		if s.Publisher.ClientID == "spy" && len(s.Subscriptions) != 0 {
			t.Errorf("it still has %q", s.Subscriptions)
		}
	}
}

// TestEditsApplyAtOnce changes the rules under a live subscription.
func TestEditsApplyAtOnce(t *testing.T) {
	f := newFleet(t)
	c := f.come(visit{id: "spy", cert: f.enrol(identity.Identity{Name: "spy", Role: identity.Reader})})
	c.subscribe("#", 0)
	f.sun.publish(sunRoot+"/position", "1", 1)
	c.well(sunRoot + "/position 1")
	p := f.r.Policy()
	p.Roles[identity.Reader] = identity.Rules{} // nothing, not everything
	if err := f.r.SetPolicy(p); err != nil {
		t.Fatal(err)
	}
	f.sun.publish(sunRoot+"/position", "2", 1)
	c.well()
	f.told(watch.DeliveryDenied)
	if code := c.subscribe("weather", 0); code != packet.NotAuthorized {
		t.Error(code)
	}
	f.anna.well(sunRoot+"/position 1", sunRoot+"/position 2")
}

// TestSnooping subscribes to everything in each form (row 17).
func TestSnooping(t *testing.T) {
	f := newFleet(t)
	nobody := f.come(visit{id: "nobody"})
	for _, filter := range []string{"#", "+/#", "$SYS/#", "$share/g/#", "$share/g/" + sunRoot + "/#", "solent/#", "solent/+/wight-sun/position",
		sunRoot + "/+", sunRoot, "solent/ferries/+", "+/+/+/#", "$SYS/broker/version", "$share/g/$SYS/#"} {
		for name, c := range map[string]*client{"a ferry": f.light, "nobody": nobody} {
			if code := c.subscribe(filter, 0); code != packet.NotAuthorized {
				t.Errorf("%s may subscribe to %s: %v", name, filter, code)
			}
		}
	}
	if code := nobody.subscribe("weather/#", 0); code.Failed() {
		t.Error(code)
	}
	f.told(watch.FilterDenied)
	f.sun.publish(sunRoot+"/position", "1", 1)
	f.light.well()
	nobody.well()

	f.r.SwitchOff(identity.FilterRule)
	nobody.subscribe("#", 0) // the second line: each delivery
	f.sun.publish(sunRoot+"/position", "2", 1)
	nobody.well()
	f.told(watch.DeliveryDenied)
	f.r.SwitchOff(identity.DeliveryRule)
	f.sun.publish(sunRoot+"/position", "3", 1)
	nobody.well(sunRoot + "/position 3")
}

// TestForgedCommand sends commands without being an operator (rows 19 and 20).
func TestForgedCommand(t *testing.T) {
	f := newFleet(t)
	bridge := f.come(visit{id: "hub-2", cert: f.enrol(identity.Identity{Name: "hub-2", Role: identity.Bridge, Root: "remote/hub-2"})})
	nobody := f.come(visit{id: "nobody"})
	for _, level := range []string{"command", "commands/all", "cmd", "engine/set", "Command", "SET"} {
		for name, c := range map[string]*client{"another ferry": f.light, "the ferry itself": f.sun, "a bridge": bridge, "nobody": nobody} {
			for _, change := range []func(*packet.Publish){func(*packet.Publish) {}, retained} {
				if code := c.publish(sunRoot+"/"+level+"/horn", "1", 1, change); code != packet.NotAuthorized {
					t.Errorf("%s may command %s: %v", name, level, code)
				}
			}
		}
	}
	f.told(watch.CommandDenied)
	f.sun.well()
	f.anna.publish(sunRoot+"/command/horn", "2", 1)
	f.sun.well(sunRoot + "/command/horn 2")
	if _, err := f.window().Publish(context.Background(), sunRoot+"/command/horn", []byte("3"), 1, false, nil); err != nil {
		t.Fatal(err)
	}
	f.sun.well(sunRoot + "/command/horn 3")
	f.put(identity.Identity{Name: "hub-2", Role: identity.Bridge, Root: "remote/hub-2", Command: []string{sunRoot + "/command/lights"}})
	bridge.publish(sunRoot+"/command/horn", "4", 1)
	bridge.publish(sunRoot+"/command/lights", "5", 1)
	f.sun.well(sunRoot + "/command/lights 5")

	f.r.SwitchOff(identity.CommandRule)
	f.light.publish(sunRoot+"/command/horn", "6", 1)
	f.sun.well(sunRoot + "/command/horn 6")
}

// TestTopicExplosion writes to ever new topics (row 22).
func TestTopicExplosion(t *testing.T) {
	f := newFleet(t)
	const many = 3_000
	for n := range many {
		f.light.publish(fmt.Sprintf("%s/x/%d", lightRoot, n), "", 0)
	}
	if code := f.light.publish(lightRoot+"/one/more", "", 1); code != packet.QuotaExceeded {
		t.Error(code)
	}
	f.told(watch.QuotaReached)
	if used, limit := f.r.TopicsOf("wight-light"); used != limit || limit != 1_000 {
		t.Errorf("%d of %d", used, limit)
	}
	if got := f.anna.heard(); len(got) != 1_000 {
		t.Errorf("%d topics came through", len(got))
	}
	if code := f.light.publish(lightRoot+"/x/1", "again", 1); code.Failed() {
		t.Error("a topic it has already:", code)
	}
	f.sun.publish(sunRoot+"/position", "1", 1)
	f.sun.well(sunRoot + "/position 1")

	f.r.SwitchOff(identity.TopicQuota)
	if code := f.light.publish(lightRoot+"/one/more", "", 1); code.Failed() {
		t.Error(code)
	}
}
