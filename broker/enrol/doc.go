// Package enrol lets devices in: a device makes its own key, asks the hub for a
// certificate over HTTPS, and gets it once the operator has approved. It has the
// hub's side ([Server]), the device's side ([Device], [Renew], [Command]) and
// the QR code that carries the invitation ([QR]).
//
// # Exchange
//
// An invitation is a URL that holds the hub's address, a token that works once,
// and the fingerprint of the hub's authority (see [URL]). Both are in its
// fragment, which no HTTP client sends.
//
//  1. The device connects and takes the certificate with the URL's fingerprint
//     out of what the hub shows. That becomes its only root; everything after
//     goes over connections verified against it in full, host name included.
//  2. POST /enrol/ask: the token, a PKCS#10 request (RFC 2986) signed with the
//     device's key, and a commitment: a hash of the key and of a nonce that the
//     device keeps to itself for now. The hub checks them, takes the token out of
//     circulation, and answers with a ticket and a nonce of its own.
//  3. Both sides compute the same short code and show it. POST /enrol/wait with
//     the ticket and the device's nonce: the hub checks the nonce against the
//     commitment, puts the request before the operator, and holds the answer
//     until there is a decision, or for [Limits.PollTime]; then the device asks
//     again.
//  4. When the operator approves, the answer holds the certificate, the
//     authority, the addresses of the broker, and the device's name, client ID
//     and topic root.
//
// POST /enrol/renew over a connection authenticated with a certificate that is
// still valid gets the next one, without an operator (as in RFC 7030 section
// 4.2.2).
//
// # Why six digits are enough
//
// The code is taken from a SHA-256 over the device's public key, the token, the
// authority's fingerprint and both nonces. Somebody between the device and the
// hub, who gave the device an address of his own, holds two exchanges with
// different keys, authorities or tokens, and needs the same code in both. He
// cannot search for inputs that collide: towards the hub he is committed to his
// nonce before the hub tells its own, and towards the device he has to tell a
// nonce before the device opens its commitment. So each side's code is settled by
// a random number that he learns too late, and he has one guess, one in a
// million, for each token, which the hub takes once and an operator hands out.
// It is the numeric comparison of Bluetooth's Secure Simple Pairing (Core
// Specification 5.4, volume 2, part H, section 7.2.1), with its six digits.
//
// # Concurrency
//
// A Server's methods may be called by several goroutines at once.
package enrol
