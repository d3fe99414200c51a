// Package durable keeps the records of a broker in one file.
//
// The file is a bbolt database: pure Go, one file, transactions that a crash at
// any moment leaves whole, and kept up by the etcd project, whose own state
// depends on it; of the embedded stores in Go it has the least between a batch
// and the disk.
//
// Each record carries a checksum, as bbolt has none for its data. [Open] reads
// the file through once without trusting any of it. What is whole in a damaged
// file is copied to a new one, and the damaged file is kept under a name of its
// own. Whole is what is reached from the root of the tree, as it is or as it was
// before the last commit, and any other leaf page that is in use, by the list of
// free pages that each commit leaves. Pages that are free, or that nothing tells
// from free ones, are not searched: they can hold records that were deleted long
// ago, and an old command must not come back. Files of a newer format are left
// alone.
//
// Concurrency: a Store is used by one goroutine at a time, as broker.Store says.
package durable
