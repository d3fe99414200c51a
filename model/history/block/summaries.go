package block

import "encoding/binary"

// summariesFormat is the first byte of a block of summaries.
const summariesFormat = 3

// PackSummaries packs from 1 to [MaxSamples] summaries of successive stretches,
// each of at least one sample.
func PackSummaries(list []Summary) []byte {
	n := len(list)
	index, first := make([]int64, n), make([]int64, n)
	var column [7][]float64
	for c := range column {
		column[c] = make([]float64, n)
	}
	for i, s := range list {
		index[i], first[i] = int64(i), s.FirstAt
		for c, v := range [...]float64{s.Min, s.Max, s.Sum, s.First, s.Last, float64(s.Count), float64(s.LastAt - s.FirstAt)} {
			column[c][i] = v
		}
	}
	out := []byte{summariesFormat}
	for c := range column {
		at := index
		if c == 0 {
			at = first
		}
		p := PackSamples(at, column[c])
		out = append(binary.AppendUvarint(out, uint64(len(p))), p...)
	}
	return out
}

// Summaries unpacks what PackSummaries packed.
func Summaries(data []byte) ([]Summary, error) {
	c := cursor{data: data}
	if c.byte() != summariesFormat {
		return nil, ErrDamaged
	}
	var list []Summary
	var at [FrameSamples]int64
	var v [FrameSamples]float64
	for i := range 7 {
		p := c.take(c.uvarint())
		if c.bad {
			return nil, ErrDamaged
		}
		b, err := OpenSamples(p)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			list = make([]Summary, b.count())
		}
		rest := list
		for _, fr := range b.frames {
			if readFrame(fr.data, fr.start, at[:fr.count], v[:fr.count]) != nil || fr.count > len(rest) {
				return nil, ErrDamaged
			}
			for j := range fr.count {
				if i == 0 {
					rest[j].FirstAt = at[j]
				}
				set(&rest[j], i, v[j])
			}
			rest = rest[fr.count:]
		}
		if len(rest) > 0 {
			return nil, ErrDamaged
		}
	}
	return list, nil
}

// count is how many samples there are.
func (s Samples) count() int {
	n := 0
	for i := range s.frames {
		n += s.frames[i].count
	}
	return n
}

// set sets one column of a summary.
func set(s *Summary, column int, v float64) {
	switch column {
	case 0:
		s.Min = v
	case 1:
		s.Max = v
	case 2:
		s.Sum = v
	case 3:
		s.First = v
	case 4:
		s.Last = v
	case 5:
		s.Count = int64(v)
	case 6:
		s.LastAt = s.FirstAt + int64(v)
	}
}
