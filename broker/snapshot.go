package broker

import (
	"sort"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// Stats is a snapshot of the broker's totals. Counts are since it was made.
type Stats struct {
	Since                                          time.Time
	Connections, Sessions, Subscriptions, Retained int
	// RetainedBytes is what retained messages count against their limit, and
	// QueuedBytes those that wait or are in flight.
	RetainedBytes, QueuedBytes int
	// SpooledBytes is what queues take on disk.
	SpooledBytes int64
	// Received and Sent count messages, not packets; the bytes are those of their
	// payloads.
	Received, ReceivedBytes, Sent, SentBytes uint64
	// Accepted counts connections, Refused those that were not let in, TakenOver
	// those that gave way to a newer one.
	Accepted, Refused, TakenOver uint64
	// Denied counts what clients tried and may not do.
	Denied uint64
	// Malformed counts packets that the standard forbids, Panics faults of the
	// broker, AcceptErrors failures of listeners.
	Malformed, Panics, AcceptErrors uint64
	// Dropped counts messages that were let go, by reason; reasons that did not
	// occur are left out.
	Dropped []model.DropCount
}

// Stats returns a snapshot.
func (b *Broker) Stats() Stats {
	c := &b.counts
	st := Stats{Since: b.started, Subscriptions: b.subs.len(), QueuedBytes: int(b.queued.Load()), SpooledBytes: b.spooled.Load(),
		Received: c.in.Load(), ReceivedBytes: c.inBytes.Load(), Sent: c.out.Load(), SentBytes: c.outBytes.Load(),
		Accepted: c.connections.Load(), Refused: c.refused.Load(), TakenOver: c.takenOver.Load(),
		Denied: c.denied.Load(), Malformed: c.malformed.Load(), Panics: c.panics.Load(), AcceptErrors: c.acceptErrors.Load()}
	st.Retained, st.RetainedBytes = b.retained.size()
	for i := range c.drops {
		if n := c.drops[i].Load(); n > 0 {
			st.Dropped = append(st.Dropped, model.DropCount{Reason: DropReason(i).String(), Count: n})
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	st.Connections, st.Sessions = len(b.conns), len(b.sessions)
	return st
}

// SessionInfo is a snapshot of one session.
type SessionInfo struct {
	Publisher *model.Publisher
	// Connected tells that the client is there; Since is when it came, or when
	// it left.
	Connected bool
	Since     time.Time
	// Version is 0 for a session inside the process.
	Version packet.Version
	// Transport is what carries the connection: "TCP", "TLS 1.3", "WebSocket",
	// "secure WebSocket", "Unix" or "in-process"; empty while the client is away.
	// Cipher is the name of the TLS cipher suite, empty without TLS.
	Transport, Cipher string
	// KeepAlive is that agreed with the client, 0 for none. Expiry is how long the
	// session is kept without a connection. Created is when the session began; for
	// one of an earlier run, when it was loaded.
	KeepAlive, Expiry time.Duration
	Created           time.Time
	// WillTopic is where the client left a will, empty for none.
	WillTopic     string
	Subscriptions []string
	// Queued and QueuedBytes wait in the session, Inflight messages are sent and
	// not acknowledged, OutboundBytes are on their way to the client.
	Queued, QueuedBytes, Inflight, OutboundBytes int
	// Spooled messages wait on disk, behind those that are queued.
	Spooled      int
	SpooledBytes int64
	// Received and Sent count messages from and to the client.
	Received, ReceivedBytes, Sent, SentBytes uint64
	// Dropped counts messages to the client that were let go.
	Dropped uint64
}

// Sessions returns a snapshot of all sessions, by client ID.
func (b *Broker) Sessions() []SessionInfo {
	b.mu.Lock()
	all := make([]*session, 0, len(b.sessions))
	for _, s := range b.sessions {
		all = append(all, s)
	}
	b.mu.Unlock()
	infos := make([]SessionInfo, 0, len(all))
	for _, s := range all {
		infos = append(infos, s.info())
	}
	sort.Slice(infos, func(i, j int) bool { return infos[i].Publisher.ClientID < infos[j].Publisher.ClientID })
	return infos
}

func (s *session) info() SessionInfo {
	st := &s.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	i := SessionInfo{Publisher: s.pub.Load(), Connected: s.online(), Since: s.awaySince,
		Queued: s.queue.count + s.queue.replays, QueuedBytes: s.queue.bytes, Inflight: len(s.flights),
		Received: st.in.Load(), ReceivedBytes: st.inBytes.Load(), Sent: st.out.Load(), SentBytes: st.outBytes.Load(),
		Dropped: st.dropped(), Expiry: s.expiry, Created: s.created}
	if c := s.conn.Load(); c != nil {
		i.Since, i.Version, i.OutboundBytes = c.since, c.version, int(c.out.size.Load())
		i.Transport, i.Cipher, i.KeepAlive = c.transport, c.cipher, c.keepAlive
	} else if s.local != nil {
		i.Since, i.Transport = s.created, inProcess
	}
	i.Spooled, i.SpooledBytes = s.spool.state()
	if s.will != nil {
		i.WillTopic = s.will.topic
	}
	for filter := range s.subs {
		i.Subscriptions = append(i.Subscriptions, filter)
	}
	sort.Strings(i.Subscriptions)
	return i
}

// RetainedInfo is a retained message with who left it, and when.
type RetainedInfo struct {
	Topic     string
	Payload   []byte
	QoS       byte
	At        time.Time
	Publisher *model.Publisher
	// Expires is when the message expires, zero for never.
	Expires time.Time
}

// Retained returns the retained messages that match filter, by topic. The
// payloads must not be changed.
func (b *Broker) Retained(filter string) []RetainedInfo {
	if model.CheckFilter(filter) != nil {
		return nil
	}
	found := b.retained.find(filter, time.Now())
	infos := make([]RetainedInfo, 0, len(found))
	for _, m := range found {
		infos = append(infos, RetainedInfo{Topic: m.topic, Payload: m.payload, QoS: m.qos, At: m.at, Publisher: m.from, Expires: m.expires})
	}
	sort.Slice(infos, func(i, j int) bool { return infos[i].Topic < infos[j].Topic })
	return infos
}
