package historytest

import (
	"syscall"
	"time"
)

// ofThread is RUSAGE_THREAD of getrusage(2), which package syscall does not name.
const ofThread = 1

// ProcessorTime is how much time of a processor this program has taken up to
// now, or this thread alone. It is what benchmarks on a shared machine go by; 0
// where the system does not tell.
func ProcessorTime(thread bool) time.Duration {
	who := syscall.RUSAGE_SELF
	if thread {
		who = ofThread
	}
	var used syscall.Rusage
	if syscall.Getrusage(who, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
