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

// arrivals is how many messages came a second lately.
type arrivals struct {
	at    time.Time
	heard uint64
	rate  float64
}

// arrivalTime is over how long arrivals are counted.
const arrivalTime = 250 * time.Millisecond

// look is told how many messages came since the start.
func (a *arrivals) look(now time.Time, heard uint64) float64 {
	if passed := now.Sub(a.at); passed >= arrivalTime {
		a.rate = float64(heard-a.heard) / passed.Seconds()
		a.at, a.heard = now, heard
	}
	return a.rate
}

// rest keeps the writing goroutine to the pace that is meant for times when more
// comes and the processors are contended, after n messages that it began to write at
// a time. It rests only while more waits than a batch, and not while the Recorder is
// to close.
func (r *Recorder) rest(n int, began time.Time) {
	now := time.Now()
	r.mu.Lock()
	waiting, heard := r.queue.count, r.queue.heard
	r.mu.Unlock()
	rate := r.rate.look(now, heard)
	due := time.Duration(float64(n)/float64(r.opts.Pace)*1e9) - now.Sub(began)
	if due <= 0 || rate <= float64(r.opts.Pace) || waiting < r.opts.BatchMessages || !r.opts.Contended() {
		return
	}
	timer := time.NewTimer(due)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.kick:
	}
}
