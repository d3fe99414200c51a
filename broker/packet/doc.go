// Package packet is the wire format of MQTT 3.1.1 and MQTT 5.0: a strict and
// bounded codec.
//
// Decoding works on the bytes of one complete packet, which the caller has
// delimited with [ParseHeader], and never on a stream: memory grows with the
// bytes received and never with the bytes a header promises. Byte slices in a
// decoded packet alias the input and are valid as long as it is. Encoding
// appends to a slice that the caller owns.
//
// Everything that the standards forbid is refused with an [Error] that carries
// the MQTT 5 reason code to answer with: a truncated or overlong packet,
// reserved flags, properties that are unknown, doubled or do not belong to the
// packet, text that is not UTF-8 or holds U+0000, wildcards in topic names.
//
// Concurrency: the package keeps no state; a packet value may be used by one
// goroutine at a time.
package packet
