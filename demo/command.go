package demo

import (
	"encoding/json"
	"time"
)

// Bounds on commands.
const (
	commandBytes = 4096 // of a payload
	commandID    = 128  // bytes of an id
	commandsKept = 256  // ids remembered by a vessel
	commandQueue = 16   // waiting for a vessel
	commandName  = 64   // bytes of a command's name
)

// State is what a vessel's commands have made of it.
type State struct {
	Lights bool `json:"lights"`
	Held   bool `json:"held"`
	Horn   int  `json:"horn"` // how often it was sounded
}

// Ack is the payload of an ack topic.
type Ack struct {
	// ID is the command's own, absent when it had none.
	ID     json.RawMessage `json:"id,omitempty"`
	OK     bool            `json:"ok"`
	Reason string          `json:"reason,omitempty"`
	Time   time.Time       `json:"time"`
	State  State           `json:"state"`
}

// State is the state of what can be commanded.
func (v *Vessel) State() State { return State{Lights: v.lights, Held: v.held, Horn: v.horn} }

// Command obeys a command by its name and reports whether it is known: horn
// sounds it once, lights turns them on or off, hold stops the vessel, smoothly,
// or keeps it in port, and resume ends that.
func (v *Vessel) Command(name string) bool {
	switch name {
	case "horn":
		v.horn++
	case "lights":
		v.lights = !v.lights
	case "hold":
		v.held = true
	case "resume":
		v.held = false
	default:
		return false
	}
	return true
}

// command is one that came in.
type command struct {
	name     string
	payload  []byte
	retained bool
}

// officer decides what commands the vessel obeys: each once, and none that was
// retained, since nobody presses a retained button now.
type officer struct {
	seen map[string]bool
	kept []string // the ids in seen, oldest first
}

// obey carries a command out or says why not.
func (o *officer) obey(v *Vessel, c command) Ack {
	ack := Ack{Time: v.Now()}
	id, reason := readCommand(c)
	ack.ID = id
	switch {
	case reason != "":
		ack.Reason = reason
	case o.seen[string(id)]:
		ack.Reason = "a command with this id was already obeyed"
	case !v.Command(c.name):
		ack.Reason = "unknown command; this vessel knows horn, lights, hold and resume"
	default:
		ack.OK = true
		o.remember(string(id))
	}
	ack.State = v.State()
	return ack
}

// readCommand is the id of a command, and why it cannot be obeyed. A payload
// that is no JSON object is that of a plain button, without an id.
func readCommand(c command) (id json.RawMessage, reason string) {
	if len(c.payload) > commandBytes {
		return nil, "payload is too large"
	}
	var fields struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(c.payload, &fields) == nil && len(fields.ID) > 0 && string(fields.ID) != "null" {
		if first := fields.ID[0]; first != '"' && first != '-' && (first < '0' || first > '9') {
			return nil, "the id must be a string or a number"
		}
		if len(fields.ID) > commandID {
			return nil, "the id is too long"
		}
		id = fields.ID
	}
	if c.retained {
		return id, "a retained command is not obeyed"
	}
	return id, ""
}

// remember keeps the ids of the last commands.
func (o *officer) remember(id string) {
	if id == "" {
		return
	}
	if o.seen == nil {
		o.seen = make(map[string]bool)
	}
	if len(o.kept) == commandsKept {
		delete(o.seen, o.kept[0])
		o.kept = o.kept[1:]
	}
	o.seen[id] = true
	o.kept = append(o.kept, id)
}
