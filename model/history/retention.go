package history

import (
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Retention bounds what is kept. The zero value keeps everything.
type Retention struct {
	// Rules bound by topic; the first whose filter matches decides.
	Rules []Rule
	// Bytes is the size on disk in all. Beyond it the oldest messages and samples
	// go first, whatever their topic; roll-ups and events stay. 0 for no bound.
	Bytes int64
}

// Rule says for how long what concerns the topics of a filter is kept. 0 keeps
// for ever.
type Rule struct {
	Filter string `json:"filter"`
	// Messages, Samples and Rollups are ages. Roll-ups are smaller by far than
	// samples, which are smaller than messages.
	Messages time.Duration `json:"messages_ns"`
	Samples  time.Duration `json:"samples_ns"`
	Rollups  time.Duration `json:"rollups_ns"`
	// Bytes bounds the sealed messages and samples of all topics of the filter
	// together. 0 for no bound.
	Bytes int64 `json:"bytes"`
}

// DefaultRetention is what a program starts with: messages for thirty days,
// samples for a year, roll-ups for ten years, and 20 GiB in all.
func DefaultRetention() Retention {
	const day = 24 * time.Hour
	return Retention{
		Rules: []Rule{{Filter: "#", Messages: 30 * day, Samples: 366 * day, Rollups: 3653 * day}},
		Bytes: 20 << 30,
	}
}

// Check says what is wrong with r, or nil.
func (r Retention) Check() error {
	for i, rule := range r.Rules {
		if err := model.CheckFilter(rule.Filter); err != nil {
			return fmt.Errorf("retention rule %d, filter %q: %w", i+1, rule.Filter, err)
		}
		if rule.Messages < 0 || rule.Samples < 0 || rule.Rollups < 0 || rule.Bytes < 0 {
			return fmt.Errorf("retention rule %d, filter %q: an age or size is below zero", i+1, rule.Filter)
		}
	}
	if r.Bytes < 0 {
		return fmt.Errorf("retention: the size of %d bytes is below zero", r.Bytes)
	}
	return nil
}

// For is the number of the rule that decides about a topic, -1 for none.
func (r Retention) For(topic string) int {
	for i := range r.Rules {
		if Match(r.Rules[i].Filter, topic) {
			return i
		}
	}
	return -1
}

// Match reports whether a filter covers a topic: as MQTT says, but that "#" alone
// covers every topic, also those that start with $.
func Match(filter, topic string) bool { return filter == "#" || model.MatchTopic(filter, topic) }
