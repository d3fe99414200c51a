//go:build !linux

package historytest

import "time"

// ProcessorTime is how much time of a processor this program has taken up to
// now, or this thread alone; 0 where the system does not tell.
func ProcessorTime(bool) time.Duration { return 0 }

// Resident is how much memory this program holds, in bytes; 0 where the system
// does not tell.
func Resident() int64 { return 0 }
