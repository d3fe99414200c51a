package mqttlink

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Bounds of a collection of retained messages: MQTT does not tell when the last of
// them was sent, so a pause after one is taken for the end.
const (
	retainedPause    = 700 * time.Millisecond
	retainedPatience = 8 * time.Second
)

// Retained asks the broker which topics that match filter it keeps a message of, in
// a connection of its own that ends with the answer. It returns at most limit of
// them, by name; more tells that there were more, or that the broker was still
// sending when the time was over. The live link gets no message twice by it.
func (r *Remote) Retained(ctx context.Context, filter string, limit int) (topics []string, more bool, err error) {
	found := collection{topics: map[string]struct{}{}, limit: limit, came: make(chan struct{}, 1)}
	p := r.profile
	p.Filters, p.QoS, p.ClientID = []string{filter}, 0, ""
	asking, err := NewRemote(p, found.take, WithConnectTimeout(r.timeout))
	if err != nil {
		return nil, false, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var draining sync.WaitGroup
	draining.Go(func() { asking.queue.drain(ctx, found.take) })
	defer draining.Wait()
	defer cancel()
	more, failed := asking.collect(ctx, found.came)
	if failed != nil {
		failed.Target = asking.at.String()
		return nil, false, failed
	}
	topics, cut := found.list()
	return topics, more || cut, nil
}

// collect subscribes and waits until nothing came for a while; more tells that
// something still did.
func (r *Remote) collect(ctx context.Context, came <-chan struct{}) (more bool, failed *Error) {
	s := &session{lost: make(chan error, 1), ended: make(chan struct{})}
	defer close(s.ended)
	if err := r.connect(ctx, s); err != nil {
		return false, err
	}
	defer s.client.Disconnect(100)
	if _, err := r.subscribe(ctx, s); err != nil {
		return false, err
	}
	pause, end := time.NewTimer(retainedPause), time.NewTimer(retainedPatience)
	defer pause.Stop()
	defer end.Stop()
	for {
		select {
		case <-came:
			pause.Reset(retainedPause)
		case <-pause.C:
			return false, nil
		case <-end.C:
			return true, nil
		case err := <-s.lost:
			return false, s.loss(err)
		case <-ctx.Done():
			return false, &Error{Kind: KindLost, Err: ctx.Err()}
		}
	}
}

// collection is the topics of retained messages.
type collection struct {
	limit int
	came  chan struct{} // of capacity one: one more came

	mu     sync.Mutex
	topics map[string]struct{}
	cut    bool // there were more than the limit
}

// take is a [Sink].
func (c *collection) take(batch []model.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range batch {
		if !batch[i].Replayed {
			continue // published just now
		}
		signal(c.came)
		if _, known := c.topics[batch[i].Topic]; known {
			continue
		}
		if len(c.topics) >= c.limit {
			c.cut = true
			continue
		}
		c.topics[batch[i].Topic] = struct{}{}
	}
}

func (c *collection) list() (topics []string, cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for topic := range c.topics {
		topics = append(topics, topic)
	}
	slices.Sort(topics)
	return topics, c.cut
}
