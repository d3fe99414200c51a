package sqlite

import (
	"context"

	"github.com/pilothouse/pilothouse/model"
)

// knownTopic is a topic of the file as the writer knows it: its number, and those
// of its series in the order in which they come.
type knownTopic struct {
	name   string
	id     int64
	series []knownSeries
	next   int // the series that is expected
}

type knownSeries struct {
	pointer string
	id      int64
}

// Bounds of what the writer knows; the numbers of others are looked up in the names
// of the file.
const (
	maxKnown       = 200_000
	maxKnownSeries = 256
)

// topicOf is the number of a topic that is in the file, and what the writer knows
// of it by the hint of its messages; nil where it knows nothing.
func (w *writer) topicOf(n *names, name string, hint uint32) (k *knownTopic, id int64, ok bool) {
	if int(hint) < len(w.hinted) {
		if k := w.hinted[hint]; k != nil && k.name == name {
			return k, k.id, true
		}
	}
	id, ok = n.topic(name)
	if !ok || hint == 0 || hint > maxKnown {
		return nil, id, ok
	}
	if int(hint) >= len(w.hinted) {
		w.hinted = append(w.hinted, make([]*knownTopic, int(hint)+1-len(w.hinted))...)
	}
	k = &knownTopic{name: name, id: id}
	w.hinted[hint] = k
	return k, id, true
}

// expect is told the topics of a batch, in the order in which the series come that
// are asked for next.
func (w *writer) expect(topics []*knownTopic) { w.coming = topics }

// maxAhead is how far in what was expected a topic is looked for.
const maxAhead = 64

// ofSeries is the topic of a series, if it is one of the next that are expected:
// usually that of the series before. Else it is nil, and those are not expected any
// more: they had no numbers.
func (w *writer) ofSeries(name string) *knownTopic {
	ahead := min(len(w.coming), maxAhead)
	for i, k := range w.coming[:ahead] {
		if k != nil && k.name == name {
			if w.coming = w.coming[i:]; i > 0 {
				k.next = 0
			}
			return k
		}
	}
	w.coming = w.coming[ahead:]
	return nil
}

// seriesOf is the number of a series that is in the file: usually that of the one
// after the last of its topic.
func (w *writer) seriesOf(n *names, key model.SeriesKey) (int64, bool) {
	k := w.ofSeries(key.Topic)
	if k == nil {
		return n.seriesID(key)
	}
	if k.next >= len(k.series) {
		k.next = 0
	}
	if k.next < len(k.series) && k.series[k.next].pointer == key.Pointer {
		k.next++
		return k.series[k.next-1].id, true
	}
	for i := range k.series {
		if k.series[i].pointer == key.Pointer {
			k.next = i + 1
			return k.series[i].id, true
		}
	}
	id, ok := n.seriesID(key)
	if ok && len(k.series) < maxKnownSeries {
		k.series = append(k.series, knownSeries{key.Pointer, id})
		k.next = len(k.series)
	}
	return id, ok
}

// topicID finds or makes the number of a topic.
func (s *Store) topicID(ctx context.Context, f *fresh, name string) (int64, error) {
	if id, ok := s.names.topic(name); ok {
		return id, nil
	}
	if id, ok := f.topics[name]; ok {
		return id, nil
	}
	f.ids.topic++
	id := f.ids.topic
	f.topics[name] = id
	_, err := s.write.topic.ExecContext(ctx, id, name)
	return id, err
}

func (s *Store) seriesID(ctx context.Context, f *fresh, key model.SeriesKey) (int64, error) {
	if id, ok := s.write.seriesOf(s.names, key); ok {
		return id, nil
	}
	if id, ok := f.series[key]; ok {
		return id, nil
	}
	topic, err := s.topicID(ctx, f, key.Topic)
	if err != nil {
		return 0, err
	}
	f.ids.series++
	id := f.ids.series
	f.series[key] = id
	_, err = s.write.series.ExecContext(ctx, id, topic, key.Pointer)
	return id, err
}

// publisherID is 0 for no publisher.
func (s *Store) publisherID(ctx context.Context, f *fresh, p *model.Publisher) (int64, error) {
	if p == nil {
		return 0, nil
	}
	if p == s.write.pub { // one session's messages share one Publisher
		return s.write.pubID, nil
	}
	if id, ok := s.names.publisherID(*p); ok {
		s.write.pub, s.write.pubID = p, id
		return id, nil
	}
	if id, ok := f.publishers[*p]; ok {
		return id, nil
	}
	if f.ids.publisher >= maxPublishers {
		return 0, nil
	}
	f.ids.publisher++
	id := f.ids.publisher
	f.publishers[*p] = id
	_, err := s.write.publisher.ExecContext(ctx, id, p.ClientID, p.Identity, p.Addr, p.TLS)
	return id, err
}
