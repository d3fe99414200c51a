package board

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/workspace"
)

// CheckSend reports why a tile's command cannot be sent, or nil.
func CheckSend(s *workspace.Send) error {
	if s == nil {
		return fmt.Errorf("the tile says nowhere where to send: %w", model.ErrTopicEmpty)
	}
	if err := model.CheckTopic(s.Topic); err != nil {
		return fmt.Errorf("send to %q: %w", s.Topic, err)
	}
	if strings.Contains(s.Topic, "{device}") {
		return fmt.Errorf("send to %q: no device was chosen for it", s.Topic)
	}
	if s.Ack != "" {
		if err := model.CheckTopic(s.Ack); err != nil {
			return fmt.Errorf("an answer on %q: %w", s.Ack, err)
		}
	}
	return nil
}

// Payload is what a command with an id says; value is the slider's number or the
// switch's word, empty for a button. A value that is not JSON by itself is
// written as a JSON string in the payload that is made when the tile has none of
// its own.
func Payload(s *workspace.Send, id, value string) []byte {
	if s.Payload != "" {
		return []byte(strings.NewReplacer("{id}", id, "{value}", value).Replace(s.Payload))
	}
	out := struct {
		ID    string          `json:"id"`
		Value json.RawMessage `json:"value,omitempty"`
	}{ID: id}
	switch {
	case value == "":
	case json.Valid([]byte(value)):
		out.Value = json.RawMessage(value)
	default:
		out.Value, _ = json.Marshal(value) // a string always marshals
	}
	raw, _ := json.Marshal(out) // as checked above
	return raw
}

// Words are what a switch says for on and off.
func Words(s *workspace.Send) (on, off string) {
	on, off = "true", "false"
	if s != nil && s.On != "" {
		on = s.On
	}
	if s != nil && s.Off != "" {
		off = s.Off
	}
	return on, off
}
