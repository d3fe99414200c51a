package sqlite

import (
	"sync"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// names are the topics, series and publishers of the file, both ways round.
type names struct {
	mu         sync.RWMutex
	topics     map[string]int64
	topicName  map[int64]string
	series     map[model.SeriesKey]int64
	publishers map[model.Publisher]int64
	publisher  map[int64]*model.Publisher
}

// maxPublishers bounds the publishers that are kept apart; messages of others
// have none.
const maxPublishers = 1_000_000

func newNames() *names {
	return &names{
		topics: make(map[string]int64), topicName: make(map[int64]string),
		series:     make(map[model.SeriesKey]int64),
		publishers: make(map[model.Publisher]int64), publisher: make(map[int64]*model.Publisher),
	}
}

func (n *names) addTopic(id int64, name string) {
	n.mu.Lock()
	n.topics[name], n.topicName[id] = id, name
	n.mu.Unlock()
}

func (n *names) addSeries(id int64, key model.SeriesKey) {
	n.mu.Lock()
	n.series[key] = id
	n.mu.Unlock()
}

func (n *names) addPublisher(id int64, p model.Publisher) {
	n.mu.Lock()
	n.publishers[p], n.publisher[id] = id, &p
	n.mu.Unlock()
}

func (n *names) topic(name string) (int64, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	id, ok := n.topics[name]
	return id, ok
}

func (n *names) topicOf(id int64) string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.topicName[id]
}

func (n *names) seriesID(key model.SeriesKey) (int64, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	id, ok := n.series[key]
	return id, ok
}

func (n *names) publisherID(p model.Publisher) (int64, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	id, ok := n.publishers[p]
	return id, ok
}

func (n *names) publisherOf(id int64) *model.Publisher {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.publisher[id]
}

// matching lists the topics that match a filter.
func (n *names) matching(filter string) map[int64]string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	out := make(map[int64]string)
	for id, name := range n.topicName {
		if history.Match(filter, name) {
			out[id] = name
		}
	}
	return out
}
