package hub

import (
	"context"
	"runtime"
	"runtime/metrics"
	"testing"
)

func TestGarbagePercent(t *testing.T) {
	for live, want := range map[uint64]int{0: 100, 100 << 20: 100, 320 << 20: 100, 640 << 20: 50, 960 << 20: 33, 8 << 30: 33} {
		if got := garbagePercent(live); got != want {
			t.Errorf("%d MiB live: garbage may be %d %% of it, want %d", live>>20, got, want)
		}
	}
}

// TestThrift has more in use than garbage may have: it is told of it.
func TestThrift(t *testing.T) {
	t.Setenv("GOGC", "")
	much := make([][]byte, 400)
	for i := range much {
		much[i] = make([]byte, 1<<20)
	}
	runtime.GC()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); thrift(ctx) }()
	share := func() uint64 {
		s := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	eventually(t, "bound on garbage", patience, func() bool { return share() > leastPercent && share() < 90 })
	stop()
	if <-done; share() != mostPercent {
		t.Errorf("afterwards garbage may be %d %%", share())
	}
	runtime.KeepAlive(much)
}
