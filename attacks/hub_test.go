package attacks

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/demo/impostor"
	"github.com/pilothouse/pilothouse/model/watch"
)

var (
	everywhere = []impostor.Transport{impostor.TCP, impostor.TLS, impostor.WSS}
	encrypted  = everywhere[1:]
)

// hubTrials are the attacks that need more than a client can do: somebody who
// changes rules meanwhile, another hub, or a look at the hub's memory and files.
func hubTrials() []trial {
	plain := func(*setup) {}
	var clock skew
	return append([]trial{
		{Attack: impostor.Attack{Name: "Retained by one revoked", Rows: []int{8}, Transports: everywhere, Defence: "source of retained checked again",
			Kinds: []watch.Kind{watch.Revoked}}, on: plain, off: without(identity.RevocationCheck), run: retainedByRevoked},
		{Attack: impostor.Attack{Name: "Stale subscription", Rows: []int{9}, Transports: everywhere, Defence: "authorised again on resume",
			Kinds: []watch.Kind{watch.FilterDenied, watch.DeliveryDenied}},
			on: func(s *setup) {
				s.thief = func(i *identity.Identity) { i.Read = []string{victimRoot + "/#"} }
			}, off: without(identity.FilterRule, identity.DeliveryRule), run: staleSubscription},
		{Attack: impostor.Attack{Name: "Alias, then a new rule", Rows: []int{9, 35}, Transports: everywhere, Defence: impostor.AliasFirst,
			Kinds: []watch.Kind{watch.TopicDenied}}, on: plain, off: without(identity.BindRoot), run: aliasThenRule},
		{Attack: impostor.Attack{Name: "Retained without the right", Rows: []int{7}, Transports: everywhere, Defence: impostor.RetainRule,
			Kinds: []watch.Kind{watch.RetainDenied}},
			on:  func(s *setup) { s.thief = func(i *identity.Identity) { i.NoRetain = true } },
			off: without(identity.RetainRule), run: retainWithoutRight},
		{Attack: impostor.Attack{Name: "Revoked, by session ticket", Rows: []int{15}, Transports: encrypted, Defence: "revocation in VerifyConnection",
			Kinds: []watch.Kind{watch.Revoked}}, on: plain, off: without(identity.RevocationCheck), run: revokedTicket},
		{Attack: impostor.Attack{Name: "Clock set back", Rows: []int{34}, Transports: encrypted, Defence: "a clock that does not go back",
			Kinds: []watch.Kind{watch.Expired, watch.ClockWrong}},
			on: func(s *setup) { s.now = clock.now }, off: without(identity.CertificateCheck),
			run: func(_ context.Context, w *world) (impostor.Outcome, error) { return clockSetBack(w, &clock) }},
		{Attack: impostor.Attack{Name: "Memory by promises", Rows: []int{25}, Transports: everywhere[:1], Defence: "memory for bytes received only",
			Kinds: []watch.Kind{watch.Flood, watch.Malformed, watch.HandshakeFailed}}, on: plain, off: onSundayBroker, run: memoryByPromises},
		secondWall(),
	}, outsideTrials()...)
}

// secondWall is snooping with the rule for filters off: each delivery is asked
// for, too.
func secondWall() trial {
	for _, a := range impostor.Attacks() {
		if a.Name == "Snooping" {
			a.Name, a.Defence, a.Kinds = "Snooping past the filter", "rule for each delivery", []watch.Kind{watch.DeliveryDenied}
			return trial{Attack: a, on: without(identity.FilterRule), off: without(identity.DeliveryRule)}
		}
	}
	return trial{}
}

// refusedBy says how a login ended that should not have worked.
func refusedBy(ack packet.Connack, err error) string {
	if err != nil {
		return err.Error()
	}
	return ack.Code.String()
}

// let logs in as somebody who may.
func (w *world) let(c impostor.Credentials, clean bool) (*raw, error) {
	r, ack, err := w.login(c, clean)
	if err == nil && ack.Code.Failed() {
		err = fmt.Errorf("%q is not let in: %v", c.ClientID, ack.Code)
	}
	return r, err
}

