package identity

import (
	"context"
	"time"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// Guard has the registry act on a broker, which has it for its Access and passes
// its events to Observe: live sessions are cut at each revocation and ban, retained
// messages are purged when that is asked for, and a newcomer with the key of a
// session that is speaking is refused. To be called once, before clients come.
func (r *Registry) Guard(b *broker.Broker) {
	r.mu.Lock()
	r.broker = b
	r.mu.Unlock()
	r.OnRevoke(func(v Revoked) {
		for _, s := range b.Sessions() {
			if s.Connected && v.Matches(s.Publisher) {
				b.Disconnect(s.Publisher.ClientID, packet.AdministrativeAction)
			}
		}
		if v.Purge {
			r.purge(b, v.Name)
		}
	})
}

// purgeClient is the client ID of the session that purges.
const purgeClient = "pilothouse-purge"

// purge removes the retained messages of an identity, and tells how many.
func (r *Registry) purge(b *broker.Broker, name string) {
	n, err := purgeRetained(b, name)
	why := model.Sayf("%d retained messages of %s were purged", n, name)
	if err != nil {
		why = model.Sayf("%s, the others are when somebody asks for them: %s", why, err.Error())
	}
	r.tell(Event{Kind: watch.Revoked, Identity: name, Reason: why})
}

func purgeRetained(b *broker.Broker, name string) (n int, err error) {
	var l *broker.Local
	for _, m := range b.Retained("#") {
		if m.Publisher.Identity != name || m.Publisher.Addr == model.InProcess {
			continue
		}
		if l == nil {
			if l, err = b.Attach(broker.LocalOptions{ClientID: purgeClient}); err != nil {
				return n, err
			}
			defer func() { _ = l.Close() }()
		}
		if _, err := l.Publish(context.Background(), m.Topic, nil, 0, true, nil); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// listenEvery is how often a session is looked at while a newcomer waits.
const listenEvery = 20 * time.Millisecond

// speaks tells whether a live session sends messages while a newcomer with its
// key waits: then there are two devices. One that only reconnects has nobody left
// to speak on the old connection.
func (r *Registry) speaks(ctx context.Context, clientID string) bool {
	r.mu.Lock()
	b := r.broker
	r.mu.Unlock()
	if b == nil {
		return false
	}
	before, live := heard(b, clientID)
	if !live {
		return false
	}
	beat := time.NewTicker(listenEvery)
	defer beat.Stop()
	for end := time.Now().Add(r.limits.Listen); time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return false
		case <-beat.C:
		}
		switch now, live := heard(b, clientID); {
		case !live:
			return false
		case now > before:
			return true
		}
	}
	return false
}

// heard is how many messages a live session has sent.
func heard(b *broker.Broker, clientID string) (messages uint64, live bool) {
	for _, s := range b.Sessions() {
		if s.Publisher.ClientID == clientID {
			return s.Received, s.Connected
		}
	}
	return 0, false
}
