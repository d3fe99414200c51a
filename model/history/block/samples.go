package block

import (
	"encoding/binary"
	"errors"
	"math"
)

// ErrDamaged tells that a block cannot be read.
var ErrDamaged = errors.New("a sealed block is damaged")

// MaxSamples is how many samples a block of samples holds at most.
const MaxSamples = 4096

// samplesFormat is the first byte of a block of samples.
const samplesFormat = 1

// PackSamples packs from 1 to [MaxSamples] finite samples in order of time,
// given in microseconds since 1970.
func PackSamples(at []int64, v []float64) []byte {
	out := []byte{samplesFormat}
	out = binary.AppendUvarint(out, uint64(len(at)))
	out = binary.AppendVarint(out, at[0])
	if len(at) <= FrameSamples {
		return appendFrame(out, at, v)
	}
	var body []byte
	for i := 0; i < len(at); i += FrameSamples {
		j := min(i+FrameSamples, len(at))
		before := len(body)
		body = appendFrame(body, at[i:j], v[i:j])
		s := Summarise(at[i:j], v[i:j])
		out = binary.AppendUvarint(out, uint64(s.FirstAt-at[0]))
		out = binary.AppendUvarint(out, uint64(s.LastAt-s.FirstAt))
		out = binary.AppendUvarint(out, uint64(len(body)-before))
		for _, x := range [...]float64{s.Min, s.Max, s.Sum, s.First, s.Last} {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(x))
		}
	}
	return append(out, body...)
}

// Samples is a block of samples opened for reading.
type Samples struct {
	frames []frame
}

// frame is one frame of a block: its summary, if the block has one, and bytes.
type frame struct {
	count   int
	start   int64
	stop    int64
	summary Summary
	data    []byte
}

// OpenSamples reads the directory of a block. The block must not change while
// the result is used.
func OpenSamples(data []byte) (Samples, error) {
	c := cursor{data: data}
	if c.byte() != samplesFormat {
		return Samples{}, ErrDamaged
	}
	count, base := c.uvarint(), c.varint()
	if c.bad || count == 0 || count > MaxSamples {
		return Samples{}, ErrDamaged
	}
	if count <= FrameSamples {
		return Samples{[]frame{{count: int(count), start: base, stop: math.MaxInt64, data: c.data}}}, nil
	}
	frames := make([]frame, (count+FrameSamples-1)/FrameSamples)
	lengths := make([]uint64, len(frames))
	for i := range frames {
		f := &frames[i]
		f.count = min(FrameSamples, int(count)-i*FrameSamples)
		f.start = base + int64(c.uvarint())
		f.stop = f.start + int64(c.uvarint())
		lengths[i] = c.uvarint()
		s := Summary{Count: int64(f.count), FirstAt: f.start, LastAt: f.stop}
		for _, x := range [...]*float64{&s.Min, &s.Max, &s.Sum, &s.First, &s.Last} {
			*x = c.float()
		}
		f.summary = s
	}
	for i := range frames {
		frames[i].data = c.take(lengths[i])
	}
	if c.bad {
		return Samples{}, ErrDamaged
	}
	return Samples{frames}, nil
}

// Each calls f with the samples from time from up to but not including to, in
// stretches that are valid only during the call.
func (s Samples) Each(from, to int64, f func(at []int64, v []float64)) error {
	var at [FrameSamples]int64
	var v [FrameSamples]float64
	for _, fr := range s.frames {
		if fr.stop < from {
			continue
		}
		if fr.start >= to {
			break
		}
		if err := readFrame(fr.data, fr.start, at[:fr.count], v[:fr.count]); err != nil {
			return err
		}
		lo, hi := stretch(at[:fr.count], from, to)
		if lo < hi {
			f(at[lo:hi], v[lo:hi])
		}
	}
	return nil
}

// Summary is the summary of the samples from time from up to but not including
// to. Frames that lie within are not unpacked.
func (s Samples) Summary(from, to int64) (Summary, error) {
	var sum Summary
	for i, fr := range s.frames {
		switch {
		case fr.stop < from:
			continue
		case fr.start >= to:
			return sum, nil
		case fr.summary.Count > 0 && fr.start >= from && fr.stop < to:
			sum.Merge(fr.summary)
			continue
		}
		err := Samples{s.frames[i : i+1]}.Each(from, to, func(at []int64, v []float64) { sum.Merge(Summarise(at, v)) })
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// stretch finds the samples from time from up to but not including to.
func stretch(at []int64, from, to int64) (lo, hi int) { return search(at, from), search(at, to) }

// search is the first index whose time is t or later.
func search(at []int64, t int64) int {
	lo, hi := 0, len(at)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); at[mid] < t {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// Summaries goes through the samples from time from up to but not including to:
// whole is offered the summary of each frame that lies within, and where there is
// none or whole returns false, some is called with the samples themselves, which
// are valid only during the call.
func (s Samples) Summaries(from, to int64, whole func(Summary) bool, some func(at []int64, v []float64)) error {
	for i, fr := range s.frames {
		switch {
		case fr.stop < from:
			continue
		case fr.start >= to:
			return nil
		case fr.summary.Count > 0 && fr.start >= from && fr.stop < to && whole(fr.summary):
			continue
		}
		if err := (Samples{s.frames[i : i+1]}).Each(from, to, some); err != nil {
			return err
		}
	}
	return nil
}
