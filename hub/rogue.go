package hub

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/demo"
	"github.com/pilothouse/pilothouse/demo/impostor"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// Rogue plays the demo's impostor against the broker of this program. All
// methods return at once.
type Rogue struct {
	h *Hub

	mu    sync.Mutex
	state watch.Impostor
	imp   *impostor.Impostor // nil until released
	end   context.CancelFunc
	off   map[string]bool
	busy  bool // a step is being played

	adjust func(*impostor.Options) // for tests that have no audience, else nil
}

// The identities of the show beside the fleet's.
const (
	thiefName, thiefRoot = "harbour-tug", "solent/tugs/harbour-tug"
	witnessName          = "harbour-office"
	victimName           = "red-falcon"
)

// defences are the checks that the impostor runs into, with what of the registry
// they are: nothing for those that a device or the listener has.
func defences() []struct {
	key, about string
	of         []identity.Defence
} {
	return []struct {
		key, about string
		of         []identity.Defence
	}{
		{impostor.BindClientID, "Nobody speaks under the client ID of another.", []identity.Defence{identity.BindClientID, identity.CloneQuarantine}},
		{impostor.SourcePinning, "A stolen password is of no use elsewhere.", []identity.Defence{identity.SourcePin}},
		{impostor.OwnRoot, "A device writes below its own topic alone.", []identity.Defence{identity.BindRoot}},
		{impostor.AliasFirst, "The rule is asked for the topic that a number stands for.", []identity.Defence{identity.BindRoot}},
		{impostor.WillRule, "Nobody leaves a last word in another's name.", []identity.Defence{identity.WillRule}},
		{impostor.RetainRule, "Nobody plants a value that outlives them.", []identity.Defence{identity.RetainRule, identity.BindRoot}},
		{impostor.FilterRule, "Nobody listens in on everybody.", []identity.Defence{identity.FilterRule, identity.DeliveryRule}},
		{impostor.CloneQuarantine, "One key in two devices is noticed and held.", []identity.Defence{identity.CloneQuarantine, identity.SourcePin}},
		{impostor.PinnedAuthority, "A device speaks to nobody else's broker.", nil},
		{impostor.SocketCaps, "Who connects and says nothing is sent away.", nil},
		{impostor.TakeoverLimit, "Nobody wears the broker out by reconnecting.", []identity.Defence{identity.TakeoverLimit, identity.CloneQuarantine}},
	}
}

// State is what the impostor is doing.
func (r *Rogue) State() watch.Impostor {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.state
	s.Trials = append([]watch.Trial(nil), s.Trials...)
	return s
}

// Defences are the checks that can be switched off.
func (r *Rogue) Defences() []watch.Defence {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []watch.Defence
	for _, d := range defences() {
		out = append(out, watch.Defence{Key: d.key, Name: defenceName(d.key).Format, About: d.about, Off: r.off[d.key]})
	}
	return out
}

// SetDefence switches a check off or on again. What two checks have in common is
// off while either is.
func (r *Rogue) SetDefence(key string, off bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed := r.off[key] != off
	r.off[key] = off
	switch key {
	case impostor.SocketCaps:
		r.h.crew.unhurried.Store(off)
	case impostor.PinnedAuthority: // asked for at each step
	default:
		changed = false // the registry tells
	}
	if changed {
		r.tell(key, off)
	}
	lacking := make(map[identity.Defence]bool)
	for _, d := range defences() {
		for _, of := range d.of {
			lacking[of] = lacking[of] || r.off[d.key]
		}
	}
	for of, off := range lacking {
		switch {
		case off && !r.h.Registry.IsOff(of):
			r.h.Registry.SwitchOff(of)
		case !off && r.h.Registry.IsOff(of):
			r.h.Registry.SwitchOn(of)
		}
	}
}

// tell notes that a defence that is not the registry's was switched.
func (r *Rogue) tell(key string, off bool) {
	why := model.Sayf("the defence “%s” is on again", defenceName(key))
	if off {
		why = model.Sayf("the defence “%s” is switched off", defenceName(key))
	}
	r.h.onIdentityEvent(identity.Event{Kind: watch.DefenceOff, At: time.Now(), Reason: why})
}

// defenceName is what a defence is called.
func defenceName(key string) model.Phrase { return model.Sayf(strings.ToUpper(key[:1]) + key[1:]) }

// newRogue is an impostor that waits to be released.
func newRogue(h *Hub) *Rogue {
	return &Rogue{h: h, off: make(map[string]bool), state: watch.Impostor{Trials: planned()}}
}

// planned are the trials before they begin.
func planned() []watch.Trial {
	var out []watch.Trial
	for _, a := range impostor.Plan() {
		out = append(out, watch.Trial{Name: a.Name, Defence: a.Defence, Detail: a.Told("Red Falcon")})
	}
	return out
}

// Release starts the impostor from its first attack; stepping has it wait for
// Step before each.
func (r *Rogue) Release(stepping bool) {
	r.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.h.Fleet.Running() {
		r.state.Err = "the fleet is in port: start the demo first"
		return
	}
	ctx, cancel := context.WithCancel(r.h.ctx)
	r.end = cancel
	r.state = watch.Impostor{Running: true, Stepping: stepping, Started: time.Now(), Trials: planned()}
	r.busy = true
	r.h.group.Go(func() { r.begin(ctx, stepping) })
}

