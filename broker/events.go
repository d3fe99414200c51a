package broker

import (
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// Event is something the broker saw: one of the types of this file. Repetitions
// of one thing by one client or address within a second come as one event with
// an exact Count.
type Event interface {
	// Time is when it happened; for a coalesced event, when it was reported.
	Time() time.Time
}

// Stamp is the time of an event.
type Stamp struct{ At time.Time }

// Time implements Event.
func (s Stamp) Time() time.Time { return s.At }

// SessionOpened tells that a client connected.
type SessionOpened struct {
	Stamp
	Publisher *model.Publisher
	Version   packet.Version
	// Resumed tells that a kept session was continued.
	Resumed bool
	// Transport is what carries the connection, as in SessionInfo.
	Transport string
}

// CloseReason says how a connection ended.
type CloseReason uint8

// The reasons for the end of a connection.
const (
	ClosedByClient  CloseReason = iota // with DISCONNECT
	ClosedWithWill                     // with DISCONNECT that asks for the will
	ConnectionLost                     // the network connection ended
	KeepAliveMissed                    // silent for one and a half keep-alives
	ProtocolFault                      // a packet that the standard forbids
	SessionTaken                       // taken over by a newer connection
	SlowReader                         // did not read what it was sent
	Administrative                     // by Broker.Disconnect
	BrokerClosing                      // by Broker.Close
	InternalFault                      // a panic, which ended this connection only
	NotStored                          // what it sent could not be put on disk
)

// String says r in plain words.
func (r CloseReason) String() string {
	words := [...]string{"said goodbye", "left and had its will sent", "connection lost", "keep-alive missed",
		"broke the protocol", "taken over by a newer connection", "did not read", "disconnected by the operator",
		"broker closing", "internal fault", "what it sent could not be put on disk"}
	if int(r) < len(words) {
		return words[r]
	}
	return "unknown"
}

// SessionClosed tells that the connection of a session ended.
type SessionClosed struct {
	Stamp
	Publisher *model.Publisher
	Reason    CloseReason
	// Err has the particulars, nil for a goodbye.
	Err error
	// WillSent tells that the client's will was published; WillPending that it
	// will be when its delay has passed.
	WillSent, WillPending bool
	// Kept tells that the session waits for its client.
	Kept bool
}

// SessionExpired tells that a kept session was given up, with Lost messages
// that still waited in it.
type SessionExpired struct {
	Stamp
	Publisher *model.Publisher
	Lost      int
}

// WillPublished tells that a will was sent after its delay.
type WillPublished struct {
	Stamp
	Publisher *model.Publisher
	Topic     string
}

// Refused tells that a client was not let in.
type Refused struct {
	Stamp
	Addr string
	// ClientID is what the client claimed, masked when nobody knows it: see Mask.
	// Empty when the client did not come so far.
	ClientID string
	Code     packet.Code
	Reason   string
	Said     model.Phrase // Reason for a window in any language
	Kind     watch.Kind
	Count    uint64
}

// Action is something a client wants to do.
type Action uint8

// The actions.
const (
	ToPublish Action = iota
	ToRetain
	ToLeaveWill
	ToSubscribe
	ToReceive
)

// String names a.
func (a Action) String() string {
	words := [...]string{"publish", "retain", "leave a will", "subscribe", "receive"}
	if int(a) < len(words) {
		return words[a]
	}
	return "unknown"
}

// kind is what an attempt at a is called when it is refused.
func (a Action) kind() watch.Kind {
	kinds := [...]watch.Kind{watch.TopicDenied, watch.RetainDenied, watch.WillDenied, watch.FilterDenied, watch.DeliveryDenied}
	if int(a) < len(kinds) {
		return kinds[a]
	}
	return watch.Other
}

// Denied tells that a client may not do what it tried. Topic is that of the
// first of Count attempts.
type Denied struct {
	Stamp
	Publisher *model.Publisher
	Action    Action
	Kind      watch.Kind
	Topic     string
	Reason    string
	Said      model.Phrase // Reason for a window in any language
	Count     uint64
}

// TakenOver tells that a newer connection took the session of an older one.
type TakenOver struct {
	Stamp
	Old, New *model.Publisher
}

// DropReason says why messages were let go.
type DropReason uint8

// The reasons for drops.
const (
	DropSlow         DropReason = iota // QoS 0 to a client that did not keep up
	DropQueueFull                      // QoS 1 or 2 beyond the session's queue
	DropTooLarge                       // larger than the client's maximum packet size
	DropRetainedFull                   // not retained: the store is full
	DropRevoked                        // queued before its sender or receiver lost the right
	DropExpired                        // message expiry passed
	DropDamaged                        // lost with a damaged part of the store
	dropReasons      = int(DropDamaged) + 1
)

// String names r.
func (r DropReason) String() string {
	words := [...]string{"slow reader", "queue full", "too large for the client", "retained store full", "right withdrawn", "expired", "lost in a damaged store"}
	if int(r) < len(words) {
		return words[r]
	}
	return "unknown"
}

// Dropped tells that messages to the client Publisher were let go (for
// DropRetainedFull: messages from it).
type Dropped struct {
	Stamp
	Publisher *model.Publisher
	Reason    DropReason
	Count     uint64
}

// Malformed tells that a client sent what the standard forbids. Publisher is
// nil before CONNECT.
type Malformed struct {
	Stamp
	Addr      string
	Publisher *model.Publisher
	Code      packet.Code
	Reason    string
	Count     uint64
}

// PanicCaught tells that a fault in the broker ended one connection. Stack is
// for a bug report.
type PanicCaught struct {
	Stamp
	Addr      string
	Publisher *model.Publisher
	Value     string
	Stack     string
}

// AcceptFailed tells that a listener could not accept; it tries again.
type AcceptFailed struct {
	Stamp
	Listener string
	Err      error
	Count    uint64
}
