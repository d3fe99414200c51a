// Package history is the historian: what was said, kept on disk, and the way
// back to any moment of it.
//
// A [Recorder] is a tap behind a bounded queue: it takes in what a link or a
// broker hears, without ever waiting, and writes it in batches to a [Store].
// What it has to let go is counted, told, and recorded as a [Gap]. Packages
// sqlite and postgres below this one are the stores.
//
// A [Reader] answers questions about the past: what each topic said last at a
// moment, the columns of a chart over any range, messages, events, gaps,
// bookmarks. A [Player] goes further: it rebuilds a model.Store as it was at a
// moment, so that every page that shows a live store can show the past one, and
// plays forward from there at any speed.
//
// Times are kept to the microsecond. Arrival times are those of this machine's
// clock; where that was set back or forward while recording, a Gap of kind
// [GapClock] says so.
//
// Concurrency: everything here may be used from any goroutine, but for a
// function that says otherwise.
package history
