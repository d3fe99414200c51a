package model

import "time"

// TopicInfo is what is known of one topic.
type TopicInfo struct {
	Path string
	// Payload is the latest payload: all of its Size bytes, or the front of them
	// when memory for messages was full.
	Payload   []byte
	Size      int
	At        time.Time
	QoS       byte
	Retained  bool
	Publisher *Publisher
	// Second is who writes the topic beside the identity that it belongs to; nil
	// as long as nobody does.
	Second     *SecondWriter
	Properties *Properties
	Messages   uint64
	Bytes      uint64
	PerSecond  float64
	// Cadence is the learned time between messages, zero when not learned.
	Cadence time.Duration
	// Device is the root topic of the device that it belongs to, or empty.
	Device string
	Fields []FieldInfo
}

// FieldInfo is a number inside the payloads of a topic.
type FieldInfo struct {
	// Pointer is its JSON Pointer (RFC 6901), Unit its guessed unit.
	Pointer, Unit string
	Last          float64
	At            time.Time
	// Spark are its latest values, at most [SparkSamples], the oldest first.
	Spark []float64
}

// SparkSamples is how many values a sparkline shows.
const SparkSamples = 60

// Topic returns what is known of a topic; ok is false when it had no message.
func (s *Store) Topic(path string) (info TopicInfo, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.topics[path]
	if t == nil {
		return TopicInfo{}, false
	}
	n, l := t.node, t.latest
	info = TopicInfo{
		Path: n.path, Payload: t.history.latest(l.size), Size: l.size, At: time.Unix(0, l.at), QoS: l.qos, Retained: l.retained,
		Publisher: l.pub, Properties: t.props, Messages: t.count, Bytes: t.bytes,
		PerSecond: n.rate.perSecond(s.mono(s.now())), Fields: make([]FieldInfo, 0, len(t.fields)),
	}
	if t.cadence.Known() {
		info.Cadence = t.cadence.Mean()
	}
	if t.device != nil {
		info.Device = t.device.root
	}
	if t.others != nil {
		second := t.others.latest
		info.Second = &second
	}
	for _, f := range t.fields {
		info.Fields = append(info.Fields, f.info())
	}
	return info, true
}

func (f *field) info() FieldInfo {
	at, v, _ := f.series.last()
	out := FieldInfo{Pointer: f.pointer, Unit: UnitOf(f.pointer), Last: v, At: time.Unix(0, at)}
	n := min(f.series.n, SparkSamples)
	out.Spark = make([]float64, 0, n)
	for i := f.series.n - n; i < f.series.n; i++ {
		out.Spark = append(out.Spark, f.series.value[f.series.index(i)])
	}
	return out
}

// History returns up to limit of the latest messages of a topic, the newest
// first, and how many are kept.
func (s *Store) History(path string, limit int) (records []Record, kept int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.topics[path]
	if t == nil {
		return nil, 0
	}
	skip := max(0, t.history.n-max(0, limit))
	i := 0
	t.history.each(func(r *record, at int64) {
		if i >= skip {
			records = append(records, t.history.message(r, at, s.pubs.get))
		}
		i++
	})
	for i, j := 0, len(records)-1; i < j; i, j = i+1, j-1 {
		records[i], records[j] = records[j], records[i]
	}
	return records, t.history.n
}

// Series returns the samples of a series from a time on, and the one before it,
// as nanoseconds since 1970 and values, in order. Both slices are appended to
// those given. They are empty when there is no such series.
func (s *Store) Series(key SeriesKey, from time.Time, at []int64, value []float64) ([]int64, []float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.field(key); f != nil {
		return f.series.since(from.UnixNano(), at, value)
	}
	return at, value
}

func (s *Store) field(key SeriesKey) *field {
	t := s.topics[key.Topic]
	if t == nil {
		return nil
	}
	for _, f := range t.fields {
		if f.pointer == key.Pointer {
			return f
		}
	}
	return nil
}
