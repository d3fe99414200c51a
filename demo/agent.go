package demo

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// What a vessel's status topic says.
const (
	StatusOnline  = "online"
	StatusOffline = "offline" // it said goodbye
	StatusLost    = "lost"    // its will spoke
)

// Cadences of a vessel's topics, in real time.
const (
	positionEvery   = time.Second
	positionJitter  = 20 * time.Millisecond
	engineEvery     = 2 * time.Second
	passengersEvery = 10 * time.Second
	voyageEvery     = 5 * time.Second
	otherJitter     = 50 * time.Millisecond
	delayChange     = 30             // seconds of delay worth telling at once
	catchUp         = 12 * time.Hour // of simulated time; beyond it the vessel is placed anew
)

// vesselAgent speaks for one vessel.
type vesselAgent struct {
	link     link
	vessel   *Vessel
	clock    simClock
	root     string
	phase    time.Duration // of its positions in the second
	late     bool          // on the sailing that was held when the fleet was set up
	random   *rand.Rand
	officer  officer
	commands chan command

	passengers Passengers // as last told
	voyage     VoyageClaim
}

func newVesselAgent(o Options, clock simClock, v *Vessel, phase time.Duration) *vesselAgent {
	d := ferry(v.ship)
	random := randomOf(o.Seed, d.ClientID)
	return &vesselAgent{
		link: link{
			broker: o.BrokerURL, device: d, credentials: o.Credentials, log: o.Logger, random: random,
			will: will{topic: d.Root + "/status", payload: StatusLost},
		},
		vessel: v, clock: clock, root: d.Root, phase: phase, random: random,
		commands: make(chan command, commandQueue),
	}
}

// randomOf is a source of its own for each device.
func randomOf(seed uint64, id string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// run places the vessel first: the vessels live through what came before the
// start at the same time, and nobody waits for them.
func (a *vesselAgent) run(ctx context.Context) {
	a.vessel.place(a.clock.start.UTC().Truncate(Step), a.late)
	a.link.run(ctx, a.serve)
}

// serve publishes and obeys until the connection is lost or ctx ends.
func (a *vesselAgent) serve(ctx context.Context, s *session) {
	if !s.subscribe(a.root+"/command/+", a.receive) {
		return
	}
	s.tell(a.root+"/status", true, []byte(StatusOnline))
	a.advance()
	beats := a.beats(s)
	for _, b := range beats[:2] {
		b.do() // a position, with which goes what is new to it, and the engine
	}
	for {
		timer := time.NewTimer(nextDue(beats, time.Now()))
		select {
		case <-ctx.Done():
			timer.Stop()
			s.tell(a.root+"/status", true, []byte(StatusOffline)).WaitTimeout(goodbyeTimeout)
			return
		case <-s.lost:
			timer.Stop()
			return
		case c := <-a.commands:
			timer.Stop()
			a.advance()
			a.publish(s.tellOnce, "/ack/"+c.name, a.officer.obey(a.vessel, c))
		case <-timer.C:
			a.advance()
			for _, b := range beats {
				b.tick(time.Now(), a.random)
			}
		}
	}
}

// beats are the vessel's topics at their cadences. The first positions of the
// vessels are spread over the second.
func (a *vesselAgent) beats(s *session) []*beat {
	v := a.vessel
	beats := []*beat{
		{every: positionEvery, jitter: positionJitter, do: func() {
			a.publish(s.say, "/position", v.Position())
			a.changes(s)
		}},
		{every: engineEvery, jitter: otherJitter, do: func() { a.publish(s.say, "/engine", v.Engine()) }},
		{every: passengersEvery, jitter: otherJitter, do: func() { a.tellPassengers(s) }},
		{every: voyageEvery, jitter: otherJitter, do: func() { a.tellVoyage(s) }},
	}
	second := time.Now().Truncate(time.Second).Add(time.Second + a.phase)
	for i, b := range beats {
		b.start(second.Add(time.Duration(i) * 30 * time.Millisecond))
	}
	return beats
}

// changes tells what has changed since it was last told.
func (a *vesselAgent) changes(s *session) {
	if a.vessel.Passengers() != a.passengers {
		a.tellPassengers(s)
	}
	now, was := a.vessel.Voyage(), a.voyage
	late := now.Delay - was.Delay
	if now.From != was.From || !now.Scheduled.Equal(was.Scheduled) || (now.Departed == nil) != (was.Departed == nil) ||
		late >= delayChange || late <= -delayChange {
		a.tellVoyage(s)
	}
}

func (a *vesselAgent) tellPassengers(s *session) {
	a.passengers = a.vessel.Passengers()
	a.publish(s.say, "/passengers", a.passengers)
}

func (a *vesselAgent) tellVoyage(s *session) {
	a.voyage = a.vessel.Voyage()
	a.publish(s.say, "/voyage", a.voyage)
}

func (a *vesselAgent) publish(send func(topic string, payload []byte), below string, value any) {
	payload, err := json.Marshal(value)
	if err != nil {
		a.link.log.Error("demo vessel cannot write its payload", "topic", a.root+below, "err", err)
		return
	}
	send(a.root+below, payload)
}

// advance brings the vessel to the present.
func (a *vesselAgent) advance() {
	now := a.clock.time()
	if now.Sub(a.vessel.Now()) > catchUp {
		a.vessel.place(now.UTC().Truncate(Step), false)
		return
	}
	a.vessel.Advance(now)
}

// receive queues a command; it runs on the client's goroutine. What does not
// fit is let go: the sender sees no acknowledgement.
func (a *vesselAgent) receive(_ mqtt.Client, m mqtt.Message) {
	name := m.Topic()[strings.LastIndexByte(m.Topic(), '/')+1:]
	if name == "" || len(name) > commandName {
		return
	}
	payload := m.Payload()[:min(len(m.Payload()), commandBytes+1)]
	c := command{name: name, payload: append([]byte(nil), payload...), retained: m.Retained()}
	select {
	case a.commands <- c:
	default:
		a.link.log.Warn("demo vessel is flooded with commands, one let go", "topic", m.Topic())
	}
}
