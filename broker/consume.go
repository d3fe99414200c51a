package broker

import "github.com/pilothouse/pilothouse/model"

// replayed is retained messages that wait for OnMessages.
type replayed struct {
	messages []*message
	qos      byte
}

func (l *Local) notify() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// consume hands batches to OnMessages until the session is closed and nothing
// waits.
func (l *Local) consume() {
	defer l.b.group.Done()
	var spare []*batch
	for {
		queue, replays, closed := l.swap(spare)
		for _, r := range replays {
			l.replay(r)
		}
		for i, full := range queue {
			l.on(full.messages)
			l.done(full)
			queue[i] = nil
		}
		idle := len(queue) == 0 && len(replays) == 0
		spare = queue[:0]
		switch {
		case !idle:
		case closed:
			return
		default:
			select {
			case <-l.wake:
			case <-l.stop:
			}
		}
	}
}

// swap takes what waits. What was taken still counts until it is done.
func (l *Local) swap(spare []*batch) (queue []*batch, replays []*replayed, closed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue, l.queue = l.queue, spare
	replays, l.replays = l.replays, nil
	return queue, replays, l.closed
}

// done gives a batch back and lets publishers go on.
func (l *Local) done(full *batch) {
	l.mu.Lock()
	l.bytes -= full.bytes
	empty := l.bytes == 0
	l.mu.Unlock()
	full.reset()
	l.b.batches.put(full)
	l.swaps.Add(1)
	if empty {
		l.session.gate.reopenIfShut()
	}
	l.session.gate.wake()
}

// replay hands over retained messages.
func (l *Local) replay(r *replayed) {
	messages := make([]model.Message, 0, min(len(r.messages), replayBatch))
	for len(r.messages) > 0 {
		n := min(len(r.messages), replayBatch)
		messages = messages[:0]
		bytes := 0
		for _, m := range r.messages[:n] {
			left, _ := m.remaining(m.at)
			messages = append(messages, model.Message{Topic: m.topic, Payload: m.payload, At: m.at, QoS: min(m.qos, r.qos),
				Retained: true, Replayed: true, Publisher: m.from, Properties: properties(m.values, left)})
			bytes += len(m.payload)
		}
		l.on(messages)
		l.session.sent(uint64(n), uint64(bytes))
		r.messages = r.messages[n:]
	}
}
