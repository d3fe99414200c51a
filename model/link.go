package model

import "time"

// LinkState is how far a link to a broker has come.
type LinkState uint8

// The states of a link.
const (
	LinkDown       LinkState = iota // not connected, and not trying
	LinkConnecting                  // first attempt under way
	LinkUp                          // connected and subscribed
	LinkRetrying                    // lost or refused; trying again
)

// LinkStatus is a snapshot of a link to a broker.
type LinkStatus struct {
	State LinkState
	// URL is the broker's address without secrets, such as mqtt://host:1883.
	URL string
	// Since is when State was entered.
	Since time.Time
	// Attempt counts connection attempts since the link was last up, from 1.
	Attempt int
	// NextTry is when the next attempt starts, zero when none is planned.
	NextTry time.Time
	// Err is the last failure in plain words, with what to do about it; nil
	// when none.
	Err error
	// KnowsPublishers is set when messages carry who sent them, as only the
	// bundled broker can tell.
	KnowsPublishers bool
	// Received and Sent count messages since the start.
	Received, Sent uint64
	// Dropped counts messages the link had to let go, by reason.
	Dropped []DropCount
}

// DropCount says how many messages were let go, and why.
type DropCount struct {
	Reason string
	Count  uint64
}
