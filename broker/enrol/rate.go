package enrol

import (
	"net/netip"
	"sync"
	"time"
)

// maxBuckets is the number of addresses that are told apart. Those beyond share
// one bucket.
const maxBuckets = 1024

// rates limits how often each address may do something: a token bucket for each.
type rates struct {
	burst  float64
	perSec float64

	mu      sync.Mutex
	buckets map[netip.Addr]bucket
	swept   time.Time
}

// sweepPause is how long the table is left alone after it was swept, so that a
// flood from many addresses costs little.
const sweepPause = time.Second

type bucket struct {
	left float64
	at   time.Time
}

func newRates(l Limits) *rates {
	return &rates{burst: float64(l.Burst), perSec: float64(l.PerMinute) / 60, buckets: make(map[netip.Addr]bucket)}
}

// allow takes one from the address's bucket and reports whether there was one.
func (r *rates) allow(a netip.Addr) bool {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	b, known := r.buckets[a]
	if !known {
		if len(r.buckets) >= maxBuckets && !r.sweepLocked(now) {
			a = netip.Addr{}
			b, known = r.buckets[a]
		}
		if !known {
			b = bucket{left: r.burst, at: now}
		}
	}
	b = r.filled(b, now)
	if b.left < 1 {
		r.buckets[a] = b
		return false
	}
	b.left--
	r.buckets[a] = b
	return true
}

// filled is the bucket with what has run into it since.
func (r *rates) filled(b bucket, now time.Time) bucket {
	return bucket{left: min(r.burst, b.left+now.Sub(b.at).Seconds()*r.perSec), at: now}
}

// sweepLocked forgets the buckets that are full again and reports whether there
// were any.
func (r *rates) sweepLocked(now time.Time) bool {
	if now.Sub(r.swept) < sweepPause {
		return false
	}
	r.swept = now
	before := len(r.buckets)
	for a, b := range r.buckets {
		if r.filled(b, now).left >= r.burst {
			delete(r.buckets, a)
		}
	}
	return len(r.buckets) < before
}

// network is what counts as one address: an IPv4 address, or the /64 network of
// an IPv6 address.
func network(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}

// addrOf is the IP address in ip:port, the zero Addr if there is none.
func addrOf(text string) netip.Addr {
	ap, err := netip.ParseAddrPort(text)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr()
}
