package enrol

import (
	"cmp"
	"time"
)

// Limits bound what the endpoint spends on devices. Zero means the default.
type Limits struct {
	// Tickets is the number of requests that are open at once, 32;
	// TicketsPerAddress those of one address, 4. An IPv6 address counts as its
	// /64 network here and below.
	Tickets, TicketsPerAddress int
	// Connections is the number of connections at once, 128;
	// ConnectionsPerAddress those of one address, 16.
	Connections, ConnectionsPerAddress int
	// Burst is the number of requests, and of connections, that an address may
	// make at once, 30; after that it may make PerMinute, 60.
	Burst, PerMinute int
	// RequestTime is how long a client may take to send a request, TLS handshake
	// included. 10 s.
	RequestTime time.Duration
	// OpenTime is how long a device may take to open its commitment. 30 s.
	OpenTime time.Duration
	// DecideTime is how long a request waits for the operator. 10 minutes.
	DecideTime time.Duration
	// KeepTime is how long a certificate waits for its device. 10 minutes.
	KeepTime time.Duration
	// PollTime is how long an answer is held back while there is no decision.
	// 25 s.
	PollTime time.Duration
}

func (l Limits) withDefaults() Limits {
	l.Tickets = cmp.Or(l.Tickets, 32)
	l.TicketsPerAddress = cmp.Or(l.TicketsPerAddress, 4)
	l.Connections = cmp.Or(l.Connections, 128)
	l.ConnectionsPerAddress = cmp.Or(l.ConnectionsPerAddress, 16)
	l.Burst = cmp.Or(l.Burst, 30)
	l.PerMinute = cmp.Or(l.PerMinute, 60)
	l.RequestTime = cmp.Or(l.RequestTime, 10*time.Second)
	l.OpenTime = cmp.Or(l.OpenTime, 30*time.Second)
	l.DecideTime = cmp.Or(l.DecideTime, 10*time.Minute)
	l.KeepTime = cmp.Or(l.KeepTime, 10*time.Minute)
	l.PollTime = cmp.Or(l.PollTime, 25*time.Second)
	return l
}
