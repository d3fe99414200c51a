package sqlite

import (
	"maps"
	"slices"

	"github.com/pilothouse/pilothouse/model/history/block"
)

// head is the recent rows in memory, by topic and by series, so that questions
// about them need not look through the rows on disk. What was appended never
// changes: a reader that holds the slices may go on reading them.
type head struct {
	messages map[int64][]block.Message
	samples  map[int64]*run
	// lastMessage and lastSample are the rows up to which it holds all.
	lastMessage, lastSample int64
	nMessages, nSamples     int
	oldest                  int64 // arrival of its first row, 0 when empty
}

// run is the samples of one series in order of arrival.
type run struct {
	at    []int64
	value []float64
}

func newHead() *head {
	return &head{messages: make(map[int64][]block.Message), samples: make(map[int64]*run)}
}

func (h *head) addMessage(topic int64, m block.Message) {
	h.messages[topic] = append(h.messages[topic], m)
	h.nMessages++
	h.note(m.At)
}

func (h *head) addSample(series, at int64, v float64) {
	r := h.samples[series]
	if r == nil {
		r = new(run)
		h.samples[series] = r
	}
	r.at, r.value = append(r.at, at), append(r.value, v)
	h.nSamples++
	h.note(at)
}

func (h *head) note(at int64) {
	if h.oldest == 0 || at < h.oldest {
		h.oldest = at
	}
}

// freeze is h as it is now: it shares the slices, which only grow.
func (h *head) freeze() *head {
	f := *h
	f.messages = maps.Clone(h.messages)
	f.samples = make(map[int64]*run, len(h.samples))
	for id, r := range h.samples {
		f.samples[id] = &run{r.at, r.value}
	}
	return &f
}

// without is h without what of its topics or series is in blocks, which were made
// of the frozen head. h itself does not change: readers may hold it.
func (h *head) without(frozen *head, messages bool, blocks []packedBlock) *head {
	rest := *h
	if messages {
		rest.messages = maps.Clone(h.messages)
	} else {
		rest.samples = maps.Clone(h.samples)
	}
	for i, b := range blocks {
		if i > 0 && blocks[i-1].owner == b.owner {
			continue
		}
		if messages {
			gone := len(frozen.messages[b.owner])
			rest.nMessages -= gone
			if left := slices.Clone(h.messages[b.owner][gone:]); len(left) > 0 {
				rest.messages[b.owner] = left
			} else {
				delete(rest.messages, b.owner)
			}
			continue
		}
		gone, r := len(frozen.samples[b.owner].at), h.samples[b.owner]
		rest.nSamples -= gone
		if left := (run{slices.Clone(r.at[gone:]), slices.Clone(r.value[gone:])}); len(left.at) > 0 {
			rest.samples[b.owner] = &left
		} else {
			delete(rest.samples, b.owner)
		}
	}
	rest.oldest = rest.first()
	return &rest
}

// first is the arrival of the first row of h, 0 when it is empty.
func (h *head) first() int64 {
	var first head
	for _, list := range h.messages {
		first.note(list[0].At)
	}
	for _, r := range h.samples {
		first.note(r.at[0])
	}
	return first.oldest
}

// sorted is r in order of time: itself when it is, as it is unless the clock was
// set back.
func (r run) sorted() run {
	if slices.IsSorted(r.at) {
		return r
	}
	order := make([]int, len(r.at))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compare(r.at[a], r.at[b]) })
	s := run{make([]int64, len(order)), make([]float64, len(order))}
	for i, j := range order {
		s.at[i], s.value[i] = r.at[j], r.value[j]
	}
	return s
}

// within is the samples from time from up to but not including to, of a run in
// order of time.
func (r run) within(from, to int64) run {
	lo, _ := slices.BinarySearch(r.at, from)
	hi, _ := slices.BinarySearch(r.at, to)
	if lo >= hi {
		return run{}
	}
	return run{r.at[lo:hi], r.value[lo:hi]}
}

// sortedMessages is list in order of time.
func sortedMessages(list []block.Message) []block.Message {
	byTime := func(a, b block.Message) int { return compare(a.At, b.At) }
	if slices.IsSortedFunc(list, byTime) {
		return list
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, byTime)
	return list
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
