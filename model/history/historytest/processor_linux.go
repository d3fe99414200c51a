package historytest

import (
	"syscall"
	"time"
)

// ProcessorTime is how much time of a processor this program has taken up to
// now, or this thread alone. It is what benchmarks on a shared machine go by; 0
// where the system does not tell.
func ProcessorTime(thread bool) time.Duration {
	who := syscall.RUSAGE_SELF
	if thread {
		who = 1 // RUSAGE_THREAD
	}
	var u syscall.Rusage
	if syscall.Getrusage(who, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
