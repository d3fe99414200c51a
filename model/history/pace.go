package history

import (
	"math"
	"runtime/metrics"
	"time"
)

// contention tells whether the processors have more to do than they can: then what
// the writing goroutine works is taken from the live path. It is for one goroutine.
type contention struct {
	sample []metrics.Sample
	before []uint64
}

// waited is the metric of how long goroutines that could run had to wait until they
// did.
const waited = "/sched/latencies:seconds"

// longWait is the mean wait above which the processors are contended. With room
// left it is some microseconds.
const longWait = 100 * time.Microsecond

func newContention() *contention {
	return &contention{sample: []metrics.Sample{{Name: waited}}}
}

// look reports whether processors were contended since it was last called.
func (c *contention) look() bool {
	metrics.Read(c.sample)
	if c.sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return false // a later Go that does not tell
	}
	h := c.sample[0].Value.Float64Histogram()
	if len(c.before) != len(h.Counts) {
		c.before = make([]uint64, len(h.Counts))
	}
	var n uint64
	var sum float64
	for i, count := range h.Counts {
		now := count - c.before[i]
		c.before[i] = count
		from, to := h.Buckets[i], h.Buckets[i+1]
		if math.IsInf(from, -1) {
			from = 0
		}
		if math.IsInf(to, 1) {
			to = from
		}
		n += now
		sum += float64(now) * (from + to) / 2
	}
	return n > 0 && sum/float64(n) > longWait.Seconds()
}

// rest keeps the writing goroutine to the pace that is meant for times when the
// processors are contended, after n messages that it began to write at a time. It
// rests only while more waits than a batch, and not while the Recorder is to close.
func (r *Recorder) rest(n int, began time.Time) {
	due := time.Duration(float64(n)/float64(r.opts.Pace)*1e9) - time.Since(began)
	if due <= 0 || r.queued() < r.opts.BatchMessages || !r.opts.Contended() {
		return
	}
	timer := time.NewTimer(due)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.kick:
	}
}

// queued is how many messages wait to be written.
func (r *Recorder) queued() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queue.count
}
