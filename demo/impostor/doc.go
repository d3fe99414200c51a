// Package impostor is a rogue MQTT client that really tries what a thing in the
// middle would try: to speak as another device, to read what is not for it, and
// to wear the broker down.
//
// Two things are here. [Attacks] is a catalogue of attacks, each of which runs
// over TCP, TLS or secure WebSocket against a [Target] and says by its [Outcome]
// whether it had any effect, judged by what a [Target.Witness] sees and not by
// what the broker says. [Impostor] plays eleven of them before an audience, one
// after the other or step by step.
//
// The clients are this package's own, made of raw sockets and a small encoder, so
// that they can send what a well-behaved library refuses to send. Everything is
// bounded in time, sockets and bytes; what an attack leaves behind, should it
// succeed, it clears away.
//
// # Concurrency
//
// Attacks may run at once if their targets have different credentials. An
// Impostor may be used from any goroutine.
package impostor
