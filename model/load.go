package model

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// Talker is a topic or a publisher with the load that it makes.
type Talker struct {
	// Name is the topic, or who publishes.
	Name string
	// PerSecond and BytesPerSecond are its messages and payload bytes over the
	// last seconds; bytes are estimated from the size of its messages so far.
	PerSecond, BytesPerSecond float64
	// Messages and Bytes count all it said since the start, Topics the topics.
	Messages, Bytes uint64
	Topics          int
}

// Load is who loads the broker, below one level of the tree.
type Load struct {
	// Total is all of it.
	Total Talker
	// Topics and Publishers are the top talkers, the busiest first. A topic counts
	// for whoever wrote it last.
	Topics, Publishers []Talker
}

// loadStep is how many topics are looked at with the store locked.
const loadStep = 2048

// LoadOf measures the topics at and below path, all when it is empty, and returns
// up to limit talkers of each kind. It looks at every topic, a few at a time, and
// is not for the main goroutine; it ends early with ctx.
func (s *Store) LoadOf(ctx context.Context, path string, limit int) Load {
	out := Load{Total: Talker{Name: path}}
	by := make(map[*Publisher]*Talker)
	top := make([]Talker, 0, limit+1)
	for from := 0; ctx.Err() == nil; from += loadStep {
		if !s.loadStep(from, path, func(t Talker, pub *Publisher) {
			out.Total.add(&t)
			if by[pub] == nil {
				by[pub] = &Talker{Name: pub.Name()}
			}
			by[pub].add(&t)
			top = keepTop(top, t, limit)
		}) {
			break
		}
	}
	out.Topics = top
	out.Publishers = joinPublishers(by, limit)
	return out
}

// loadStep looks at the topics from a number on, and tells whether there are more.
func (s *Store) loadStep(from int, path string, each func(Talker, *Publisher)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.mono(s.now())
	last := min(from+loadStep, len(s.order))
	for _, t := range s.order[min(from, last):last] {
		if !within(t.node.path, path) {
			continue
		}
		// The topic's own rate: its level counts what is below it too.
		rate := t.node.rate.perSecond(now)
		for _, c := range t.node.children {
			rate -= c.rate.perSecond(now)
		}
		one := Talker{Name: t.node.path, PerSecond: max(0, rate), Messages: t.count, Bytes: t.bytes, Topics: 1}
		one.BytesPerSecond = one.PerSecond * float64(t.bytes) / float64(max(t.count, 1))
		each(one, t.latest.pub)
	}
	return last < len(s.order)
}

// within tells whether a topic is at or below a level; "" is above all.
func within(topic, level string) bool {
	return level == "" || strings.HasPrefix(topic, level) && (len(topic) == len(level) || topic[len(level)] == '/')
}

func (t *Talker) add(o *Talker) {
	t.PerSecond += o.PerSecond
	t.BytesPerSecond += o.BytesPerSecond
	t.Messages += o.Messages
	t.Bytes += o.Bytes
	t.Topics += o.Topics
}

// busier orders talkers, the busiest first.
func busier(a, b Talker) int {
	return cmp.Or(cmp.Compare(b.BytesPerSecond, a.BytesPerSecond), cmp.Compare(b.Bytes, a.Bytes), strings.Compare(a.Name, b.Name))
}

// keepTop puts t among the limit busiest, in their order.
func keepTop(top []Talker, t Talker, limit int) []Talker {
	i, _ := slices.BinarySearchFunc(top, t, busier)
	if i >= limit {
		return top
	}
	top = slices.Insert(top, i, t)
	return top[:min(len(top), limit)]
}

// joinPublishers makes one of the sessions of one name.
func joinPublishers(by map[*Publisher]*Talker, limit int) []Talker {
	names := make(map[string]*Talker)
	for _, t := range by {
		if have := names[t.Name]; have != nil {
			have.add(t)
		} else {
			names[t.Name] = t
		}
	}
	out := make([]Talker, 0, len(names))
	for _, t := range names {
		out = append(out, *t)
	}
	slices.SortFunc(out, busier)
	return out[:min(len(out), limit)]
}

// RetainedBelow returns up to limit topics at and below path that have a retained
// message, as far as it is known here, in order, and how many there are.
func (s *Store) RetainedBelow(path string, limit int) (topics []string, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.order {
		if t.latest.retained && t.latest.size > 0 && within(t.node.path, path) {
			if total++; len(topics) < limit {
				topics = append(topics, t.node.path)
			}
		}
	}
	slices.SortFunc(topics, compareNatural)
	return topics, total
}

// ValueSearch finds topics by what their latest message says.
type ValueSearch struct {
	// Found are topics whose payload holds the text, up to the limit asked for;
	// More is set when there are more.
	Found map[string]bool
	More  bool
	// Topics and Bytes count what was looked at; Cut is how many payloads were
	// longer than [SearchBytes], of which only the front was.
	Topics, Cut int
	Bytes       uint64
	Took        time.Duration
}

// SearchBytes is how much of a payload is searched.
const SearchBytes = 64 << 10

// SearchValues looks for text, regardless of case, in the latest payload of every
// topic, a few at a time, until limit topics are found or ctx ends. It is not for
// the main goroutine.
func (s *Store) SearchValues(ctx context.Context, text string, limit int) ValueSearch {
	out := ValueSearch{Found: map[string]bool{}}
	want := strings.ToLower(text)
	if want == "" {
		return out
	}
	began := time.Now()
	for from := 0; ctx.Err() == nil && !out.More; from += searchStep {
		if !s.searchStep(from, want, limit, &out) {
			break
		}
	}
	out.Took = time.Since(began)
	return out
}

// searchStep is how many payloads are copied out of the store at a time: they are
// searched without its lock.
const searchStep = 256

func (s *Store) searchStep(from int, want string, limit int, out *ValueSearch) (more bool) {
	type said struct {
		path    string
		payload []byte
	}
	s.mu.Lock()
	last := min(from+searchStep, len(s.order))
	batch := make([]said, 0, searchStep)
	for _, t := range s.order[min(from, last):last] {
		batch = append(batch, said{t.node.path, t.history.latest(SearchBytes)})
		if t.latest.size > SearchBytes {
			out.Cut++
		}
	}
	more = last < len(s.order)
	s.mu.Unlock()
	for i := range batch {
		out.Topics++
		out.Bytes += uint64(len(batch[i].payload))
		if !containsFold(string(batch[i].payload), want) {
			continue
		}
		if len(out.Found) >= limit {
			out.More = true
			return false
		}
		out.Found[batch[i].path] = true
	}
	return more
}
