// Package block packs samples and messages of one series or topic into sealed
// blocks of bytes, and reads a part of a block without unpacking the rest.
//
// A sealed block of samples is exact: every value comes back bit for bit, every
// time to the microsecond. It is divided into frames of [FrameSamples], each
// with a summary, so that the smallest and largest value of a stretch is found
// by unpacking at most the two frames at its ends. Times are Rice codes of their
// distance from a steady pace (R. F. Rice, "Some Practical Universal Noiseless
// Coding Techniques", JPL 79-22, 1979); values with few decimals are Rice codes
// of their differences in the last decimal, and other values are coded by the
// bits in which they differ from the one before (T. Pelkonen et al., "Gorilla: A
// Fast, Scalable, In-Memory Time Series Database", VLDB 2015).
//
// A block of messages is divided into frames of [FrameMessages] that are
// compressed one by one.
//
// Blocks are read without trust: a damaged one is an error, never a panic.
// Functions keep nothing of what they are given and may be called from any
// goroutine.
package block
