package identity

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Rules are what a role may do, as filters that may hold the placeholders {root}
// and {name} of an identity. An empty list allows nothing.
type Rules struct {
	// Publish are the topics it may publish to, but for commands.
	Publish []string `json:"publish"`
	// Retain and Will are those on which it may also leave retained messages and
	// wills.
	Retain []string `json:"retain"`
	Will   []string `json:"will"`
	// Read are the topics it may subscribe to and receive.
	Read []string `json:"read"`
	// Command are the commands it may send.
	Command []string `json:"command"`
}

// Policy is what is allowed beyond what one identity may do.
type Policy struct {
	// Roles are the rules of each role. A role that is missing may do nothing.
	Roles map[Role]Rules `json:"roles"`
	// CommandLevels are the topic levels that make a topic below a device's root
	// a command, whatever their case.
	CommandLevels []string `json:"command_levels"`
	// AnonymousRead lets anonymous clients read what belongs to identities.
	AnonymousRead bool `json:"anonymous_read"`
	// Topics bounds how many topics one identity of each role may write to;
	// anonymous clients of one address have those of a device times 25.
	Topics map[Role]int `json:"topics"`
}

// DefaultPolicy is sensible without a line of configuration.
func DefaultPolicy() Policy {
	own, all := []string{"{root}/#"}, []string{"#"}
	return Policy{
		Roles: map[Role]Rules{
			Device:   {Publish: own, Retain: own, Will: own, Read: own},
			Operator: {Publish: all, Retain: all, Will: all, Read: []string{"#", "$SYS/#"}, Command: all},
			Reader:   {Read: all},
			Bridge:   {Publish: own, Retain: own, Will: own, Read: own},
		},
		CommandLevels: []string{"command", "commands", "cmd", "set"},
		Topics:        map[Role]int{Device: 1_000, Operator: 50_000, Reader: 100, Bridge: 50_000},
	}
}

// check reports the first thing in p that cannot be.
func (p *Policy) check() error {
	for role, rules := range p.Roles {
		for _, list := range rules.lists() {
			if len(list) > maxFilters {
				return fmt.Errorf("the rules of a %v: a list has at most %d filters", role, maxFilters)
			}
			for _, f := range list {
				if err := checkTemplate(f); err != nil {
					return fmt.Errorf("the rules of a %v: the filter %q: %w", role, f, err)
				}
			}
		}
	}
	if len(p.CommandLevels) > maxFilters {
		return fmt.Errorf("there are at most %d levels of commands", maxFilters)
	}
	for _, level := range p.CommandLevels {
		if level == "" || strings.ContainsAny(level, "/+#") {
			return fmt.Errorf("%q is not one topic level", level)
		}
	}
	for role, n := range p.Topics {
		if n < 1 || n > maxQuota {
			return fmt.Errorf("the quota of a %v: use 1 to %d topics", role, maxQuota)
		}
	}
	return nil
}

func (r *Rules) lists() [][]string {
	return [][]string{r.Publish, r.Retain, r.Will, r.Read, r.Command}
}

// copied is p with maps and lists of its own.
func (p Policy) copied() Policy {
	p.Roles, p.Topics = maps.Clone(p.Roles), maps.Clone(p.Topics)
	for role, r := range p.Roles {
		p.Roles[role] = Rules{slices.Clone(r.Publish), slices.Clone(r.Retain), slices.Clone(r.Will), slices.Clone(r.Read), slices.Clone(r.Command)}
	}
	p.CommandLevels = slices.Clone(p.CommandLevels)
	return p
}

// Policy returns the rules in force.
func (r *Registry) Policy() Policy { return r.policy.Load().doc.Policy.copied() }

// SetPolicy changes the rules. They apply to live sessions at once.
func (r *Registry) SetPolicy(p Policy) error {
	if err := p.check(); err != nil {
		return fmt.Errorf("change the access rules: %w", err)
	}
	return r.change("change the access rules", func(d *document) error {
		d.Policy = p.copied()
		return nil
	})
}
