package mqttlink

import (
	"math/rand/v2"
	"time"
)

// backoff spaces attempts with full jitter: each wait is drawn evenly from zero
// to a ceiling that doubles from low to high, so that many clients of a broker
// that comes back do not return in step. No wait is shorter than a tenth of low.
type backoff struct {
	low, high time.Duration
	ceiling   time.Duration
	// draw returns a number in [0, n).
	draw func(n int64) int64
}

func newBackoff(low, high time.Duration) backoff {
	return backoff{low: low, high: high, draw: rand.Int64N}
}

// next returns how long to wait before the next attempt. After a refusal that
// waiting does not cure, such as a wrong password, it takes the upper half of
// the longest wait, so that no lock-out is provoked.
func (b *backoff) next(refused bool) time.Duration {
	if refused {
		return b.high/2 + time.Duration(b.draw(int64(b.high/2)+1))
	}
	b.ceiling = min(max(b.ceiling*2, b.low), b.high)
	return max(time.Duration(b.draw(int64(b.ceiling)+1)), b.low/10)
}

// reset makes the next wait a short one again.
func (b *backoff) reset() { b.ceiling = 0 }
