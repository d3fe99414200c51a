package model

import "time"

// Outgoing is a message to publish.
type Outgoing struct {
	Topic   string
	Payload []byte
	// QoS is the quality of service: 0, 1 or 2.
	QoS    byte
	Retain bool
	// Properties are MQTT 5 properties, or nil.
	Properties *Properties
	// Acknowledged is told, where the link can know, of each session that
	// acknowledged the message (PUBACK, or PUBREC at QoS 2). It is called from any
	// goroutine, perhaps before publishing has returned, and must not block; it
	// may be nil.
	Acknowledged func(Listener, time.Time)
}

// Receipt is what is known of a message that the broker accepted.
type Receipt struct {
	// Sessions is how many sessions other than our own it was handed to, if
	// SessionsKnown: only the bundled broker tells.
	Sessions      int
	SessionsKnown bool
	// PropertiesLeftOut is set when the message had properties that MQTT 3.1.1
	// cannot carry.
	PropertiesLeftOut bool
}

// Listener is a session that a message goes to.
type Listener struct {
	// ClientID is the session's, Identity what the broker vouches for, or empty.
	ClientID, Identity string
	// Connected is false for one that keeps messages until its client is back.
	Connected bool
	// QoS is the highest it gets the message with; at 0 it acknowledges nothing.
	QoS byte
}

// Name is what to call the listener.
func (l *Listener) Name() string { return orElse(l.Identity, l.ClientID) }

// Audience is who would receive a message on a topic.
type Audience struct {
	// Known is false for a broker elsewhere: MQTT does not say who listens.
	Known bool
	// Listeners are at most [MaxListeners], by name; Total is how many there are.
	Listeners []Listener
	Total     int
}

// MaxListeners is how many listeners are named.
const MaxListeners = 50
