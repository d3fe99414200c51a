package sqlite

import (
	"bytes"
	"hash/maphash"
)

// payloads remembers what was said lately, so that what is said again is kept
// once: the second time it gets a row of its own, from then on rows of messages
// point to it.
type payloads struct {
	seed maphash.Seed
	seen map[uint64]said
}

type said struct {
	id   int64 // of its row in table payload, 0 when it has none
	data []byte
}

// Bounds of what is remembered.
const (
	maxPayloads   = 32_768
	minSamePaylod = 12 // shorter payloads cost less than pointing to them
	maxSamePaylod = 4096
)

func newPayloads() payloads {
	return payloads{seed: maphash.MakeSeed(), seen: make(map[uint64]said)}
}

// clear forgets everything.
func (p *payloads) clear() { clear(p.seen) }

// find tells whether a payload was seen before, and the number of its row if it
// has one. It remembers it, and keeps the bytes.
func (p *payloads) find(data []byte) (key uint64, id int64, again bool) {
	if len(data) < minSamePaylod || len(data) > maxSamePaylod {
		return 0, 0, false
	}
	key = maphash.Bytes(p.seed, data)
	s, ok := p.seen[key]
	if ok && bytes.Equal(s.data, data) {
		return key, s.id, true
	}
	if !ok && len(p.seen) >= maxPayloads {
		for k, s := range p.seen { // any: what is said often comes back
			if s.id == 0 || len(p.seen) >= maxPayloads {
				delete(p.seen, k)
				break
			}
		}
	}
	p.seen[key] = said{data: data}
	return key, 0, false
}

// kept notes the row of a payload that find reported as seen again.
func (p *payloads) kept(key uint64, id int64) {
	s := p.seen[key]
	s.id = id
	p.seen[key] = s
}
