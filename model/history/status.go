package history

import "time"

// State is what a [Recorder] is doing.
type State uint8

// The states of a Recorder.
const (
	Recording State = iota // all is well
	Spooling               // the store cannot be reached; what comes is kept in the spool
	Full                   // no room on the disk; what comes is lost once the queue is full
	Failing                // the store cannot be written for another reason
	Stopped                // closed
)

// String is the state in a few words.
func (s State) String() string {
	return [...]string{"recording", "keeping on disk until the database is back", "disk full", "cannot write", "stopped"}[min(s, Stopped)]
}

// Status is a snapshot of a Recorder.
type Status struct {
	State State
	// Since is when State was entered.
	Since time.Time
	// Err is why State is not Recording, with what to do about it.
	Err error
	// Upkeep is why the latest upkeep did not end well: nothing is lost by it, but
	// the history grows. Nil when all is well.
	Upkeep error
	// Messages, Samples and Batches count what was written since the start.
	Messages, Samples, Batches uint64
	// Lost counts messages and other records that were let go since the start.
	Lost uint64
	// Queued is how many messages wait to be written, Spooled how many bytes wait
	// in the spool.
	Queued  int
	Spooled int64
	// Commit is how long the latest batch took to be on disk.
	Commit time.Duration
}
