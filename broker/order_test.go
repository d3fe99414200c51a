package broker

import (
	"encoding/binary"
	"fmt"
	"sync"
	"testing"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// Under load from four publishers, a raw subscriber and a session in the process
// receive every message of each publisher once and in order, at each QoS
// [MQTT-4.6.0-5] [MQTT-4.6.0-6].
func TestOrderUnderLoad(t *testing.T) {
	const publishers = 4
	each := 20_000
	if testing.Short() {
		each = 5_000
	}
	for qos := range byte(3) {
		limits := Limits{QueueMessages: 1_000}
		if qos == 0 {
			limits.Hold = patience / 4 // what is not acknowledged may be lost by a busy machine otherwise
		}
		b, addr := serve(t, Options{Limits: limits})
		local := newSequences("local")
		l := attach(t, b, LocalOptions{ClientID: "window", OnMessages: func(ms []model.Message) {
			for _, m := range ms {
				local.see(m.Topic, m.Payload)
			}
		}})
		if err := l.Subscribe("load/#", 2); err != nil {
			t.Fatal(err)
		}
		sub := connect(t, addr, "sub", packet.V311)
		sub.subscribe("load/#", qos)
		var wg sync.WaitGroup
		for i := range publishers {
			pub := connect(t, addr, fmt.Sprint("pub-", i), packet.V311)
			wg.Go(func() { publishSequence(pub, fmt.Sprint("load/", i), qos, each) })
		}
		raw := newSequences("raw")
		for range publishers * each {
			p := nextMessage(b, sub)
			raw.see(string(p.Topic), p.Payload)
			switch p.QoS {
			case 1:
				sub.send(&packet.Ack{Kind: packet.PUBACK, ID: p.ID})
			case 2:
				sub.send(&packet.Ack{Kind: packet.PUBREC, ID: p.ID})
			}
		}
		wg.Wait()
		eventually(t, "last message", func() bool { return local.total() == publishers*each })
		for _, s := range []*sequences{local, raw} {
			if s.fault != "" {
				t.Errorf("QoS %d, %s: %s", qos, s.name, s.fault)
			}
		}
		if drops := b.Stats().Dropped; drops != nil {
			t.Errorf("QoS %d: %+v", qos, drops)
		}
	}
}

// nextMessage receives a message; what else comes in between belongs to earlier
// messages of QoS 2.
func nextMessage(b *Broker, c *client) *packet.Publish {
	c.t.Helper()
	for {
		p, err := c.next()
		if err != nil {
			c.t.Fatalf("%v; dropped %+v", err, b.Stats().Dropped)
		}
		switch p := p.(type) {
		case *packet.Publish:
			return p
		case *packet.Ack:
			c.send(&packet.Ack{Kind: packet.PUBCOMP, ID: p.ID})
		}
	}
}

// publishSequence publishes numbered messages in bursts and waits for what
// acknowledges them.
func publishSequence(c *client, topic string, qos byte, n int) {
	var out []byte
	acks, released := 0, 0
	for i := range n {
		p := packet.Publish{QoS: qos, Topic: []byte(topic), Payload: binary.BigEndian.AppendUint64(nil, uint64(i))}
		if qos > 0 {
			p.ID = uint16(i%60_000) + 1
			acks++
		}
		out = p.Append(out, packet.V311)
		if len(out) < 8<<10 && i < n-1 {
			continue
		}
		c.write(out)
		out = out[:0]
		for ; acks > 0; acks-- {
			if p, ok := c.receive().(*packet.Ack); ok && p.Kind == packet.PUBREC {
				out = (&packet.Ack{Kind: packet.PUBREL, ID: p.ID}).Append(out, packet.V311)
				released++
			}
		}
		if released > 0 {
			c.write(out)
			out = out[:0]
		}
		for ; released > 0; released-- {
			c.receive()
		}
	}
}

// sequences checks numbered messages by topic.
type sequences struct {
	name  string
	mu    sync.Mutex
	next  map[string]uint64
	count int
	fault string
}

func newSequences(name string) *sequences {
	return &sequences{name: name, next: make(map[string]uint64)}
}

func (s *sequences) see(topic string, payload []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := binary.BigEndian.Uint64(payload)
	if n != s.next[topic] && s.fault == "" {
		s.fault = fmt.Sprintf("message %d on %s in place of %d", n, topic, s.next[topic])
	}
	s.next[topic] = n + 1
	s.count++
}

func (s *sequences) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}
