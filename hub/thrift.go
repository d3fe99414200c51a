package hub

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// By itself Go lets garbage grow until it is as much as what is in use. That is
// right for a small program; with a million topics it is gigabytes for nothing. So
// garbage may have up to spareMemory, and where much more is in use at least a third
// of that, lest collecting it takes the processors' time.
const (
	spareMemory  = 320 << 20
	leastPercent = 33
	mostPercent  = 100 // as Go has it
)

// thriftEvery is how often the share of garbage is looked at.
const thriftEvery = 2 * time.Second

// garbagePercent is how much garbage there may be, in per cent of the live bytes.
func garbagePercent(live uint64) int {
	if live <= spareMemory*mostPercent/100 {
		return mostPercent
	}
	return max(leastPercent, int(spareMemory*100/live))
}

// thrift keeps garbage within bounds until ctx ends, unless the environment says how
// much there may be (GOGC, see package runtime).
func thrift(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	beat := time.NewTicker(thriftEvery)
	defer beat.Stop()
	for now := mostPercent; ; {
		select {
		case <-ctx.Done():
			debug.SetGCPercent(mostPercent)
			return
		case <-beat.C:
		}
		metrics.Read(live)
		// Each change stops the program for a moment, so that small ones are let be.
		if next := garbagePercent(live[0].Value.Uint64()); next < now-5 || next > now+5 {
			debug.SetGCPercent(next)
			now = next
		}
	}
}
