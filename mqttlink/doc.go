// Package mqttlink carries messages between a broker and the rest of the
// program. A [Link] is reached in one of two ways, and everything after it is
// the same code:
//
//   - [Local] is a session inside the bundled broker, in this process. It
//     knows who sent each message and how many sessions a publish reached.
//   - [Remote] is MQTT 3.1.1 (OASIS Standard, 29 October 2014) to any broker,
//     over TCP, TLS or WebSocket, by paho behind a reader of our own that is
//     buffered and bounded, for a broker may be hostile too.
//
// A link delivers batches of messages to a [Sink]. Its queue is bounded in
// messages and bytes; when a sink falls behind, the broker is slowed down for a
// second at most, and then what does not fit is counted in the status. Failures are of type [*Error]: a [Kind] to test with
// errors.Is, what happened in plain words, and what to do about it.
//
// Concurrency: Run may be called once; all other methods may be called from
// any goroutine at any time. No goroutine outlives Run, except that a publish
// under way when the connection breaks may take up to its write timeout of
// five seconds to end.
package mqttlink
