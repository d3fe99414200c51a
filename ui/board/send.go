package board

import (
	"fmt"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// valuePayload is what sliders and switches send that have no payload of their own.
const valuePayload = `{"id":"{id}","value":{value}}`

// Order is what a tile has sent; value is the slider's number or the switch's word,
// empty for a button. Its error says why it cannot be sent.
func Order(in *Instance, value string) (model.Order, error) {
	spec, err := Spec(&in.Tile)
	if err != nil {
		return model.Order{}, err
	}
	if in.Device.Root == "" && strings.Contains(spec.Topic, "{device}") {
		return model.Order{}, i18n.Errorf("send to %q: no device was chosen for it", spec.Topic)
	}
	if value != "" {
		spec.Label += " " + value
	}
	return model.Order{Device: in.Device.Root, Name: in.Device.Name, Spec: spec, Value: value}, nil
}

// errNowhere is what is wrong with a tile that sends nowhere.
var errNowhere = fmt.Errorf("the tile says nowhere where to send: %w", model.ErrTopicEmpty)

// Spec is the command of a tile, and what is wrong with it.
func Spec(t *workspace.Tile) (model.CommandSpec, error) {
	s := t.Send
	if s == nil {
		return model.CommandSpec{}, errNowhere
	}
	last := s.Topic[strings.LastIndexByte(s.Topic, '/')+1:]
	c := model.CommandSpec{
		Name: last, Label: s.Label, Topic: s.Topic, Ack: s.Ack, AckField: s.AckField, AckValue: s.AckValue,
		Payload: s.Payload, QoS: s.QoS, Retain: s.Retain, Hold: s.Hold, Step: s.Second,
		Timeout: s.Timeout(),
	}
	for _, label := range []string{t.Title, last} {
		if c.Label == "" {
			c.Label = label
		}
	}
	if c.Payload == "" && t.Kind != workspace.Command {
		c.Payload = valuePayload
	}
	if s.Topic == "" {
		return c, errNowhere
	}
	if c.Name == "" {
		return c, i18n.Errorf("the topic to send to ends in a slash")
	}
	return c, c.Check()
}

// SetSpec has a tile send a command.
func SetSpec(t *workspace.Tile, c *model.CommandSpec) {
	send := workspace.Send{}
	if t.Send != nil {
		send = *t.Send
	}
	send.Topic, send.Ack, send.AckField, send.AckValue = c.Topic, c.Ack, c.AckField, c.AckValue
	send.Label, send.Payload, send.QoS, send.Retain = c.Label, c.Payload, c.QoS, c.Retain
	send.Hold, send.Second = c.Hold, c.Step
	send.TimeoutMS = int(c.Timeout / time.Millisecond)
	t.Send = &send
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
