package postgres

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// names are the numbers of topics, series and publishers that this program has
// met. Others may add some at any time.
type names struct {
	mu         sync.RWMutex
	topics     map[string]int64
	series     map[model.SeriesKey]int64
	publishers map[model.Publisher]int64
	publisher  map[int64]*model.Publisher
}

func newNames() *names {
	return &names{
		topics: make(map[string]int64), series: make(map[model.SeriesKey]int64),
		publishers: make(map[model.Publisher]int64), publisher: make(map[int64]*model.Publisher),
	}
}

// learn makes sure that the names of a batch have numbers.
func (s *Store) learn(ctx context.Context, b *history.Batch) error {
	topics := make(map[string]bool)
	series := make(map[model.SeriesKey]bool)
	publishers := make(map[model.Publisher]bool)
	s.names.mu.RLock()
	wantTopic := func(name string) {
		if _, ok := s.names.topics[name]; !ok {
			topics[name] = true
		}
	}
	wantPublisher := func(p *model.Publisher) {
		if p != nil {
			if _, ok := s.names.publishers[*p]; !ok {
				publishers[*p] = true
			}
		}
	}
	for i := range b.Messages {
		wantTopic(b.Messages[i].Topic)
		wantPublisher(b.Messages[i].Publisher)
	}
	for i := range b.Samples {
		if _, ok := s.names.series[b.Samples[i].Key]; !ok {
			series[b.Samples[i].Key] = true
			wantTopic(b.Samples[i].Key.Topic)
		}
	}
	for i := range b.Sessions {
		wantPublisher(b.Sessions[i].Publisher)
	}
	s.names.mu.RUnlock()
	if err := s.learnTopics(ctx, slices.Sorted(maps.Keys(topics))); err != nil {
		return err
	}
	if err := s.learnSeries(ctx, slices.SortedFunc(maps.Keys(series), compareKeys)); err != nil {
		return err
	}
	return s.learnPublishers(ctx, publishers)
}

func (s *Store) learnTopics(ctx context.Context, list []string) error {
	if len(list) == 0 {
		return nil
	}
	if _, err := s.pool.Exec(ctx, "INSERT INTO topic(name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING", list); err != nil {
		return err
	}
	return s.readTopics(ctx, "SELECT id, name FROM topic WHERE name = ANY($1)", list)
}

func (s *Store) readTopics(ctx context.Context, query string, args ...any) error {
	var id int64
	var name string
	return s.each(ctx, query, args, []any{&id, &name}, func() error {
		s.names.mu.Lock()
		s.names.topics[name] = id
		s.names.mu.Unlock()
		return nil
	})
}

func (s *Store) learnSeries(ctx context.Context, list []model.SeriesKey) error {
	if len(list) == 0 {
		return nil
	}
	topics, pointers := make([]int64, len(list)), make([]string, len(list))
	byTopic := make(map[int64]string)
	for i, key := range list {
		topics[i], pointers[i] = s.topicID(key.Topic), key.Pointer
		byTopic[topics[i]] = key.Topic
	}
	_, err := s.pool.Exec(ctx, "INSERT INTO series(topic, pointer) SELECT * FROM unnest($1::bigint[], $2::text[]) ON CONFLICT DO NOTHING", topics, pointers)
	if err != nil {
		return err
	}
	var id, topic int64
	var pointer string
	return s.each(ctx, `SELECT s.id, s.topic, s.pointer FROM series s JOIN unnest($1::bigint[], $2::text[]) AS w(topic, pointer)
		ON w.topic = s.topic AND w.pointer = s.pointer`, []any{topics, pointers}, []any{&id, &topic, &pointer}, func() error {
		s.names.mu.Lock()
		s.names.series[model.SeriesKey{Topic: byTopic[topic], Pointer: pointer}] = id
		s.names.mu.Unlock()
		return nil
	})
}

func (s *Store) learnPublishers(ctx context.Context, set map[model.Publisher]bool) error {
	for p := range set {
		_, err := s.pool.Exec(ctx, "INSERT INTO publisher(client, identity, addr, tls) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING",
			p.ClientID, p.Identity, p.Addr, p.TLS)
		if err != nil {
			return err
		}
		var id int64
		err = s.pool.QueryRow(ctx, "SELECT id FROM publisher WHERE client = $1 AND identity = $2 AND addr = $3 AND tls = $4",
			p.ClientID, p.Identity, p.Addr, p.TLS).Scan(&id)
		if err != nil {
			return err
		}
		s.names.mu.Lock()
		s.names.publishers[p], s.names.publisher[id] = id, &p
		s.names.mu.Unlock()
	}
	return nil
}

// knowPublishers reads the publishers that others added.
func (s *Store) knowPublishers(ctx context.Context) error {
	s.names.mu.RLock()
	last := int64(0)
	for id := range s.names.publisher {
		last = max(last, id)
	}
	known := len(s.names.publisher)
	s.names.mu.RUnlock()
	if known < int(last) { // some below were added by others
		last = 0
	}
	var id int64
	var p model.Publisher
	return s.each(ctx, "SELECT id, client, identity, addr, tls FROM publisher WHERE id > $1", []any{last},
		[]any{&id, &p.ClientID, &p.Identity, &p.Addr, &p.TLS}, func() error {
			s.names.mu.Lock()
			if s.names.publisher[id] == nil {
				c := p
				s.names.publishers[c], s.names.publisher[id] = id, &c
			}
			s.names.mu.Unlock()
			return nil
		})
}

func (s *Store) topicID(name string) int64 {
	s.names.mu.RLock()
	defer s.names.mu.RUnlock()
	return s.names.topics[name]
}

func (s *Store) seriesID(key model.SeriesKey) int64 {
	s.names.mu.RLock()
	defer s.names.mu.RUnlock()
	return s.names.series[key]
}

// publisherID is nil for no publisher.
func (s *Store) publisherID(p *model.Publisher) *int64 {
	if p == nil {
		return nil
	}
	s.names.mu.RLock()
	defer s.names.mu.RUnlock()
	id := s.names.publishers[*p]
	return &id
}

func (s *Store) publisherOf(id *int64) *model.Publisher {
	if id == nil {
		return nil
	}
	s.names.mu.RLock()
	defer s.names.mu.RUnlock()
	return s.names.publisher[*id]
}

// each calls f for every row of a query, after its values were put into into.
func (s *Store) each(ctx context.Context, query string, args, into []any, f func() error) error {
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return explain(err)
	}
	_, err = pgx.ForEachRow(rows, into, f)
	return explain(err)
}

func compareKeys(a, b model.SeriesKey) int {
	switch {
	case a.Topic < b.Topic || a.Topic == b.Topic && a.Pointer < b.Pointer:
		return -1
	case a == b:
		return 0
	}
	return 1
}