// retainedByRevoked leaves a message, is revoked, and counts on later
// subscribers.
func retainedByRevoked(_ context.Context, w *world) (out impostor.Outcome, err error) {
	r, err := w.let(w.target.Thief, true)
	if err != nil {
		return out, err
	}
	if code, err := r.publish(thiefRoot+"/notice", 0, "all is well", true); err != nil || code.Failed() {
		return out, errors.Join(err, fmt.Errorf("before it was revoked: %v", code))
	}
	if err := w.registry.Revoke(thiefName, "it was stolen"); err != nil {
		return out, err
	}
	began := time.Now()
	cut := false
	if _, _, err := r.expect(packet.PINGRESP); err != nil { // reads until it is cut off
		cut = true
	}
	took := time.Since(began)
	l, err := w.let(w.target.Late, true)
	if err != nil {
		return out, err
	}
	if _, err := l.subscribe(thiefRoot + "/#"); err != nil {
		return out, err
	}
	topic, err := l.hears(thiefRoot)
	if err != nil {
		return out, err
	}
	_, ack, back := w.login(w.target.Thief, true)
	out.Succeeded = topic != "" || !cut || took > tellTime()
	out.Evidence = fmt.Sprintf("its session was cut after %v (%v), a late subscriber heard %q of it, and coming back it met %s",
		took.Round(time.Millisecond), cut, topic, refusedBy(ack, back))
	return out, nil
}

// staleSubscription subscribes while it may, goes away, and comes back for what
// was queued when it may no longer.
func staleSubscription(_ context.Context, w *world) (out impostor.Outcome, err error) {
	r, err := w.let(w.target.Thief, false)
	if err != nil {
		return out, err
	}
	if code, err := r.subscribe(victimRoot + "/#"); err != nil || code.Failed() {
		return out, errors.Join(err, fmt.Errorf("while it may: %v", code))
	}
	if _, _, err := r.expect(packet.PUBLISH); err != nil { // in flight now, and never acknowledged
		return out, fmt.Errorf("while it may: %w", err)
	}
	_ = r.nc.Close()
	before := w.victim.sent.Load()
	for deadline := time.Now().Add(patience); w.victim.sent.Load() < before+3; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return out, errors.New("the victim does not report")
		}
	}
	if err := w.registry.Put(identity.Identity{Name: thiefName, Kind: "tug", Root: thiefRoot}); err != nil {
		return out, err
	}
	if r, err = w.let(w.target.Thief, false); err != nil {
		return out, err
	}
	topic, err := r.hears(victimRoot)
	if err != nil {
		return out, err
	}
	out.Succeeded = topic != ""
	out.Evidence = fmt.Sprintf("resuming, it was given %q of what was queued or in flight", topic)
	return out, nil
}

// aliasThenRule agrees on an alias while it may use the topic, and goes on with
// the alias when it may no longer.
func aliasThenRule(_ context.Context, w *world) (out impostor.Outcome, err error) {
	r, err := w.let(w.target.Thief, true)
	if err != nil {
		return out, err
	}
	if code, err := r.publish(thiefRoot+"/a", 1, "mine", false); err != nil || code.Failed() {
		return out, errors.Join(err, fmt.Errorf("while it may: %v", code))
	}
	if err := w.registry.Put(identity.Identity{Name: thiefName, Kind: "tug", Root: "solent/tugs/elsewhere"}); err != nil {
		return out, err
	}
	code, err := r.publish("", 1, "still mine", false)
	if err != nil {
		return out, err
	}
	out.Succeeded = !code.Failed()
	out.Evidence = fmt.Sprintf("by its alias the topic was answered %v", code)
	return out, nil
}

// retainWithoutRight retains on its own topics, without the right to retain.
func retainWithoutRight(_ context.Context, w *world) (out impostor.Outcome, err error) {
	r, err := w.let(w.target.Thief, true)
	if err != nil {
		return out, err
	}
	code, err := r.publish(thiefRoot+"/stays", 0, "for ever", true)
	if err != nil {
		return out, err
	}
	kept := w.broker.Retained(thiefRoot + "/#")
	out.Succeeded = len(kept) > 0
	out.Evidence = fmt.Sprintf("answered %v, and %d messages of it are kept", code, len(kept))
	return out, nil
}

