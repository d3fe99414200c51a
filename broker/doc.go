// Package broker is the MQTT 3.1.1 and MQTT 5 server inside Pilothouse.
//
// A [Broker] serves any number of listeners ([Broker.Serve]) and offers sessions
// inside the process ([Broker.Attach]) that carry what MQTT hides: the publisher
// of each message. Who may connect, publish, subscribe and receive is asked of
// an [Access]; what happens is told as typed events; what is refused or dropped
// is counted in [Stats].
//
// How it works. Each connection has one goroutine that reads. It routes a
// message by a cache from topic to receivers, which stays valid until a
// subscription or an access rule changes, and copies the bytes into the bounded
// outbound buffer of each receiver. A goroutine that writes exists only while
// such a buffer holds something. Messages of QoS 1 and 2 wait in the session's
// queue, bounded by number and bytes, while its window is full or its client is
// away. State that outlives a connection (sessions, queues, retained messages)
// is in types of its own, apart from sockets.
//
// With a [Store], retained messages, kept sessions and wills survive the end of
// the process, however it ends. A journal gathers what has changed and commits it
// in batches. A client is told that its message of QoS 1 or 2 was taken only when
// the message is on disk for every kept session that is to have it; one that no
// kept session takes does not wait. Messages of QoS 2 go out to a kept session
// only with their packet ID on disk, so that none comes twice; those of QoS 1 go
// out at once. QoS 0 does not touch the disk unless it is retained.
//
// A subscriber that drains holds its publishers back for a moment when it is
// full ([Limits.Hold]); nobody waits for one that does not. Its messages of QoS 1
// and 2 go on to a spool on disk ([Options.Spool]), which for a kept session is
// part of what is promised, and beyond that they are dropped. Each message that
// is dropped is counted: what a session receives and what is reported as dropped
// are what was acknowledged to publishers. Other clients do not feel it.
//
// Topics under $SYS have mosquitto's names; see [Options.SysInterval].
//
// Concurrency: all methods of Broker and Local may be called from any goroutine.
// Locks are taken in the order Broker.mu, session.mu, outbound.mu; the
// subscription index, the retained store and the journal have locks of their own,
// under which nothing else is locked, but the journal under the retained store.
// Access and OnEvent are never to call back into the broker.
package broker
