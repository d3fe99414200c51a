package impostor

import (
	"fmt"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// snoop subscribes to what is not its own, in every form of filter.
func snoop(s *scene) (Outcome, error) {
	root := s.t.Victim.Root
	first, _, _ := strings.Cut(root, "/")
	filters := []string{"#", "+/#", first + "/#", root + "/#", root + "/+", "$share/g/#", "$share/g/" + root + "/#"}
	refused, words := 0, ""
	for _, v := range []level{v311, v5} {
		c, err := s.thief(v)
		if err != nil {
			return Outcome{}, err
		}
		for _, f := range filters {
			if c.over() {
				if c, err = s.thief(v); err != nil {
					return Outcome{}, err
				}
			}
			heard, granted, answer, err := s.listen(c, f)
			if err != nil || heard != "" {
				c.leave()
				out := held(model.Sayf("read %s by subscribing to %s", heard, f))
				out.Succeeded = heard != ""
				return out, err
			}
			if words = answer; !granted {
				refused++
			}
		}
		c.leave()
	}
	return held(model.Sayf("%d of %d filters refused (%s), and not one message of %s came", refused, 2*len(filters), words, s.t.Victim.Name)), nil
}

// listen subscribes to a filter and waits for a message of the victim's. When
// the filter is granted, it waits until the witness has heard two.
func (s *scene) listen(c *client, filter string) (heard string, granted bool, words string, err error) {
	granted, words, err = c.subscribe(s.ctx, filter, 1)
	if err != nil || !granted {
		return "", granted, words, err
	}
	theirs := func(m message) bool {
		if strings.HasPrefix(m.topic, s.t.Victim.Root+"/") {
			heard = m.topic
		}
		return heard != ""
	}
	for range 2 {
		if _, err := s.alive(); err != nil {
			return "", granted, words, fmt.Errorf("the victim is not heard: %w", err)
		}
	}
	c.within(s.ctx, 50*time.Millisecond, theirs)
	return heard, granted, words, nil
}

// snoopSystem subscribes to the broker's own topics.
func snoopSystem(s *scene) (Outcome, error) {
	words := ""
	for _, f := range []string{"$SYS/#", "$SYS/broker/clients/connected", "$share/g/$SYS/#"} {
		c, err := s.thief(v5)
		if err != nil {
			return Outcome{}, err
		}
		granted, answer, err := c.subscribe(s.ctx, f, 0)
		c.leave()
		if err != nil {
			return Outcome{}, err
		}
		if words = answer; granted {
			return Outcome{Succeeded: true, Evidence: f + " was granted"}, nil
		}
	}
	return Outcome{Evidence: "refused: " + words}, nil
}
