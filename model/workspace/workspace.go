package workspace

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// Version is the format that this program writes. Files of a higher version are
// refused.
const Version = 1

// Workspace is all that an operator has composed.
type Workspace struct {
	// Boards are in the order of their tabs; their names differ.
	Boards []Board `json:"boards"`

	extra extras
}

// Board is a page of tiles.
type Board struct {
	Name string `json:"name"`
	// Each makes the board a template: it is shown for one device of this kind
	// at a time, and {device} and {name} in its tiles stand for that device.
	Each string `json:"each,omitempty"`
	// Tiles are in no particular order; their IDs differ.
	Tiles []Tile `json:"tiles"`

	extra extras
}

// Kind is what a tile is.
type Kind string

// The kinds of tiles.
const (
	Chart   Kind = "chart"
	Value   Kind = "value"
	Gauge   Kind = "gauge"
	Bar     Kind = "bar"
	Status  Kind = "status"
	Table   Kind = "table"
	Map     Kind = "map"
	Image   Kind = "image"
	Log     Kind = "log"
	Text    Kind = "text"
	Command Kind = "command"
	Slider  Kind = "slider"
	Switch  Kind = "switch"
)

// Kinds are all kinds of tiles, in the order in which they are offered.
func Kinds() []Kind {
	return []Kind{Value, Chart, Gauge, Bar, Status, Table, Map, Image, Log, Text, Command, Slider, Switch}
}

// Known reports whether this version can show tiles of this kind.
func (k Kind) Known() bool { return slices.Contains(Kinds(), k) }

// Commands reports whether a tile of this kind sends commands.
func (k Kind) Commands() bool { return k == Command || k == Slider || k == Switch }

// Place is where a tile lies on the board's grid, in cells. W and H are at least
// 1.
type Place struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Aggregate is what a tile of one value makes of several topics.
type Aggregate string

// The aggregates. Latest, the default, is the value that came last.
const (
	Latest Aggregate = ""
	Min    Aggregate = "min"
	Max    Aggregate = "max"
	Mean   Aggregate = "mean"
	Sum    Aggregate = "sum"
	Count  Aggregate = "count"
)

// Aggregates are all aggregates.
func Aggregates() []Aggregate { return []Aggregate{Latest, Min, Max, Mean, Sum, Count} }

// Tile is one thing on a board. Topics, titles, texts and payloads may hold
// {device} and {name}, where the tile or its board is a template.
type Tile struct {
	// ID names the tile on its board.
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	Place
	Title string `json:"title,omitempty"`
	// Each makes the tile a template: there is one for each device of this kind.
	Each string `json:"each,omitempty"`
	// Topic is what the tile shows: an MQTT topic filter.
	Topic string `json:"topic,omitempty"`
	// Field is a JSON Pointer (RFC 6901) into the payload; empty is all of it.
	Field string `json:"field,omitempty"`
	// Aggregate is what one value is made of when several topics match.
	Aggregate Aggregate `json:"aggregate,omitempty"`
	// Unit of the value; empty for the one that its field's name tells.
	Unit string `json:"unit,omitempty"`
	// Decimals is how many to show; nil for as many as the value needs.
	Decimals *int `json:"decimals,omitempty"`
	// Min and Max are the range of gauges, bars, charts and sliders.
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
	// Thresholds tell what is normal.
	Thresholds Thresholds `json:"thresholds,omitzero"`
	// Seconds is the time that a chart shows.
	Seconds int `json:"seconds,omitempty"`
	// Text is what a text tile says.
	Text string `json:"text,omitempty"`
	// Send is what a command, a slider or a switch sends.
	Send *Send `json:"send,omitempty"`

	extra extras
}

// Thresholds bound what is normal. A value at or beyond a warning asks for
// attention, one at or beyond an alarm for action. Nil is no bound.
type Thresholds struct {
	LowAlarm    *float64 `json:"low_alarm,omitempty"`
	LowWarning  *float64 `json:"low_warning,omitempty"`
	HighWarning *float64 `json:"high_warning,omitempty"`
	HighAlarm   *float64 `json:"high_alarm,omitempty"`
}

