package broker

import "time"

// Limits bound what clients can make the broker hold. A zero field means its
// default; [Limits.KeepAlive] alone has none.
type Limits struct {
	// PacketBytes is the largest packet that is read, header included. 1 MiB.
	PacketBytes int
	// ConnectBytes is the largest CONNECT packet. 16 KiB.
	ConnectBytes int
	// ConnectTime is how long a connection may take until its CONNECT packet is
	// complete, TLS and WebSocket handshakes included. 8 s: so a flood of silent
	// connections is over 10 s after it began.
	ConnectTime time.Duration
	// ClientIDBytes is the longest client ID. 128.
	ClientIDBytes int
	// Connections bounds open connections, and ConnectionsPerAddr those from one
	// IP address. 10,000 and 2,000.
	Connections, ConnectionsPerAddr int
	// Pending bounds connections that have not come to a session yet, their TLS
	// handshake included, and PendingPerAddr those from one IP address. Beyond,
	// the oldest of them gives way. 4,000 and 1,000.
	Pending, PendingPerAddr int
	// Sessions bounds sessions, connected or kept. When it is reached, the session
	// without an identity that has been away longest gives way. 20,000.
	Sessions int
	// SessionExpiry is the longest time a session is kept without a connection;
	// it is also what MQTT 3.1.1 sessions get that are not clean. 24 h.
	SessionExpiry time.Duration
	// KeepAlive is the longest keep-alive; MQTT 5 clients that ask for more, or
	// for none, are told this one. Zero imposes nothing.
	KeepAlive time.Duration
	// Subscriptions bounds the subscriptions of one session, SubscriptionsTotal
	// those of all. 1,000 and 500,000.
	Subscriptions, SubscriptionsTotal int
	// Retained and RetainedBytes bound the retained store. 100,000 and 64 MiB.
	Retained, RetainedBytes int
	// RetainedEach bounds the retained messages of one publisher. 25,000.
	RetainedEach int
	// Inflight is the number of unfinished QoS 1 and 2 messages in each direction
	// of one connection (receive maximum, at most 65,535). 1,024.
	Inflight int
	// QueueMessages and QueueBytes bound the messages that wait in one session;
	// as many bytes again may be in flight, so that a client costs 64 MiB of memory
	// at most with its outbound buffer. 100,000 and 31 MiB.
	QueueMessages, QueueBytes int
	// QueueBytesTotal bounds the messages that wait or are in flight in all
	// sessions. Each may have 64 KiB even beyond that. 512 MiB.
	QueueBytesTotal int
	// SpoolBytes bounds what one session keeps in Options.Spool, SpoolBytesTotal
	// what all do. Beyond, messages are dropped and counted. 1 GiB and 4 GiB.
	SpoolBytes, SpoolBytesTotal int64
	// OutboundBytes is the buffer of bytes on their way to one client. It can be
	// exceeded by what one publisher hands over at once. 1 MiB.
	OutboundBytes int
	// OutboundBytesTotal bounds those buffers together. Each may have 64 KiB even
	// beyond that. 256 MiB.
	OutboundBytesTotal int
	// Hold is the longest a publisher is held back for a subscriber that is full
	// and stands still; for one that drains it is four times as long. Messages of
	// QoS 1 and 2 that have no spool to go to are held as long as the subscriber
	// drains at all, and 20 times Hold when it stands still. 50 ms.
	Hold time.Duration
	// WriteStall is how long a client may leave 32 KiB unread before its
	// connection is closed. 60 s.
	WriteStall time.Duration
	// TopicAliases is the number of topic aliases in each direction of one
	// connection. 64.
	TopicAliases int
}

// withDefaults fills the fields that are zero.
func (l Limits) withDefaults() Limits {
	setInt := func(p *int, d int) {
		if *p <= 0 {
			*p = d
		}
	}
	setTime := func(p *time.Duration, d time.Duration) {
		if *p <= 0 {
			*p = d
		}
	}
	setInt(&l.PacketBytes, 1<<20)
	setInt(&l.ConnectBytes, 16<<10)
	setInt(&l.ClientIDBytes, 128)
	setInt(&l.Connections, 10_000)
	setInt(&l.ConnectionsPerAddr, 2_000)
	setInt(&l.Pending, 4_000)
	setInt(&l.PendingPerAddr, 1_000)
	setInt(&l.Sessions, 20_000)
	setInt(&l.Subscriptions, 1_000)
	setInt(&l.Retained, 100_000)
	setInt(&l.RetainedBytes, 64<<20)
	setInt(&l.RetainedEach, 25_000)
	setInt(&l.SubscriptionsTotal, 500_000)
	setInt(&l.Inflight, 1_024)
	setInt(&l.QueueMessages, 100_000)
	setInt(&l.QueueBytes, 31<<20)
	setInt(&l.QueueBytesTotal, 512<<20)
	setInt(&l.OutboundBytes, 1<<20)
	setInt(&l.OutboundBytesTotal, 256<<20)
	setInt(&l.TopicAliases, 64)
	setTime(&l.ConnectTime, 8*time.Second)
	setTime(&l.SessionExpiry, 24*time.Hour)
	setTime(&l.Hold, 50*time.Millisecond)
	setTime(&l.WriteStall, time.Minute)
	if l.SpoolBytes <= 0 {
		l.SpoolBytes = 1 << 30
	}
	if l.SpoolBytesTotal <= 0 {
		l.SpoolBytesTotal = 4 << 30
	}
	l.Inflight = min(l.Inflight, 65_535)
	l.TopicAliases = min(l.TopicAliases, 65_535)
	l.ConnectBytes = min(l.ConnectBytes, l.PacketBytes)
	return l
}
