package model

import (
	"encoding/json"
)

// answer is what a device says on an acknowledgement topic. Fields of another
// type than expected are as if they were not there, but for OK: a device may
// well say "false" or 0.
type answer struct {
	id, reason string
	// ok is the field that tells how it went, and told whether it was there.
	ok   any
	told bool
}

// maxAnswer is the size of an acknowledgement, in bytes, above which it is not
// read as one.
const maxAnswer = 4096

// defaultAckField tells how it went unless a command names another.
const defaultAckField = "/ok"

// readAnswer reads a payload; field is where it says how it went.
func readAnswer(payload []byte, field string) answer {
	var doc any
	if json.Unmarshal(payload, &doc) != nil {
		return answer{}
	}
	text := func(pointer string) string {
		v, _ := atPointer(doc, pointer)
		s, _ := v.(string)
		return s
	}
	a := answer{id: text("/id"), reason: orElse(text("/reason"), text("/error"))}
	a.ok, a.told = atPointer(doc, orElse(field, defaultAckField))
	return a
}

func (a *answer) refused() bool { return a.ok == false || a.ok == "false" || a.ok == 0.0 }

// acknowledged matches a device's answer with the command that waits for it: by
// its id where it has one, else the oldest that waits on this topic and can take
// it for an answer.
func (s *Store) acknowledged(path string, m *Message) {
	waiting := s.commands.waiting[path]
	if len(waiting) == 0 || m.Replayed || len(m.Payload) > maxAnswer {
		return
	}
	for _, c := range waiting {
		a := readAnswer(m.Payload, c.Spec.AckField)
		if a.id != "" && a.id != c.ID || c.Spec.AckField != "" && !a.told {
			continue
		}
		switch {
		case c.ackValue != "":
			if plainText(a.ok) == c.ackValue {
				s.finish(c, CommandAcknowledged, Phrase{})
				return
			}
		case a.refused():
			reason := phrase("no reason given")
			if a.reason != "" {
				reason = Quoted(a.reason)
			}
			s.finish(c, CommandFailed, phrase("the device refused: %s", reason))
			return
		default:
			s.finish(c, CommandAcknowledged, Phrase{})
			return
		}
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