// Send is a command: where it goes, what it says, and how its answer is known.
type Send struct {
	// Topic is where it is published, and Ack where the device answers; empty when
	// it does not. Topic, Ack, AckValue and Payload are templates, as those of
	// [model.CommandSpec] are.
	Topic string `json:"topic"`
	Ack   string `json:"ack,omitempty"`
	// AckField is the field of the answer that says how it went, AckValue what it
	// has to be; see [model.CommandSpec].
	AckField string `json:"ack_field,omitempty"`
	AckValue string `json:"ack_value,omitempty"`
	// Label is what the button says; empty for the tile's title.
	Label string `json:"label,omitempty"`
	// Payload is what is sent; {value} stands for the slider's number or the
	// switch's word. Empty is {"id": "{id}"}, with "value": {value} for sliders and
	// switches.
	Payload string `json:"payload,omitempty"`
	// QoS is 0, 1 or 2; nil is 1. Retain is refused when it is to be sent.
	QoS    *byte `json:"qos,omitempty"`
	Retain bool  `json:"retain,omitempty"`
	// On and Off are the words of a switch: default true and false.
	On  string `json:"on,omitempty"`
	Off string `json:"off,omitempty"`
	// Step is a slider's step; 0 is a hundredth of its range.
	Step float64 `json:"step,omitempty"`
	// Hold asks for a deliberate second step: the control must be held. Second may
	// ask for another one.
	Hold   bool              `json:"hold,omitempty"`
	Second model.CommandStep `json:"second,omitempty"`
	// TimeoutMS is how long the answer is waited for, in milliseconds; 0 for the
	// usual time.
	TimeoutMS int `json:"timeout_ms,omitempty"`

	extra extras
}

// Timeout is how long the answer is waited for; 0 for the usual time.
func (s *Send) Timeout() time.Duration { return time.Duration(s.TimeoutMS) * time.Millisecond }

// Clone is a copy that shares nothing that is ever changed.
func (w *Workspace) Clone() Workspace {
	out := *w
	out.Boards = slices.Clone(w.Boards)
	for i := range out.Boards {
		out.Boards[i] = w.Boards[i].Clone()
	}
	return out
}

// Clone is a copy that shares nothing that is ever changed.
func (b *Board) Clone() Board {
	out := *b
	out.Tiles = make([]Tile, len(b.Tiles))
	for i := range b.Tiles {
		out.Tiles[i] = b.Tiles[i].Clone()
	}
	return out
}

// Clone is a copy that shares nothing that is ever changed: numbers behind
// pointers are replaced, not written to.
func (t *Tile) Clone() Tile {
	out := *t
	if t.Send != nil {
		send := *t.Send
		out.Send = &send
	}
	return out
}

// The structs as encoding/json sees them, without methods.
type (
	plainWorkspace Workspace
	plainBoard     Board
	plainTile      Tile
	plainSend      Send
)

// UnmarshalJSON implements json.Unmarshaler.
func (w *Workspace) UnmarshalJSON(raw []byte) error {
	return w.extra.decode(raw, (*plainWorkspace)(w))
}

// MarshalJSON implements json.Marshaler.
func (w Workspace) MarshalJSON() ([]byte, error) { return w.extra.encode(plainWorkspace(w)) }

// UnmarshalJSON implements json.Unmarshaler.
func (b *Board) UnmarshalJSON(raw []byte) error { return b.extra.decode(raw, (*plainBoard)(b)) }

// MarshalJSON implements json.Marshaler.
func (b Board) MarshalJSON() ([]byte, error) { return b.extra.encode(plainBoard(b)) }

// UnmarshalJSON implements json.Unmarshaler.
func (t *Tile) UnmarshalJSON(raw []byte) error { return t.extra.decode(raw, (*plainTile)(t)) }

// MarshalJSON implements json.Marshaler.
func (t Tile) MarshalJSON() ([]byte, error) { return t.extra.encode(plainTile(t)) }

// UnmarshalJSON implements json.Unmarshaler.
func (s *Send) UnmarshalJSON(raw []byte) error { return s.extra.decode(raw, (*plainSend)(s)) }

// MarshalJSON implements json.Marshaler.
func (s Send) MarshalJSON() ([]byte, error) { return s.extra.encode(plainSend(s)) }

var (
	_ json.Marshaler   = Workspace{}
	_ json.Unmarshaler = (*Workspace)(nil)
)
