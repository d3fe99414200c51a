package sqlite

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/pilothouse/pilothouse/model"
)

// newRows are rows of recent messages and samples while they are written, in
// memory that is used again, and what the head is given of them once they are on
// disk.
type newRows struct {
	start int64             // that times of the row count from
	heads []byte            // of the row
	data  []byte            // its payloads; the head keeps them
	noted []byte            // its properties
	from  int               // its first message
	same  [sameSlots]uint16 // messages of the row by their payloads, one more; 0 for none

	list []byte // of samples, as they are written

	messages   []newMessage
	topics     []*knownTopic // of the messages; nil where one is new
	samples    []newSample
	blobs      [][]byte         // what payloads lie in; that of the row is filled in at its end
	row        uint32           // the blob of the row
	pointed    map[int64]uint32 // blobs of rows of table payload
	properties [][]byte
	// firstPayload is the first row of table payload that was pointed to, 0 for none.
	firstPayload int64
}

// sameSlots is how many payloads of a row are remembered.
const sameSlots = 512

// newMessage and newSample are what was written, for the head. Blobs and
// properties are those of the batch.
type newMessage struct {
	topic int64
	m     heldMessage
}

type newSample struct {
	series, at int64
	v          float64
}

// reset begins a batch.
func (r *newRows) reset() {
	clear(r.blobs)
	clear(r.properties)
	clear(r.pointed)
	r.topics = r.topics[:0]
	r.messages, r.samples, r.blobs, r.properties, r.firstPayload = r.messages[:0], r.samples[:0], r.blobs[:0], r.properties[:0], 0
}

// begin begins a row with payloads of so many bytes at most.
func (r *newRows) begin(start int64, bytes int) {
	r.start, r.heads, r.noted, r.from = start, r.heads[:0], r.noted[:0], len(r.messages)
	r.data, r.row = make([]byte, 0, bytes), uint32(len(r.blobs))
	r.blobs = append(r.blobs, nil)
	clear(r.same[:])
}

// end ends a row.
func (r *newRows) end() {
	r.blobs[r.row] = r.data
	r.heads = append(r.heads, ']')
	if len(r.noted) > 0 {
		r.noted = append(r.noted, '}')
	}
}

// place puts a payload into the row, unless it is there already. hash tells
// payloads apart.
func (r *newRows) place(m *heldMessage, hash uint64, payload []byte) {
	m.blob = r.row
	slot := &r.same[hash%sameSlots]
	if *slot > 0 {
		p := &r.messages[r.from+int(*slot)-1].m
		if p.blob == r.row && p.size == m.size && bytes.Equal(r.data[p.start:p.start+p.size], payload) {
			m.start = p.start
			return
		}
	}
	*slot = uint16(len(r.messages) - r.from + 1)
	m.start = uint32(len(r.data))
	r.data = append(r.data, payload...)
}

// point makes a row of table payload the place of a payload.
func (r *newRows) point(m *heldMessage, id int64, payload []byte) {
	blob, ok := r.pointed[id]
	if !ok {
		if r.pointed == nil {
			r.pointed = make(map[int64]uint32)
		}
		blob = uint32(len(r.blobs))
		r.blobs = append(r.blobs, payload)
		r.pointed[id] = blob
	}
	if r.firstPayload == 0 || id < r.firstPayload {
		r.firstPayload = id
	}
	m.blob, m.start = blob, 0
}

// add appends a message to the row. payload is the row of table payload that its
// payload is in, 0 when it is in this one.
func (r *newRows) add(topic int64, m heldMessage, payload int64) {
	h := rowHead{at: m.at - r.start, topic: topic, from: int64(m.start), size: int64(m.size), flags: int64(m.flags), publisher: m.publisher}
	if payload != 0 {
		h.from = -payload
	}
	if h.timed = m.device != 0; h.timed {
		h.device = m.device - r.start
	}
	r.heads = appendHead(r.heads, h)
	r.messages = append(r.messages, newMessage{topic, m})
}

// note notes the properties of the next message of the row, and returns where they
// are among those of the batch.
func (r *newRows) note(p *model.Properties) (int32, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return -1, err
	}
	return r.noteText(text), nil
}

// noteText notes properties that are JSON already.
func (r *newRows) noteText(text []byte) int32 {
	opener := byte(',')
	if len(r.noted) == 0 {
		opener = '{'
	}
	r.noted = strconv.AppendInt(append(r.noted, opener, '"'), int64(len(r.messages)-r.from), 10)
	r.noted = append(append(r.noted, '"', ':'), text...)
	r.properties = append(r.properties, text)
	return int32(len(r.properties) - 1)
}

// give hands what was written to a head.
func (r *newRows) give(h *head) {
	blobs, properties := uint32(len(h.blobs)), int32(len(h.properties))
	for _, b := range r.blobs {
		h.blobs = append(h.blobs, b)
		h.bytes += cap(b)
	}
	h.properties = append(h.properties, r.properties...)
	for i := range r.messages {
		m := r.messages[i].m
		m.blob += blobs
		if m.properties >= 0 {
			m.properties += properties
		}
		h.addMessage(r.messages[i].topic, m)
	}
	for _, p := range r.samples {
		h.addSample(p.series, p.at, p.v)
	}
	h.point(r.firstPayload)
}
