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

// topicKeys are a topic, by the one copy of its name, and its series, in the order
// its payloads had them last.
type topicKeys struct {
	topic string
	hint  uint32
	keys  []model.SeriesKey
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
		r.measure(b, &b.Messages[i], nil)
	}
}

// measure does so for a message of the batch. Its topic is k, if that is known.
func (r *Meter) measure(b *Batch, m *Message, k *topicKeys) {
	if m.DeviceAt.IsZero() {
		m.DeviceAt = DeviceTime(m.Payload)
	}
	if r.scanner == nil || m.Replayed {
		return
	}
	if k == nil {
		k = r.topic(m.Topic)
		m.Hint = k.hint
	}
	r.cur = sampleCursor{batch: b, topic: m.Topic, keys: k, at: m.At}
	// Payloads that are not what they look like hold no numbers; the live store
	// counts them.
	_ = r.scanner.Scan(m.Payload, r.emit)
	r.cur = sampleCursor{}
}

// topic is what is known of a topic.
func (r *Meter) topic(name string) *topicKeys {
	k := r.keys[name]
	if k == nil {
		if k = (&topicKeys{topic: name}); len(r.keys) < maxKeys {
			r.keys[name], k.hint = k, uint32(len(r.keys)+1)
		}
	}
	return k
}

// named is what is known of the topic of a name that lies in bytes.
func (r *Meter) named(name []byte) *topicKeys {
	if k := r.keys[string(name)]; k != nil {
		return k
	}
	return r.topic(string(name))
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
