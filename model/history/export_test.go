package history

import (
	"time"
	"unsafe"
)

// SetWall is at with its wall clock set by d and its monotonic reading as it is,
// as a time is that was taken after the clock had been set. Package time has no
// way to make one.
func SetWall(at time.Time, d time.Duration) time.Time {
	// A Time with a monotonic reading begins with a word of flag, seconds since
	// 1885 (33 bits) and nanoseconds (30 bits).
	word := (*uint64)(unsafe.Pointer(&at))
	*word += uint64(d/time.Second) << 30
	return at
}

// NewContention makes what tells whether processors are short.
func NewContention() (look func() bool) { return newContention().look }
