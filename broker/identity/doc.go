// Package identity says who may speak to the broker, and what about: a registry
// of identities on disk, a certificate authority of its own, credentials, access
// rules, revocation and bans. A [Registry] is the broker's Access.
//
// An identity is a device's own key with a certificate of the authority or,
// weaker, a password. Its client IDs, its user name and its topic root are bound
// to it before the broker considers a takeover. What it may do follows from its
// [Role] and the [Rules] of that role; a device has its own topic root, and
// commands come from operators only.
//
// How it works. The registry is one document, copied for each change, written
// atomically and then compiled into an immutable policy behind an atomic pointer.
// The broker's questions are answered from that policy without locks or
// allocations; each change counts up [Registry.Generation], so that it applies to
// live sessions at once. What is known of live sessions comes from the broker's
// events by way of [Registry.Observe].
//
// Concurrency: all methods may be called from any goroutine. Callbacks of
// [Options] are called without locks and must not block; OnEvent may be called
// from the broker's goroutines.
package identity
