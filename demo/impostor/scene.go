package impostor

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
)

// scene is an attack that goes on, with a witness who sees what the victim's
// subscribers see.
type scene struct {
	t    Target
	ctx  context.Context
	w    *client
	mark string // stands in all that is forged
	// visible tells that a forged position can be shown once more.
	visible bool
}

// sceneTime bounds any attack.
const sceneTime = time.Minute

// staged is an attack with a witness that is subscribed to what is the victim's
// and the thief's.
func staged(run func(s *scene) (Outcome, error)) func(context.Context, Target) (Outcome, error) {
	return func(ctx context.Context, t Target) (Outcome, error) { return stage(ctx, t, run) }
}

func stage(ctx context.Context, t Target, run func(s *scene) (Outcome, error)) (Outcome, error) {
	if err := t.complete(); err != nil {
		return Outcome{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, sceneTime)
	defer cancel()
	s := &scene{t: t, ctx: ctx, mark: strings.ToLower(rand.Text()[:10])}
	w, err := s.subscriber(t.Witness, t.Victim.Root+"/#", t.ThiefRoot+"/#")
	if err != nil {
		return Outcome{}, fmt.Errorf("the witness: %w", err)
	}
	defer w.leave()
	s.w = w
	w.change(func() { w.pulse = &pulse{root: t.Victim.Root, mark: []byte(s.mark), since: time.Now()} })
	if t.Began != nil {
		t.Began()
	}
	out, err := run(s)
	if err != nil {
		return out, err
	}
	s.linger(out.Succeeded)
	w.mu.Lock()
	defer w.mu.Unlock()
	out.Victim = w.pulse.words(time.Now())
	return out, nil
}

// again is how often a forged position is repeated for an audience to see.
const again = 200 * time.Millisecond

// linger keeps the scene for a while. When forging works, the victim is seen where
// it is not all that time.
func (s *scene) linger(succeeded bool) {
	if s.t.Linger <= 0 {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.t.Linger)
	defer cancel()
	var forger *client
	if succeeded && s.visible {
		if forger, _ = s.thief(v5); forger != nil {
			defer forger.leave()
		}
	}
	beat := time.NewTicker(again)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			if forger != nil {
				_, _ = forger.publish(ctx, message{topic: s.t.Victim.Root + "/position", payload: s.position()})
			}
		}
	}
}

// subscriber connects an honest client and subscribes.
func (s *scene) subscriber(c Credentials, filters ...string) (*client, error) {
	sub, v, err := s.t.open(s.ctx, "", login{Credentials: c, version: v5, clean: true})
	if err != nil {
		return nil, err
	}
	if !v.in {
		return nil, fmt.Errorf("cannot connect as %q: %s", c.ClientID, v.words)
	}
	for _, f := range filters {
		granted, words, err := sub.subscribe(s.ctx, f, 1)
		if err == nil && !granted {
			err = fmt.Errorf("cannot subscribe to %q: %s", f, words)
		}
		if err != nil {
			sub.leave()
			return nil, err
		}
	}
	return sub, nil
}

// thief connects as the device that has gone bad.
func (s *scene) thief(v level) (*client, error) {
	c, verdict, err := s.t.open(s.ctx, "", login{Credentials: s.t.Thief, version: v, clean: true})
	if err == nil && c == nil {
		err = fmt.Errorf("the thief cannot even connect as itself: %s", verdict.words)
	}
	return c, err
}

// position is a forged report that the victim is where it has never been.
func (s *scene) position() []byte {
	return fmt.Appendf(nil, `{"lat":50.58,"lon":-1.78,"sog":41.5,"cog":180,"hdg":180,"time":%q,"forged":%q}`,
		time.Now().UTC().Format(time.RFC3339), s.mark)
}

// forged reports whether a message is one of this scene's below the victim's
// root.
func (s *scene) forged(m message) bool {
	return strings.HasPrefix(m.topic, s.t.Victim.Root+"/") && bytes.Contains(m.payload, []byte(s.mark))
}

// harmless is what the thief may say: it comes to the witness after all that the
// thief said before.
func (s *scene) harmless(retain bool) message {
	return message{topic: s.t.ThiefRoot + "/hello", payload: []byte(s.mark), qos: 1, retain: retain}
}

// settle has the thief say something harmless and waits until the witness hears
// it, so that whatever was forged before has come too, if it comes at all.
func (s *scene) settle(c *client) error {
	if c == nil || c.over() {
		again, err := s.thief(v5)
		if err != nil {
			return err
		}
		defer again.leave()
		c = again
	}
	hello := s.harmless(false)
	hello.payload = []byte(rand.Text())
	if words, err := c.publish(s.ctx, hello); err != nil || words != "acknowledged" {
		return errors.Join(err, fmt.Errorf("the thief may not publish to its own %s: %s", hello.topic, words))
	}
	ok, err := s.w.sees(s.ctx, func(m message) bool { return bytes.Equal(m.payload, hello.payload) })
	if err == nil && !ok {
		err = fmt.Errorf("the witness was cut off: %w", s.w.err)
	}
	return err
}

// late is what a subscriber that comes now gets of retained messages on filter,
// and how many. The thief leaves a harmless one, which comes after them.
func (s *scene) late(filter string) (*client, error) {
	c, err := s.thief(v5)
	if err != nil {
		return nil, err
	}
	hello := s.harmless(true)
	defer func() {
		hello.payload = nil
		_, _ = c.publish(s.ctx, hello)
		c.leave()
	}()
	if words, err := c.publish(s.ctx, hello); err != nil || words != "acknowledged" {
		return nil, errors.Join(err, fmt.Errorf("the thief may not retain its own %s: %s", hello.topic, words))
	}
	l, err := s.subscriber(s.t.Late, filter, hello.topic)
	if err != nil {
		return nil, fmt.Errorf("a late subscriber: %w", err)
	}
	_, err = l.sees(s.ctx, func(m message) bool { return m.topic == hello.topic && m.retain })
	if err != nil {
		l.leave()
		return nil, fmt.Errorf("a late subscriber waits for what is retained: %w", err)
	}
	return l, nil
}

// alive waits until the victim is heard again, and says how long that took.
func (s *scene) alive() (time.Duration, error) {
	began := time.Now()
	s.w.mu.Lock()
	before := s.w.received
	s.w.mu.Unlock()
	ctx, cancel := context.WithTimeout(s.ctx, s.t.Patience)
	defer cancel()
	ok, err := s.w.until(ctx, func() bool {
		if s.w.received == before || len(s.w.messages) == 0 {
			return false
		}
		last := s.w.messages[len(s.w.messages)-1]
		return strings.HasPrefix(last.topic, s.t.Victim.Root+"/") && !bytes.Contains(last.payload, []byte(s.mark))
	})
	if err == nil && !ok {
		err = errors.New("the witness was cut off")
	}
	return time.Since(began), err
}
