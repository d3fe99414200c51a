package broker

import (
	"context"
	"crypto/tls"
	"errors"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// Access decides who may do what. It is asked at every CONNECT, will, PUBLISH,
// SUBSCRIBE and delivery. Errors refuse; a *Refusal also says which reason code
// the client gets, any other error means "not authorized".
//
// Verdicts about a publisher and a topic are kept until Generation changes.
// Methods are called from many goroutines, some while a session is locked: apart
// from Connect they must be quick, and none may call the broker.
type Access interface {
	// Connect decides whether a client may open a session and who it is. It may
	// take its time; ctx ends when the broker closes or the client has waited
	// for Limits.ConnectTime.
	Connect(ctx context.Context, r *ConnectRequest) (Grant, error)
	// Will decides whether p may leave a will. It is asked at CONNECT, and again
	// when the will is sent.
	Will(p *model.Publisher, topic string, retain bool) error
	// Publish decides whether p may publish to topic; retain asks for the right
	// to have the message retained. It is asked again before a retained message
	// is replayed.
	Publish(p *model.Publisher, topic string, retain bool) error
	// Subscribe decides whether p may subscribe to filter, which has no $share
	// prefix. It is asked again when a session resumes.
	Subscribe(p *model.Publisher, filter string) error
	// Deliver decides whether a message on topic may go to the client to. The
	// sender from can be the holder of a session that is gone.
	Deliver(to, from *model.Publisher, topic string) error
	// Generation changes whenever an answer of Publish, Subscribe or Deliver may
	// have changed.
	Generation() uint64
}

// ConnectRequest is what a client says of itself, and what is known of its
// connection.
type ConnectRequest struct {
	// ClientID is the client ID asked for, or the one that the broker chose when
	// Assigned is set.
	ClientID string
	Assigned bool
	// Username and Password are nil when the client sent none.
	Username, Password []byte
	// Addr is the remote address.
	Addr string
	// TLS is the state of an encrypted connection, nil otherwise.
	TLS     *tls.ConnectionState
	Version packet.Version
	// CleanStart tells that the client wants no earlier session.
	CleanStart bool
}

// Grant lets a client in.
type Grant struct {
	// Identity is the name that the broker vouches for, empty for none. A session
	// belongs to its identity: nobody else can take it over.
	Identity string
	// Still, if not nil, is asked again when the session is open: whether what
	// was granted holds, or has been withdrawn since. It is not kept.
	Still func() error
}

// Namer is an Access that says how the client ID of a client that is refused is
// shown. Without it all but those of sessions are masked: see Mask.
type Namer interface {
	// ShowClientID is id, or what stands for it.
	ShowClientID(id string) string
}

// shownID is how the client ID of a client that is refused is shown.
func (b *Broker) shownID(id string) string {
	if n, ok := b.access.(Namer); ok {
		return n.ShowClientID(id)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sessions[id] != nil {
		return id
	}
	return b.mask.Hide(id)
}

// Refusal is an error that carries the MQTT 5 reason code for the client, and
// for the operator what kind of attempt it was.
type Refusal struct {
	Code packet.Code
	// Reason says why in words: in English as an error, or as Said in any language.
	Reason model.Phrase
	Kind   watch.Kind
}

// Error implements error.
func (r *Refusal) Error() string { return r.Reason.String() }

// Said is why, for a window in any language.
func (r *Refusal) Said() model.Phrase { return r.Reason }

// codeOf is the reason code that a refusal by Access is answered with.
func codeOf(err error) packet.Code {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return packet.NotAuthorized
}

// kindOf is what kind of attempt a refusal by Access speaks of, or usual when it
// does not say.
func kindOf(err error, usual watch.Kind) watch.Kind {
	var r *Refusal
	if errors.As(err, &r) && r.Kind != watch.Other {
		return r.Kind
	}
	return usual
}

// OpenAccess lets everybody in with nothing vouched for and allows everything.
// (Topics that start with $ are the broker's own whatever Access says.)
func OpenAccess() Access { return openAccess{} }

type openAccess struct{}

func (openAccess) Connect(context.Context, *ConnectRequest) (Grant, error) { return Grant{}, nil }
func (openAccess) Will(*model.Publisher, string, bool) error               { return nil }
func (openAccess) Publish(*model.Publisher, string, bool) error            { return nil }
func (openAccess) Subscribe(*model.Publisher, string) error                { return nil }
func (openAccess) Deliver(_, _ *model.Publisher, _ string) error           { return nil }
func (openAccess) Generation() uint64                                      { return 0 }
