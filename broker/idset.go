package broker

import "slices"

// idSet is a set of packet IDs. A few take little memory, many a bit each of all
// that there can be; an empty set has none.
type idSet struct {
	few  []uint16
	many *[1024]uint64 // in place of few
	n    int
}

// fewIDs is how many IDs are kept one by one.
const fewIDs = 64

func (s *idSet) has(id uint16) bool {
	if s.many == nil {
		return slices.Contains(s.few, id)
	}
	return s.many[id>>6]&(1<<(id&63)) != 0
}

// add adds an ID that is not in the set.
func (s *idSet) add(id uint16) {
	s.n++
	if s.many == nil && len(s.few) < fewIDs {
		s.few = append(s.few, id)
		return
	}
	if s.many == nil {
		s.many = new([1024]uint64)
		for _, old := range s.few {
			s.many[old>>6] |= 1 << (old & 63)
		}
		s.few = nil
	}
	s.many[id>>6] |= 1 << (id & 63)
}

// remove reports whether id was in the set.
func (s *idSet) remove(id uint16) bool {
	if !s.has(id) {
		return false
	}
	s.n--
	if s.many == nil {
		i := slices.Index(s.few, id)
		s.few[i] = s.few[len(s.few)-1]
		s.few = s.few[:len(s.few)-1]
		return true
	}
	s.many[id>>6] &^= 1 << (id & 63)
	if s.n == 0 {
		s.many = nil
	}
	return true
}
