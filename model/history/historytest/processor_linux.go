package historytest

import (
	"syscall"
	"time"
	"unsafe"
)

// Clocks of Linux (clock_gettime(2)).
const (
	processClock = 2
	threadClock  = 3
)

// ProcessorTime is how much time of a processor this program has taken up to
// now, or this thread alone. It is what benchmarks on a shared machine go by; 0
// where the system does not tell.
func ProcessorTime(thread bool) time.Duration {
	clock := uintptr(processClock)
	if thread {
		clock = threadClock
	}
	var at syscall.Timespec
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&at)), 0); errno != 0 {
		return 0
	}
	return time.Duration(at.Nano())
}
