package sqlite

import (
	"bytes"
	"hash/maphash"
)

// payloads remembers what was said lately, so that what is said again is kept
// once: the second time it gets a row of its own in table payload, from then on
// messages point to it. Short payloads are kept once in each row of messages
// instead, which costs less than pointing.
type payloads struct {
	seed maphash.Seed
	said []said // by hash; nil until there is one
}

// said is a payload that was said.
type said struct {
	hash uint64
	id   int64  // of its row in table payload, 0 when it has none
	data []byte // nil for none
	hits int    // how often newer ones have to ask for its place
}

// Bounds of what is remembered.
const (
	maxPayloads    = 32 << 10
	minSamePayload = 64
	maxSamePayload = 4096
	maxHits        = 4
)

func newPayloads() payloads { return payloads{seed: maphash.MakeSeed()} }

// clear forgets everything.
func (p *payloads) clear() { clear(p.said) }

// hash tells payloads apart.
func (p *payloads) hash(data []byte) uint64 { return maphash.Bytes(p.seed, data) }

// find is what is remembered of a payload; nil when it is said for the first time,
// or not of a size that is remembered.
func (p *payloads) find(hash uint64, data []byte) *said {
	if len(p.said) == 0 || len(data) < minSamePayload || len(data) > maxSamePayload {
		return nil
	}
	s := &p.said[hash%maxPayloads]
	if s.hash != hash || !bytes.Equal(s.data, data) {
		return nil
	}
	s.hits = min(s.hits+1, maxHits)
	return s
}

// keep remembers a payload, whose bytes it keeps: what was said again gives way
// only after others have asked a few times.
func (p *payloads) keep(hash uint64, data []byte) {
	if len(data) < minSamePayload || len(data) > maxSamePayload {
		return
	}
	if p.said == nil {
		p.said = make([]said, maxPayloads)
	}
	s := &p.said[hash%maxPayloads]
	if s.hits--; s.hits < 0 {
		*s = said{hash: hash, data: data}
	}
}
