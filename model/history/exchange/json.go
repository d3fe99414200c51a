package exchange

import (
	"bufio"
	"encoding/json"
	"io"
	"time"
	"unicode/utf8"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// line is a message as one line of JSON. Payload is text; Base64 is there
// instead when it is none.
type line struct {
	Time       time.Time         `json:"time"`
	Topic      string            `json:"topic"`
	Payload    *string           `json:"payload,omitempty"`
	Base64     []byte            `json:"payload_base64,omitempty"`
	QoS        byte              `json:"qos,omitempty"`
	Retained   bool              `json:"retained,omitempty"`
	Replayed   bool              `json:"replayed,omitempty"`
	DeviceTime *time.Time        `json:"device_time,omitempty"`
	Publisher  *publisher        `json:"publisher,omitempty"`
	Properties *model.Properties `json:"properties,omitempty"`
}

type publisher struct {
	Identity string `json:"identity,omitempty"`
	Client   string `json:"client,omitempty"`
	Address  string `json:"address,omitempty"`
	TLS      bool   `json:"tls,omitempty"`
}

// sampleLine is a sample as one line of JSON.
type sampleLine struct {
	Time    time.Time `json:"time"`
	Topic   string    `json:"topic"`
	Pointer string    `json:"pointer"`
	Value   float64   `json:"value"`
}

// jsonWriter writes JSON lines.
type jsonWriter struct {
	buf *bufio.Writer
	enc *json.Encoder
}

func newJSON(w io.Writer) *jsonWriter {
	buf := bufio.NewWriterSize(w, 64<<10)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	return &jsonWriter{buf, enc}
}

func (j *jsonWriter) message(m *history.Message) error {
	l := line{Time: m.At.UTC(), Topic: m.Topic, QoS: m.QoS, Retained: m.Retained, Replayed: m.Replayed, Properties: m.Properties}
	if utf8.Valid(m.Payload) {
		text := string(m.Payload)
		l.Payload = &text
	} else {
		l.Base64 = m.Payload
	}
	if !m.DeviceAt.IsZero() {
		at := m.DeviceAt.UTC()
		l.DeviceTime = &at
	}
	if p := m.Publisher; p != nil {
		l.Publisher = &publisher{Identity: p.Identity, Client: p.ClientID, Address: p.Addr, TLS: p.TLS}
	}
	return j.enc.Encode(&l)
}

func (j *jsonWriter) sample(s *history.Sample) error {
	return j.enc.Encode(&sampleLine{s.At.UTC(), s.Key.Topic, s.Key.Pointer, s.Value})
}

func (j *jsonWriter) finish() error { return j.buf.Flush() }

// message turns a line back.
func (l *line) message() history.Message {
	m := history.Message{Message: model.Message{
		Topic: l.Topic, At: l.Time, Payload: l.Base64, QoS: l.QoS, Retained: l.Retained, Replayed: l.Replayed, Properties: l.Properties,
	}}
	if l.Payload != nil {
		m.Payload = []byte(*l.Payload)
	}
	if l.DeviceTime != nil {
		m.DeviceAt = *l.DeviceTime
	}
	if p := l.Publisher; p != nil {
		m.Publisher = &model.Publisher{Identity: p.Identity, ClientID: p.Client, Addr: p.Address, TLS: p.TLS}
	}
	return m
}
