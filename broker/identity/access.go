package identity

import (
	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

var _ broker.Access = (*Registry)(nil)

// refuse makes a refusal that the client gets as "not authorized".
func refuse(kind watch.Kind, why model.Phrase) error {
	return &broker.Refusal{Code: packet.NotAuthorized, Reason: why, Kind: kind}
}

// denial is an answer of the hot path, which costs no allocation: it carries no
// particulars, as the broker tells the publisher and the topic.
type denial uint8

const (
	notYours denial = iota
	noPublish
	noRetain
	noWill
	noFilter
	noDelivery
	noSender
	noCommand
	noLonger
	quotaReached
)

// Error implements error.
func (d denial) Error() string { return d.refusal().Reason.String() }

// Said is what d means, for a window in any language.
func (d denial) Said() model.Phrase { return d.refusal().Reason }

// As lets errors.As see the refusal in d, with its kind and reason code.
func (d denial) As(target any) bool {
	t, ok := target.(**broker.Refusal)
	if ok {
		*t = d.refusal()
	}
	return ok
}

// refusal is what d means.
func (d denial) refusal() *broker.Refusal {
	what := [...]struct {
		kind watch.Kind
		why  model.Phrase
	}{
		notYours:     {watch.TopicDenied, model.Sayf("the topic belongs to another identity")},
		noPublish:    {watch.TopicDenied, model.Sayf("its rules do not let it publish there")},
		noRetain:     {watch.RetainDenied, model.Sayf("its rules do not let it leave retained messages there")},
		noWill:       {watch.WillDenied, model.Sayf("its rules do not let it leave a will there")},
		noFilter:     {watch.FilterDenied, model.Sayf("the filter takes in topics that it may not read")},
		noDelivery:   {watch.DeliveryDenied, model.Sayf("it may not read the topic")},
		noSender:     {watch.Revoked, model.Sayf("the sender is revoked")},
		noCommand:    {watch.CommandDenied, model.Sayf("commands come from operators only")},
		noLonger:     {watch.Revoked, model.Sayf("it may not be here any more")},
		quotaReached: {watch.QuotaReached, model.Sayf("it writes to more topics than its quota")},
	}[d]
	r := &broker.Refusal{Code: packet.NotAuthorized, Reason: what.why, Kind: what.kind}
	if d == quotaReached {
		r.Code = packet.QuotaExceeded
	}
	return r
}

// Will implements broker.Access.
func (r *Registry) Will(p *model.Publisher, topic string, retain bool) error {
	if p.Addr == model.InProcess || r.isOff(WillRule) {
		return nil
	}
	pol := r.policy.Load()
	if pol.isCommand(topic) {
		return r.mayCommand(pol, p, topic, retain)
	}
	m, err := r.speaker(pol, p)
	switch {
	case err != nil:
		return err
	case m == nil:
		if owner, _ := pol.claims.roots.find(topic); owner != "" {
			return noWill
		}
	case !matchesAny(m.will, topic):
		return noWill
	case retain && !matchesAny(m.retain, topic) && !r.isOff(RetainRule):
		return noRetain
	}
	return nil
}

// Publish implements broker.Access.
func (r *Registry) Publish(p *model.Publisher, topic string, retain bool) error {
	if p.Addr == model.InProcess {
		return nil
	}
	pol := r.policy.Load()
	if pol.isCommand(topic) {
		return r.mayCommand(pol, p, topic, retain)
	}
	m, err := r.speaker(pol, p)
	if err != nil {
		return err
	}
	if m == nil {
		if owner, _ := pol.claims.roots.find(topic); owner != "" && !r.isOff(BindRoot) {
			return notYours
		}
		return r.withinQuota(pol, p, topic, retain)
	}
	if !matchesAny(m.publish, topic) && !r.isOff(BindRoot) {
		return noPublish
	}
	if retain && !matchesAny(m.retain, topic) && !r.isOff(RetainRule) {
		return noRetain
	}
	return r.withinQuota(pol, p, topic, retain)
}

// mayCommand decides about a topic that is a command.
func (r *Registry) mayCommand(pol *policy, p *model.Publisher, topic string, retain bool) error {
	if r.isOff(CommandRule) {
		return nil
	}
	m, err := r.speaker(pol, p)
	switch {
	case err != nil:
		return err
	case m == nil:
		if owner, _ := pol.claims.roots.find(topic); owner != "" {
			return noCommand
		}
		return r.withinQuota(pol, p, topic, retain)
	case !matchesAny(m.command, topic):
		return noCommand
	}
	return r.withinQuota(pol, p, topic, retain)
}

// Subscribe implements broker.Access.
func (r *Registry) Subscribe(p *model.Publisher, filter string) error {
	if p.Addr == model.InProcess || r.isOff(FilterRule) {
		return nil
	}
	pol := r.policy.Load()
	m, err := r.speaker(pol, p)
	if err != nil {
		return err
	}
	if m == nil {
		if filter[0] == '$' || !pol.doc.Policy.AnonymousRead && pol.claims.roots.reached(filter) != "" {
			return noFilter
		}
		return nil
	}
	if !coversAny(m.read, filter) {
		return noFilter
	}
	return nil
}

// Deliver implements broker.Access.
func (r *Registry) Deliver(to, from *model.Publisher, topic string) error {
	pol := r.policy.Load()
	if from.Identity != "" && from.Addr != model.InProcess && r.active(pol, from.Identity) == nil {
		return noSender
	}
	if to.Addr == model.InProcess || r.isOff(DeliveryRule) {
		return nil
	}
	m, err := r.speaker(pol, to)
	if err != nil {
		return err
	}
	if m == nil {
		if topic[0] == '$' {
			return noDelivery
		}
		if owner, _ := pol.claims.roots.find(topic); owner != "" && !pol.doc.Policy.AnonymousRead {
			return noDelivery
		}
		return nil
	}
	if !matchesAny(m.read, topic) {
		return noDelivery
	}
	return nil
}

// Generation implements broker.Access.
func (r *Registry) Generation() uint64 { return r.generation.Load() }

// speaker is the member behind a session; nil for an anonymous client that may be
// here. A session whose identity was taken away may nothing any more.
func (r *Registry) speaker(pol *policy, p *model.Publisher) (*member, error) {
	if p.Identity == "" {
		if !r.admitsAnonymous(p.Addr) {
			return nil, noLonger
		}
		return nil, nil
	}
	m := r.active(pol, p.Identity)
	if m == nil {
		return nil, noLonger
	}
	return m, nil
}

// admitsAnonymous tells whether a client without an identity may be here.
func (r *Registry) admitsAnonymous(addr string) bool {
	return r.o.AllowAnonymous || r.isOff(AnonymousRefusal) || r.o.OpenLoopback && isLocal(addr)
}