// revokedTicket resumes a TLS session, for which no certificate is shown again,
// after the certificate was revoked.
func revokedTicket(_ context.Context, w *world) (out impostor.Outcome, err error) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		c := w.target.Thief
		c.Certificate = w.certificate(thiefName)
		config := w.clientTLS(c)
		config.ClientSessionCache, config.MaxVersion = tls.NewLRUClientSessionCache(4), version
		again := func() (resumed bool, ack packet.Connack, err error) {
			r, err := w.dialRaw(config)
			if err != nil {
				return false, ack, err
			}
			defer func() { _ = r.nc.Close() }()
			ack, err = r.connect(c, true)
			if err == nil && !ack.Code.Failed() {
				_, err = r.hears("") // the ticket comes with the first bytes
			}
			nc := r.nc
			if web, ok := nc.(*webConn); ok {
				nc = web.Conn
			}
			secure, ok := nc.(*tls.Conn)
			return ok && secure.ConnectionState().DidResume, ack, err
		}
		if _, ack, err := again(); err != nil || ack.Code.Failed() {
			return out, errors.Join(err, fmt.Errorf("%s: %v", tls.VersionName(version), ack.Code))
		}
		if resumed, _, err := again(); err != nil || !resumed {
			return out, errors.Join(err, fmt.Errorf("%s: the session was not resumed while it might be, so that this would prove nothing", tls.VersionName(version)))
		}
		serial := fmt.Sprintf("%x", c.Certificate.Leaf.SerialNumber.Bytes())
		if err := w.registry.RevokeCertificate(serial, "the key was copied"); err != nil {
			return out, err
		}
		_, ack, err := again()
		if err == nil && !ack.Code.Failed() {
			return impostor.Outcome{Succeeded: true, Evidence: "let in by a ticket of " + tls.VersionName(version)}, nil
		}
		out.Evidence += fmt.Sprintf("%s: %s. ", tls.VersionName(version), refusedBy(ack, err))
	}
	return out, nil
}

// skew is a clock that can be set.
type skew struct{ ahead atomic.Int64 }

func (s *skew) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// clockSetBack uses a certificate that has expired, after the hub's clock was set
// back to when it had not.
func clockSetBack(w *world, clock *skew) (out impostor.Outcome, err error) {
	clock.ahead.Store(0)
	if _, err := w.let(w.target.Thief, true); err != nil {
		return out, err
	}
	clock.ahead.Store(int64(2 * time.Hour)) // its certificate is for one
	if err := w.registry.Put(identity.Identity{Name: "tide-gauge", Root: "solent/tide"}); err != nil {
		return out, err
	}
	clock.ahead.Store(0)
	_, ack, err := w.login(w.target.Thief, true)
	out.Succeeded = err == nil && !ack.Code.Failed()
	out.Evidence = "with a certificate that has expired, and the clock set back: " + refusedBy(ack, err)
	return out, nil
}

// memoryByPromises opens connections that each promise a packet as large as is
// allowed before CONNECT, send little of it, and looks at the hub's memory.
func memoryByPromises(_ context.Context, w *world) (out impostor.Outcome, err error) {
	const promised = 16_000
	n := min(w.setup.sockets, 1000)
	conns := make([]*raw, 0, n)
	before := heap()
	for range n {
		r, err := w.dialRaw(w.clientTLS(w.target.Thief))
		if err != nil {
			return out, err
		}
		r.write(append([]byte{0x10, 0x80 | promised&0x7f, promised >> 7}, make([]byte, 40)...))
		conns = append(conns, r)
	}
	if w.broker != nil {
		for deadline := time.Now().Add(patience); w.broker.Stats().Connections < n && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
	}
	bare := heap() // of the connections themselves, at both ends, on the way
	each := (bare - before) / int64(n)
	for _, r := range conns {
		_ = r.nc.Close()
	}
	out.Succeeded = each >= promised
	out.Evidence = fmt.Sprintf("%d promises of %d bytes cost %d bytes each, both ends of their connections included", n, promised, each)
	return out, nil
}

// heap is the memory in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
