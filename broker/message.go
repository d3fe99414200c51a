package broker

import (
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/model"
)

// inbound is one message on its way through the broker. Its slices belong to the
// reader and are valid only while it is routed.
type inbound struct {
	payload []byte
	values  []byte // properties to pass on, encoded
	expiry  uint32 // seconds, if hasExpiry
	at      time.Time
	from    *model.Publisher
	qos     byte
	retain  bool

	hasExpiry bool
	// acknowledged is told of each session that acknowledges it, nil for nobody.
	acknowledged func(model.Listener, time.Time)
	kept         *message  // the copy, made for the first receiver that keeps it
	received     *received // the record of its packet ID, if there may be one
}

// message is a message that is kept: queued, in flight or retained. Apart from
// what belongs to the journal it is never changed, and shared by all who keep it.
type message struct {
	topic   string
	payload []byte
	values  []byte
	at      time.Time
	expires time.Time // zero for never
	from    *model.Publisher
	qos     byte
	retain  bool
	// acknowledged is that of the inbound message; what comes from disk has none.
	acknowledged func(model.Listener, time.Time)
	// generation is that of the access rules when the sender was last allowed.
	generation uint64
	messageRecord
}

// messageOverhead is what a kept message costs beyond its bytes.
const messageOverhead = 256

// size is what m counts against limits in bytes.
func (m *message) size() int {
	return messageOverhead + len(m.topic) + len(m.payload) + len(m.values)
}

// keep returns a copy of in that may be kept.
func (in *inbound) keep(rt *route) *message {
	if in.kept != nil {
		return in.kept
	}
	m := &message{topic: rt.topic, at: in.at, from: in.from, qos: in.qos, retain: in.retain, generation: rt.accessGeneration, acknowledged: in.acknowledged}
	bytes := make([]byte, len(in.payload)+len(in.values))
	n := copy(bytes, in.payload)
	copy(bytes[n:], in.values)
	m.payload, m.values = bytes[:n:n], bytes[n:]
	if in.hasExpiry {
		m.expires = in.at.Add(time.Duration(in.expiry) * time.Second)
	}
	in.kept = m
	return m
}

// remaining is the message expiry interval that is left at t, and whether the
// message has not expired [MQTT-3.3.2-5] [MQTT-3.3.2-6].
func (m *message) remaining(t time.Time) (seconds uint32, alive bool) {
	if m.expires.IsZero() {
		return 0, true
	}
	left := m.expires.Sub(t)
	if left <= 0 {
		return 0, false
	}
	return uint32((left + time.Second - 1) / time.Second), true
}

// forward is the PUBLISH packet that carries m at time t.
func (m *message) forward(t time.Time) packet.Forward {
	left, _ := m.remaining(t)
	return packet.Forward{Topic: m.topic, Payload: m.payload, Values: m.values,
		Expiry: left, HasExpiry: !m.expires.IsZero()}
}

// properties decodes encoded properties for an application, nil for none.
func properties(values []byte, expiry uint32) *model.Properties {
	if len(values) == 0 && expiry == 0 {
		return nil
	}
	var ps packet.Properties
	packet.ReadForwarded(values, &ps)
	p := &model.Properties{
		ContentType:   string(ps.Text(packet.ContentType)),
		ResponseTopic: string(ps.Text(packet.ResponseTopic)),
		Expiry:        expiry,
		UTF8:          ps.Number(packet.PayloadFormat) == 1,
	}
	if ps.Has(packet.CorrelationData) {
		p.CorrelationData = append([]byte{}, ps.Text(packet.CorrelationData)...)
	}
	for _, u := range ps.User {
		p.User = append(p.User, model.UserProperty{Name: string(u.Name), Value: string(u.Value)})
	}
	return p
}

// encodeProperties encodes the properties of an application.
func encodeProperties(p *model.Properties) []byte {
	if p == nil {
		return nil
	}
	var ps packet.Properties
	if p.UTF8 {
		ps.SetNumber(packet.PayloadFormat, 1)
	}
	if p.ContentType != "" {
		ps.SetText(packet.ContentType, []byte(p.ContentType))
	}
	if p.ResponseTopic != "" {
		ps.SetText(packet.ResponseTopic, []byte(p.ResponseTopic))
	}
	if p.CorrelationData != nil {
		ps.SetText(packet.CorrelationData, p.CorrelationData)
	}
	for _, u := range p.User {
		ps.AddUser([]byte(u.Name), []byte(u.Value))
	}
	return packet.AppendForwarded(nil, &ps)
}
