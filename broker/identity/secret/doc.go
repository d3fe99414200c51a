// Package secret keeps a few small secrets, such as the key of an authority,
// where the system keeps such things: in its keychain, else in an encrypted
// file.
//
// The file is sealed with XChaCha20-Poly1305 under a key that argon2id (RFC
// 9106) derives from a passphrase. Without a passphrase it is sealed with a key
// in a file beside it: that keeps the secret out of a copied file, but not from
// somebody who reads the folder, so such a store says that it is weak.
//
// A [Store] may be used from any goroutine. A [Value] does not show itself in
// logs, formats or encodings.
package secret
