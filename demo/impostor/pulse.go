package impostor

import (
	"bytes"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// pulse is how the victim is heard by the witness.
type pulse struct {
	root    string
	mark    []byte
	since   time.Time // when it was last heard, or the watch began
	heard   int
	silence time.Duration
	lost    bool
}

// take counts a message, unless it is retained or forged.
func (p *pulse) take(m *message, at time.Time) {
	if p == nil || m.retain || !strings.HasPrefix(m.topic, p.root+"/") || bytes.Contains(m.payload, p.mark) {
		return
	}
	p.lost = p.lost || m.topic == p.root+"/status" && string(m.payload) == lost
	p.heard++
	p.silence = max(p.silence, at.Sub(p.since))
	p.since = at
}

// words say how the victim was heard until now.
func (p *pulse) words(now time.Time) model.Phrase {
	gap := max(p.silence, now.Sub(p.since)).Round(100 * time.Millisecond)
	if p.lost {
		return model.Sayf("said to be lost; heard %d times, longest silence %s", p.heard, gap.String())
	}
	return model.Sayf("never blinked: heard %d times, longest silence %s", p.heard, gap.String())
}
