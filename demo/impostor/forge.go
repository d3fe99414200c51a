package impostor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// forms are the ways to publish.
func forms(do func(v level, qos byte) error) error {
	for _, v := range []level{v311, v5} {
		for qos := range byte(3) {
			if err := do(v, qos); err != nil {
				return err
			}
		}
	}
	return nil
}

// publishAs sends a forged message in each form and says by how many the witness
// was deceived.
func publishAs(s *scene, topic string, payload []byte) (Outcome, error) {
	deceived, tried, words := 0, 0, model.Phrase{}
	err := forms(func(v level, qos byte) error {
		c, err := s.thief(v)
		if err != nil {
			return err
		}
		defer c.leave()
		tried++
		s.w.forget()
		answer, err := c.publish(s.ctx, message{topic: topic, payload: payload, qos: qos})
		if err != nil {
			return err
		}
		if err := s.settle(c); err != nil {
			return err
		}
		if s.w.saw(s.forged) {
			deceived++
		}
		words = model.Sayf("%s at QoS %d, was %s", v, qos, answer)
		return nil
	})
	out := held(model.Sayf("%d of %d forged messages reached %s; the last, %s", deceived, tried, topic, words))
	out.Succeeded = deceived > 0
	return out, err
}

// forget forgets the messages so far.
func (c *client) forget() {
	c.change(func() { c.messages = nil })
}

// anothersTopic publishes to the victim's topics.
func anothersTopic(s *scene) (Outcome, error) {
	s.visible = true
	return publishAs(s, s.t.Victim.Root+"/position", s.position())
}

// injectCommand sends the victim a command, as only operators may.
func injectCommand(s *scene) (Outcome, error) {
	return publishAs(s, s.t.Victim.Root+"/command/horn", fmt.Appendf(nil, `{"id":%q}`, s.mark))
}

// forgedRetained leaves a forged message for later subscribers.
func forgedRetained(s *scene) (Outcome, error) {
	topic := s.t.Victim.Root + "/position"
	for _, v := range []level{v311, v5} {
		c, err := s.thief(v)
		if err != nil {
			return Outcome{}, err
		}
		words, err := c.publish(s.ctx, message{topic: topic, payload: s.position(), qos: 1, retain: true})
		if err == nil {
			err = s.settle(c)
		}
		c.leave()
		if err != nil {
			return Outcome{}, err
		}
		l, err := s.late(s.t.Victim.Root + "/#")
		if err != nil {
			return Outcome{}, err
		}
		found := l.saw(s.forged)
		l.leave()
		if found {
			return broken(model.Sayf("a late subscriber was given the forged position")), s.clear(topic, nil)
		}
		if v == v5 {
			return held(model.Sayf("a late subscriber was given none of it; it was %s", words)), nil
		}
	}
	return Outcome{}, nil
}

// clear has the thief replace what it retained, as it could retain it.
func (s *scene) clear(topic string, payload []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), s.t.Patience)
	defer cancel()
	c, _, err := s.t.open(ctx, "", login{Credentials: s.t.Thief, version: v5, clean: true})
	if err == nil && c == nil {
		err = errors.New("the thief is not let in any more")
	}
	if err != nil {
		return fmt.Errorf("clear away what was retained on %s: %w", topic, err)
	}
	defer c.leave()
	_, err = c.publish(ctx, message{topic: topic, payload: payload, qos: 1, retain: true})
	return err
}

// lost is what a vessel's will says.
const lost = "lost"

// forgedWill leaves a will on the victim's status and breaks the connection.
func forgedWill(s *scene) (Outcome, error) {
	topic := s.t.Victim.Root + "/status"
	var honest []byte
	s.w.saw(func(m message) bool {
		if m.topic == topic && m.retain {
			honest = m.payload
		}
		return false
	})
	var words []string
	for _, v := range []level{v311, v5} {
		l := login{Credentials: s.t.Thief, version: v, clean: true, will: &message{topic: topic, payload: []byte(lost), qos: 1, retain: true}}
		c, verdict, err := s.t.open(s.ctx, "", l)
		if err != nil {
			return Outcome{}, err
		}
		words = append(words, fmt.Sprintf("%s: %s", v, verdict.words))
		if c == nil {
			continue
		}
		c.crash()
		if s.w.within(s.ctx, 2*time.Second, func(m message) bool { return m.topic == topic && string(m.payload) == lost && !m.retain }) {
			return broken(model.Sayf("subscribers were told that %s is lost", s.t.Victim.Name)), s.clear(topic, honest)
		}
	}
	return held(model.Sayf("nobody was told anything; %s", strings.Join(words, "; "))), nil
}

// byAlias hides the victim's topic behind a topic alias of MQTT 5.
func byAlias(s *scene) (Outcome, error) {
	s.visible = true
	c, err := s.thief(v5)
	if err != nil {
		return Outcome{}, err
	}
	defer func() { c.leave() }()
	theirs, own := s.t.Victim.Root+"/position", s.t.ThiefRoot+"/hello"
	tries := []message{
		{topic: own, alias: 1, payload: []byte("set")},
		{topic: theirs, alias: 1, payload: s.position()}, // the alias is given another meaning
		{alias: 1, payload: s.position()},
		{topic: theirs, alias: 2, payload: s.position(), qos: 1},
		{alias: 2, payload: s.position(), qos: 1},
		{alias: 2, payload: s.position(), qos: 1, retain: true},
	}
	words := ""
	for _, m := range tries {
		if words, err = c.publish(s.ctx, m); err != nil {
			return Outcome{}, err
		}
	}
	if err := s.settle(c); err != nil {
		return Outcome{}, err
	}
	if s.w.saw(s.forged) {
		return broken(model.Sayf("the forged position came through behind the alias")), s.clear(theirs, nil)
	}
	return held(model.Sayf("nothing came through; the last was %s", words)), nil
}