// begin prepares the show, and plays it through unless it is stepped.
func (r *Rogue) begin(ctx context.Context, stepping bool) {
	imp, root, err := r.prepare()
	r.mu.Lock()
	r.imp, r.busy, r.state.Victim = imp, false, root
	r.mu.Unlock()
	if err == nil && !stepping {
		err = imp.Run(ctx)
	}
	if err != nil || !stepping {
		r.ended(err)
	}
	if ctx.Err() != nil && imp != nil {
		imp.Stop()
	}
}

// ended notes the end of the show.
func (r *Rogue) ended(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil && !errors.Is(err, impostor.ErrStopped) && !errors.Is(err, impostor.ErrOver) && !errors.Is(err, context.Canceled) {
		r.state.Err = err.Error()
	}
	r.state.Running, r.state.Ended = false, time.Now()
}

// Step plays the next attack.
func (r *Rogue) Step() {
	r.mu.Lock()
	defer r.mu.Unlock()
	imp := r.imp
	if imp == nil || r.busy || !r.state.Running || !r.state.Stepping {
		return
	}
	r.busy = true
	r.h.group.Go(func() {
		step, err := imp.Next(r.h.ctx)
		r.mu.Lock()
		r.busy = false
		r.mu.Unlock()
		if err != nil || step.Number == step.Of {
			r.ended(err)
		}
	})
}

// Stop calls the impostor back.
func (r *Rogue) Stop() {
	r.mu.Lock()
	imp, end := r.imp, r.end
	r.imp, r.end = nil, nil
	running := r.state.Running
	if running {
		r.state.Running, r.state.Ended = false, time.Now()
	}
	r.mu.Unlock()
	if end != nil {
		end()
	}
	if imp != nil {
		r.h.group.Go(imp.Stop)
	}
}

// onStep follows the show.
func (r *Rogue) onStep(s impostor.Step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.Number < 1 || s.Number > len(r.state.Trials) {
		return
	}
	t := &r.state.Trials[s.Number-1]
	t.Detail, t.Took, t.Transport, t.At = s.Plain, s.Took, string(impostor.TLS), time.Now()
	t.Outcome = map[impostor.State]watch.Outcome{impostor.Trying: watch.Trying, impostor.Refused: watch.Refused,
		impostor.Succeeded: watch.Succeeded, impostor.NotTried: watch.Unproven}[s.State]
	if !s.Evidence.Empty() {
		t.Detail = s.Evidence
		if !s.Victim.Empty() {
			t.Detail = model.Sayf("%s; %s", s.Evidence, s.Victim)
		}
	}
}

// prepare enrols who takes part, and hands the impostor what it has stolen. It
// returns the root topic of the victim, too.
func (r *Rogue) prepare() (*impostor.Impostor, string, error) {
	t := impostor.Target{Addresses: make(map[impostor.Transport]string), Authority: x509.NewCertPool(), ThiefRoot: thiefRoot}
	devices, err := demo.Devices()
	if err != nil {
		return nil, "", err
	}
	for _, d := range devices {
		if d.Name == victimName {
			papers := r.h.crew.credentials(d)
			if papers.TLS == nil {
				return nil, "", fmt.Errorf("%s has no identity", d.Name)
			}
			t.Victim = impostor.Victim{Name: "Red Falcon", Root: d.Root,
				Credentials: impostor.Credentials{ClientID: d.ClientID, Certificate: &papers.TLS.Certificates[0]}}
			t.Addresses[impostor.TLS] = strings.TrimPrefix(papers.BrokerURL, "mqtts://")
		}
	}
	t.Authority.AddCert(r.h.Registry.Authority().Certificate())
	t.Victim.Username, t.Victim.Password = victimName, rand.Text()
	if err := r.h.Registry.SetPassword(victimName, t.Victim.Password); err != nil {
		return nil, "", err
	}
	if t.Thief, err = r.member(identity.Identity{Name: thiefName, Kind: demoMark + "tug", Root: thiefRoot}, thiefName); err != nil {
		return nil, "", err
	}
	office := identity.Identity{Name: witnessName, Kind: demoMark + "office", Role: identity.Reader, ClientIDs: []string{"demo-witness", "demo-late"}}
	if t.Witness, err = r.member(office, "demo-witness"); err != nil {
		return nil, "", err
	}
	t.Late = t.Witness
	t.Late.ClientID = "demo-late"
	o := impostor.Options{Target: t, OnStep: r.onStep, Gullible: r.gullible}
	if r.adjust != nil {
		r.adjust(&o)
	}
	imp, err := impostor.New(o)
	return imp, t.Victim.Root, err
}

// gullible tells whether devices trust any authority.
func (r *Rogue) gullible() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.off[impostor.PinnedAuthority]
}

// member enrols one of the show's identities and gives it a certificate.
func (r *Rogue) member(i identity.Identity, clientID string) (impostor.Credentials, error) {
	if err := r.h.Registry.Put(i); err != nil {
		return impostor.Credentials{}, err
	}
	config, err := r.h.clientTLS(i.Name, crewTime)
	if err != nil {
		return impostor.Credentials{}, err
	}
	c := impostor.Credentials{ClientID: clientID, Certificate: new(tls.Certificate)}
	*c.Certificate = config.Certificates[0]
	return c, nil
}
