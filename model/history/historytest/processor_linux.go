package historytest

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// ProcessorTime is how much time of a processor this program has taken up to
// now, or this thread alone. It is what benchmarks on a shared machine go by; 0
// where the system does not tell. It is exact, which getrusage(2) is not: that
// counts what a thread takes when the thread gives the processor back.
func ProcessorTime(thread bool) time.Duration {
	clock := int32(unix.CLOCK_PROCESS_CPUTIME_ID)
	if thread {
		clock = unix.CLOCK_THREAD_CPUTIME_ID
	}
	var t unix.Timespec
	if unix.ClockGettime(clock, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// Resident is how much memory this program holds, in bytes; 0 where the system
// does not tell.
func Resident() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
