package sqlite

import (
	"maps"
	"slices"
	"unsafe"

	"github.com/pilothouse/pilothouse/model/history/block"
)

// head is recent messages and samples in memory, so that questions about them need
// not look through the file. Those of one topic or series are a chain, the newest
// first. It only grows: a reader that holds a part of it goes on reading that.
type head struct {
	messages shelf[heldMessage]
	samples  shelf[heldSample]
	topics   chains // the newest message of each topic
	series   chains // the newest sample of each series
	// blobs hold payloads, properties those of the few messages that have any.
	blobs, properties [][]byte
	bytes             int // of payloads

	// lastMessage and lastSample are the numbers up to which it holds all.
	lastMessage, lastSample int64
	// firstPayload is the first row of table payload that it points to, 0 for none.
	firstPayload int64
	oldest       int64 // arrival of the first of all, 0 when empty
	from, to     int64 // arrivals of messages: the earliest and the latest
	ordered      bool  // no message arrived before one of its topic that stands before it
}

// heldMessage is a message of a head.
type heldMessage struct {
	at, device, publisher int64 // as in block.Message
	before                int32 // the one of this topic before it, none if negative
	blob, start, size     uint32
	properties            int32 // none if negative
	flags                 uint8
}

// heldSample is a sample of a head.
type heldSample struct {
	at     int64
	value  float64
	before int32 // the one of this series before it, none if negative
}

func newHead() *head { return &head{ordered: true} }

// addMessage takes in a message of a topic.
func (h *head) addMessage(topic int64, m heldMessage) {
	i := int32(h.messages.n)
	m.before = h.topics.swap(topic, i)
	if m.before >= 0 && h.messages.at(m.before).at > m.at {
		h.ordered = false
	}
	if i == 0 {
		h.from, h.to = m.at, m.at
	}
	h.from, h.to = min(h.from, m.at), max(h.to, m.at)
	h.messages.add(m)
	h.note(m.at)
}

func (h *head) addSample(series, at int64, v float64) {
	i := int32(h.samples.n)
	h.samples.add(heldSample{at: at, value: v, before: h.series.swap(series, i)})
	h.note(at)
}

func (h *head) note(at int64) {
	if h.oldest == 0 || at < h.oldest {
		h.oldest = at
	}
}

// addBlob takes in bytes that payloads lie in, and returns their number.
func (h *head) addBlob(b []byte) uint32 {
	h.blobs = append(h.blobs, b)
	h.bytes += len(b)
	return uint32(len(h.blobs) - 1)
}

// point notes that h points to a row of table payload.
func (h *head) point(id int64) {
	if id > 0 && (h.firstPayload == 0 || id < h.firstPayload) {
		h.firstPayload = id
	}
}

// memory is about how many bytes h takes.
func (h *head) memory() int {
	return h.bytes + h.messages.n*int(unsafe.Sizeof(heldMessage{})) + h.samples.n*int(unsafe.Sizeof(heldSample{}))
}

// empty tells that there is nothing in h.
func (h *head) empty() bool { return h.messages.n+h.samples.n == 0 }

// message is message i as blocks have it.
func (h *head) message(m *heldMessage) block.Message {
	out := block.Message{At: m.at, DeviceAt: m.device, Publisher: m.publisher, Flags: uint64(m.flags)}
	if m.size > 0 {
		out.Payload = h.blobs[m.blob][m.start : m.start+m.size : m.start+m.size]
	}
	if m.properties >= 0 {
		out.Properties = h.properties[m.properties]
	}
	return out
}

// chain is the messages from one back, in order of time, appended to list.
func (h *head) chain(i int32, list []block.Message) []block.Message {
	from := len(list)
	for i >= 0 {
		m := h.messages.at(i)
		list = append(list, h.message(m))
		i = m.before
	}
	slices.Reverse(list[from:])
	if !h.ordered {
		slices.SortStableFunc(list[from:], byTime)
	}
	return list
}

// lastBefore is the last message from one back that arrived at a time or before it.
func (h *head) lastBefore(i int32, at int64) (m block.Message, ok bool) {
	var best *heldMessage
	for i >= 0 {
		m := h.messages.at(i)
		if m.at <= at && (best == nil || m.at > best.at) {
			if best = m; h.ordered {
				break
			}
		}
		i = m.before
	}
	if best == nil {
		return m, false
	}
	return h.message(best), true
}

// run is the samples from one back, appended to r in order of arrival.
func (h *head) run(i int32, r run) run {
	from := len(r.at)
	for i >= 0 {
		p := h.samples.at(i)
		r.at, r.value = append(r.at, p.at), append(r.value, p.value)
		i = p.before
	}
	slices.Reverse(r.at[from:])
	slices.Reverse(r.value[from:])
	return r
}

// shelf is a list that grows without moving what is in it.
type shelf[T any] struct {
	parts [][]T
	n     int
}

// Parts of a shelf hold so many.
const (
	shelfBits = 12
	shelfPart = 1 << shelfBits
)

func (s *shelf[T]) add(v T) {
	if s.n>>shelfBits == len(s.parts) {
		s.parts = append(s.parts, make([]T, shelfPart))
	}
	s.parts[s.n>>shelfBits][s.n&(shelfPart-1)] = v
	s.n++
}

func (s *shelf[T]) at(i int32) *T { return &s.parts[i>>shelfBits][i&(shelfPart-1)] }

// chains are where the chain of each topic or series begins, by its number.
type chains struct {
	near []int32         // of numbers below maxNear, as they usually are; 0 for none, else one more
	far  map[int64]int32 // of others

	count int // of chains
}

// maxNear bounds the memory that a number which is damaged can ask for.
const maxNear = 1 << 22

// swap makes i the beginning of a chain, and returns what was.
func (c *chains) swap(id int64, i int32) (before int32) {
	if before = c.last(id); before < 0 {
		c.count++
	}
	if id < 0 || id >= maxNear {
		if c.far == nil {
			c.far = make(map[int64]int32)
		}
		c.far[id] = i + 1
		return before
	}
	if id >= int64(len(c.near)) {
		c.near = append(c.near, make([]int32, id+1-int64(len(c.near)))...)
	}
	c.near[id] = i + 1
	return before
}

// last is where a chain begins, negative for none.
func (c *chains) last(id int64) int32 {
	if id < 0 || id >= maxNear {
		return c.far[id] - 1
	}
	if id >= int64(len(c.near)) {
		return -1
	}
	return c.near[id] - 1
}

// after lists the numbers above one that have a chain, in order.
func (c *chains) after(id int64) []int64 {
	var ids []int64
	for i, first := range c.near {
		if first > 0 && int64(i) > id {
			ids = append(ids, int64(i))
		}
	}
	for _, i := range slices.Sorted(maps.Keys(c.far)) {
		if i > id {
			ids = append(ids, i)
		}
	}
	slices.Sort(ids) // those below zero
	return ids
}

// run is the samples of one series in order of arrival.
type run struct {
	at    []int64
	value []float64
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

func byTime(a, b block.Message) int { return compare(a.At, b.At) }

// sortedMessages is list in order of time.
func sortedMessages(list []block.Message) []block.Message {
	if !slices.IsSortedFunc(list, byTime) {
		slices.SortStableFunc(list, byTime)
	}
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
