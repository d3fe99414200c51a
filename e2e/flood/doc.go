// Package flood sends a window far more than it is used to, as fast as its broker
// takes it, and watches meanwhile what becomes of it: its memory, its threads, its
// frames, and how soon it answers keys and clicks. Linux only; on other systems
// the package is empty.
package flood
