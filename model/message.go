package model

import "time"

// Message is one MQTT application message as a link received it.
//
// Payload belongs to whoever hands the Message over and is valid only during
// that call: a receiver that keeps the bytes copies them. Everything else may
// be kept.
type Message struct {
	Topic   string
	Payload []byte
	// At is the arrival time at this program, with Go's monotonic reading
	// where there is one, so that a clock set back disturbs no liveness.
	At time.Time
	// QoS is the quality of service it was received with: 0, 1 or 2.
	QoS byte
	// Retained is set when the broker keeps the message for later subscribers:
	// it was published so (where the link can tell) or replayed.
	Retained bool
	// Replayed is set when the broker sent the message from its retained store
	// on subscription: it says nothing about whether its device is alive now.
	Replayed bool
	// Publisher is who sent the message, as vouched by the bundled broker; nil
	// when the link cannot know, as with any remote broker.
	Publisher *Publisher
	// Properties are the MQTT 5 properties, nil when there were none.
	Properties *Properties
}

// Publisher is the sender of a message as the bundled broker saw it. It is
// immutable; all messages of one session share one Publisher.
type Publisher struct {
	// ClientID is the MQTT client identifier of the session.
	ClientID string
	// Identity is the name the broker vouches for, empty when the client was
	// let in without proving who it is.
	Identity string
	// Addr is the remote address as host:port, or [InProcess].
	Addr string
	// TLS tells whether the session is encrypted.
	TLS bool
}

// Vouched reports whether the broker vouches for an identity behind p.
func (p *Publisher) Vouched() bool { return p != nil && p.Identity != "" }

// Name is what to show for p: its identity where there is one, else its client
// ID, else "unknown".
func (p *Publisher) Name() string {
	switch {
	case p == nil:
		return "unknown"
	case p.Identity != "":
		return p.Identity
	case p.ClientID != "":
		return p.ClientID
	}
	return "unknown"
}

// Properties are the MQTT 5 PUBLISH properties that reach an application
// (MQTT 5.0 section 3.3.2.3). Zero values mean absent.
type Properties struct {
	ContentType     string
	ResponseTopic   string
	CorrelationData []byte
	// Expiry is the remaining message expiry interval, in seconds.
	Expiry uint32
	// UTF8 is set when the payload format indicator says UTF-8 text.
	UTF8 bool
	User []UserProperty
}

// UserProperty is one name and value pair of MQTT 5 user properties.
type UserProperty struct{ Name, Value string }

// InProcess is the address of the sessions of this program itself.
const InProcess = "in-process"

// Operator reports whether p is this program: what it publishes is no sign of
// life of a device.
func (p *Publisher) Operator() bool { return p != nil && p.Addr == InProcess }
