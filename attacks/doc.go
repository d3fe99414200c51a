// Package attacks tries what a thing in the middle would try, against the real
// broker with the real registry of identities over TCP, TLS and secure
// WebSocket. It has tests only.
//
// Each attack runs twice. With all defences on, it has to fail; a victim is at
// work meanwhile, a device of the usual kind with a kept session and a queue of
// commands, and it may not be dropped, nor anybody be told anything forged in its
// name, nor a message of it or for it be lost; and the operator has to be told by
// an event of the right kind within two seconds. With the one defence off that
// is meant to stop it, the attack has to succeed: an attack that fails anyway
// proves nothing. Where the program has no switch for a defence, which is so of
// the decoder and of the bounds on names and topics, the attack is tried on a
// small broker that lacks it.
//
// Bridges between hubs do not exist yet, and so neither do the attacks on them.
//
// The tests take a small part of the combinations; make attacks takes all and
// prints the table: attack, transport, defence, refused or not, what the victim
// felt, and the time until the operator was told.
package attacks
