package model

// Limits bound what a Store keeps. The zero value of a field means its default.
// Whatever a limit lets go is counted in [Stats].
type Limits struct {
	// Memory is about how many bytes all topics with their messages and series may
	// take, a third each: it sets the defaults of Topics, HistoryBytes and Samples.
	// When messages or series reach their share, the oldest are shed and counted.
	// 0 leaves these at their own defaults.
	Memory int
	// Topics is how many topics are kept: default 1,000,000. Messages on
	// further topics are counted and dropped.
	Topics int
	// Devices is how many devices are kept: default 100,000. Topics of further
	// devices are kept without a device.
	Devices int
	// FieldsPerTopic is how many numeric fields of one topic become series:
	// default 64.
	FieldsPerTopic int
	// HistoryMessages is how many messages are kept for each topic: default 200.
	HistoryMessages int
	// HistoryTopicBytes is how many bytes of messages are kept for each topic:
	// default 256 KiB. The latest message is kept even when it is larger.
	HistoryTopicBytes int
	// HistoryBytes is how many bytes of messages are kept in all: default
	// 256 MiB. Once even the latest message of each topic is too much, only the
	// first 256 bytes of further messages are kept.
	HistoryBytes int
	// SeriesSamples is how many samples are kept for each series: default
	// 16,384.
	SeriesSamples int
	// Samples is how many samples are kept in all, at [SampleBytes] each: default
	// 16,777,216, which is 192 MiB.
	Samples int
	// TrackPoints is how many positions of one device are kept: default 1,024.
	TrackPoints int
	// Events is how many events the log keeps: default 2,000.
	Events int
	// Commands is how many commands the log keeps: default 1,000.
	Commands int
}

// SampleBytes is the memory that a sample of a series takes, and TopicBytes about
// that of a topic before it has any history.
const (
	SampleBytes = 12
	TopicBytes  = 768
)

// SetMemory changes [Limits].Memory of a store at work. When that is less than it
// has, it sheds messages at once, and numbers as new ones come; topics that it has
// stay.
func (s *Store) SetMemory(bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked.Memory = bytes
	s.limits = s.asked.withDefaults()
	for range s.order {
		if s.stats.HistoryBytes <= s.limits.HistoryBytes {
			break
		}
		s.shed()
	}
	s.gen.Add(1)
}

// Limits are what the store keeps to, with their defaults.
func (s *Store) Limits() Limits {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limits
}

func (l Limits) withDefaults() Limits {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	if l.Memory > 0 {
		def(&l.Topics, max(1, min(l.Memory/3/TopicBytes, 1_000_000)))
		def(&l.HistoryBytes, max(1, l.Memory/3))
		def(&l.Samples, max(1, l.Memory/3/SampleBytes))
	}
	def(&l.Topics, 1_000_000)
	def(&l.Devices, 100_000)
	def(&l.FieldsPerTopic, 64)
	def(&l.HistoryMessages, 200)
	def(&l.HistoryTopicBytes, 256<<10)
	def(&l.HistoryBytes, 256<<20)
	def(&l.SeriesSamples, 16_384)
	def(&l.Samples, 16<<20)
	def(&l.TrackPoints, 1_024)
	def(&l.Events, 2_000)
	def(&l.Commands, 1_000)
	return l
}
