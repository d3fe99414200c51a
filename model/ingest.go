package model

// Ingest takes in a batch of messages. It keeps nothing of the slice or the
// payloads, never blocks on anything but the store's own lock, and allocates
// nothing for a known topic once its rings have grown.
func (s *Store) Ingest(batch []Message) {
	s.mu.Lock()
	for i := range batch {
		s.ingestLocked(&batch[i])
	}
	s.mu.Unlock()
	s.gen.Add(1)
}

func (s *Store) ingestLocked(m *Message) {
	t := s.topics[m.Topic]
	if t == nil {
		if t = s.newTopic(m.Topic); t == nil {
			return
		}
	}
	now := s.mono(m.At)
	s.stats.Messages++
	s.stats.Bytes += uint64(len(m.Payload))
	s.rate.add(now)
	t.node.count(now, len(m.Payload))
	t.count++
	t.bytes += uint64(len(m.Payload))
	if !m.Replayed {
		t.cadence.Observe(now)
	}
	at := m.At.UnixNano()
	s.remember(t, m, at)
	if m.Publisher != t.latest.pub { // one session's messages share one Publisher
		s.wrote(t, m)
	}
	kept := t.latest.retained && !m.Retained || m.Retained && len(m.Payload) > 0
	t.latest = latest{at: at, mono: now, size: len(m.Payload), pub: m.Publisher, qos: m.QoS, retained: kept}
	t.props = m.Properties
	s.measure(t, m, at)
	s.heard(t, m)
}

// newTopic makes room for a topic, or counts why it cannot.
func (s *Store) newTopic(path string) *topic {
	if CheckTopic(path) != nil {
		s.stats.BadTopics++
		return nil
	}
	if len(s.topics) >= s.limits.Topics {
		s.stats.DroppedTopics++
		return nil
	}
	n := s.root.grow(path)
	t := &topic{node: n}
	n.topic = t
	for up := n; up != nil; up = up.parent {
		up.topics++
	}
	s.topics[n.path] = t
	s.order = append(s.order, t)
	s.structure++
	s.assignDevice(t)
	return t
}

// remember puts the message into the topic's history, within all budgets. When
// nothing is left to shed, only the front of the message is kept.
func (s *Store) remember(t *topic, m *Message, at int64) {
	payload, flags := m.Payload, m.QoS&3
	if m.Retained {
		flags |= flagRetained
	}
	for tries := 0; s.stats.HistoryBytes+len(payload) > s.limits.HistoryBytes && tries < shedTries; tries++ {
		s.shed()
	}
	if len(payload) > rowPayload && s.stats.HistoryBytes+len(payload) > s.limits.HistoryBytes {
		payload, flags = payload[:rowPayload], flags|flagCut
		s.stats.Cut++
	}
	grown, _ := t.history.push(at, payload, s.pubs.hold(m.Publisher), flags, s.limits.HistoryMessages, s.limits.HistoryTopicBytes, s.release)
	s.stats.HistoryBytes += grown
}

// shedTries bounds the work that one message may do to bring memory back
// within its limit.
const shedTries = 64

// shed takes the next topic in turn and cuts its history to the latest message,
// so that every topic keeps at least what it said last.
func (s *Store) shed() {
	s.shedNext %= len(s.order)
	bytes, evicted := s.order[s.shedNext].history.shrink(s.release)
	s.shedNext++
	s.stats.HistoryBytes -= bytes
	s.stats.Shed += uint64(evicted)
}

// measure adds the numbers of a message to their series.
func (s *Store) measure(t *topic, m *Message, at int64) {
	if s.scanner == nil || t.role == roleInbound {
		return
	}
	s.cur = cursor{t: t, at: at}
	if err := s.scanner.Scan(m.Payload, s.emit); err != nil {
		s.stats.Unreadable++
		if !partial(err) {
			return
		}
	}
	if s.cur.seen && t.device != nil {
		s.moved(t.device, m, s.cur.fix)
	}
}

// onField takes one number of the message at the cursor.
func (s *Store) onField(pointer []byte, v float64) {
	c := &s.cur
	i, f := c.t.find(pointer, c.next)
	if f == nil {
		if len(c.t.fields) >= s.limits.FieldsPerTopic {
			s.stats.DroppedFields++
			return
		}
		f = &field{pointer: string(pointer)}
		f.role = roleOf(f.pointer)
		i = len(c.t.fields)
		c.t.fields = append(c.t.fields, f)
	}
	c.next = i + 1
	if f.role != fieldPlain {
		c.fix.set(f.role, v)
		c.seen = true
	}
	grown, shed := f.series.push(c.at, v, s.limits.SeriesSamples, s.limits.Samples-s.stats.Samples)
	s.stats.Samples += grown
	if shed {
		s.stats.ShedSamples++
	}
}

// partial reports whether a scan that failed found numbers all the same.
func partial(err error) bool {
	p, ok := err.(interface{ Partial() bool })
	return ok && p.Partial()
}
