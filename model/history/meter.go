package history

import (
	"math"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Meter finds the numbers and the device times in messages. It is for one
// goroutine.
type Meter struct {
	scanner model.Scanner
	emit    func([]byte, float64)
	keys    map[string]*topicKeys
	cur     sampleCursor
}

// NewMeter makes a Meter; without a scanner it finds no numbers.
func NewMeter(s model.Scanner) *Meter {
	m := &Meter{scanner: s, keys: make(map[string]*topicKeys)}
	m.emit = m.onNumber
	return m
}

// topicKeys are the series of a topic, in the order its payloads had them last.
type topicKeys struct {
	keys []model.SeriesKey
}

// sampleCursor is where a number that is found goes.
type sampleCursor struct {
	batch *Batch
	topic string
	keys  *topicKeys
	at    time.Time
	next  int
}

// maxKeys bounds the topics and the fields of a topic whose names are
// remembered; others are made anew for each sample.
const (
	maxKeys      = 200_000
	maxTopicKeys = 256
)

// Measure fills in the samples of a batch from its messages, and their device
// times where they are not known yet. Replayed messages give no samples.
func (r *Meter) Measure(b *Batch) {
	for i := range b.Messages {
		m := &b.Messages[i]
		if m.DeviceAt.IsZero() {
			m.DeviceAt = DeviceTime(m.Payload)
		}
		if r.scanner == nil || m.Replayed {
			continue
		}
		k := r.keys[m.Topic]
		if k == nil {
			if k = new(topicKeys); len(r.keys) < maxKeys {
				r.keys[m.Topic] = k
			}
		}
		r.cur = sampleCursor{batch: b, topic: m.Topic, keys: k, at: m.At}
		// Payloads that are not what they look like hold no numbers; the live
		// store counts them.
		_ = r.scanner.Scan(m.Payload, r.emit)
	}
	r.cur = sampleCursor{}
}

// onNumber keeps one number of the message at the cursor.
func (r *Meter) onNumber(pointer []byte, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	c := &r.cur
	c.batch.Samples = append(c.batch.Samples, Sample{Key: c.key(pointer), At: c.at, Value: v})
}

// key names the series of a pointer: usually the one after the last.
func (c *sampleCursor) key(pointer []byte) model.SeriesKey {
	keys := c.keys.keys
	if c.next < len(keys) && keys[c.next].Pointer == string(pointer) {
		c.next++
		return keys[c.next-1]
	}
	for i := range keys {
		if keys[i].Pointer == string(pointer) {
			c.next = i + 1
			return keys[i]
		}
	}
	k := model.SeriesKey{Topic: c.topic, Pointer: string(pointer)}
	if len(keys) < maxTopicKeys {
		c.keys.keys = append(c.keys.keys, k)
		c.next = len(c.keys.keys)
	}
	return k
}
