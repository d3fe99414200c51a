package impostor

import (
	"bytes"
	"fmt"
	"time"
)

// malformedPackets are things that the standard forbids, to be sent after CONNECT.
var malformedPackets = []string{
	"\x82\x08\x00\x01\x00\x00\x10abc", // SUBSCRIBE whose filter is longer than the packet
	"\x82\x02\x00\x01",                // SUBSCRIBE without a filter
	"\x30\xff\xff\xff\xff\x01",        // a length of five bytes
	"\x36\x06\x00\x01a\x00\x01\x00",   // QoS 3
	"\x30\x05\x00\x02a#\x00",          // a wildcard in a topic
	"\x30\x03\x00\x00\x00",            // no topic, no alias
	"\x30\x06\x00\x01a\x02\x0b\x01",   // a subscription identifier from a client
	"\x20\x03\x00\x00\x00",            // CONNACK from a client
	"\xf0\x00",                        // AUTH without a method
	"\x00\x00",                        // a type that does not exist
	"\x10\x10\x00\x04MQTT\x05\x02\x00\x3c\x03!\x00\x14\x00\x00", // a second CONNECT
	"\x30\x04\x00\x02\xc3\x28",                                  // not UTF-8
}

// malformedSequences sends what the standard forbids, before CONNECT and after.
func malformedSequences(s *scene) (Outcome, error) {
	f, err := s.pour(len(malformedPackets), func(int) bool { return false }, func(i int) []byte { return []byte(malformedPackets[i-1]) })
	if err != nil {
		return Outcome{}, err
	}
	defer f.read.Wait()
	defer f.end()
	cut := 0
	for _, bad := range malformedPackets {
		c, err := s.thief(v5)
		if err != nil {
			break // the broker is gone, or will not have the thief any more: see below
		}
		if err := c.write([]byte(bad)); err == nil && c.dropped(s.ctx, 2*time.Second) {
			cut++
		}
		c.close()
	}
	if _, in := s.admitted(); !in || s.w.over() {
		return Outcome{Succeeded: true, Evidence: "the broker fell over: nobody can connect, or the witness was cut off"}, nil
	}
	if cut == 0 {
		return Outcome{Succeeded: true, Evidence: "the broker went on as if nothing was wrong"}, nil
	}
	return Outcome{Evidence: fmt.Sprintf("%d of %d broken packets ended their own connection, and no other", cut, len(malformedPackets))}, nil
}

// bombBytes is the size of a JSON bomb.
const bombBytes = 1_000_000

// jsonBomb publishes a million opening brackets on its own topic, for whoever
// looks into payloads.
func jsonBomb(s *scene) (Outcome, error) {
	c, err := s.thief(v5)
	if err != nil {
		return Outcome{}, err
	}
	defer c.leave()
	words, err := c.publish(s.ctx, message{topic: s.t.ThiefRoot + "/bomb", payload: bytes.Repeat([]byte("["), bombBytes), qos: 1})
	if err != nil {
		return Outcome{}, err
	}
	after, err := s.alive()
	if err != nil {
		return Outcome{Succeeded: true, Evidence: fmt.Sprintf("%s was not heard any more", s.t.Victim.Name)}, nil
	}
	return Outcome{Evidence: fmt.Sprintf("a million brackets were %s, and %s was heard %v later", words, s.t.Victim.Name, after.Round(time.Millisecond))}, nil
}
