package model

import "time"

// topic is what is kept of one topic that had a message.
type topic struct {
	node    *node
	history history
	fields  []*field
	latest  latest
	cadence Cadence
	count   uint64
	bytes   uint64
	device  *device
	role    topicRole
	props   *Properties
	owner   *Publisher    // the first identity that wrote it, nil for none
	others  *otherWriters // nil as long as nobody else does
}

// latest is the newest message without its payload, which is the newest record
// of the history.
type latest struct {
	at       int64 // arrival, nanoseconds since 1970
	mono     time.Duration
	size     int
	pub      *Publisher
	qos      byte
	retained bool
}

// topicRole says what a topic is to its device.
type topicRole uint8

const (
	roleReport  topicRole = iota // the device says something
	roleInbound                  // the device is told something
	roleStatus                   // the device, or its will, says whether it is there
	roleVoyage                   // the vessel says where it is going
)

// field is a number inside the payloads of a topic.
type field struct {
	pointer string
	series  series
	role    fieldRole
}

// fieldRole marks the fields that tell where a device is.
type fieldRole uint8

const (
	fieldPlain fieldRole = iota
	fieldLat
	fieldLon
	fieldSOG
	fieldCOG
	fieldHDG
)

// roleOf tells from a field's name, the last level of its pointer, whether it is
// part of a position: the names are those of NMEA 0183 and GeoJSON tools.
func roleOf(pointer string) fieldRole {
	switch pointer {
	case "/lat", "/latitude":
		return fieldLat
	case "/lon", "/lng", "/longitude":
		return fieldLon
	case "/sog", "/speed_kn":
		return fieldSOG
	case "/cog", "/course":
		return fieldCOG
	case "/hdg", "/heading":
		return fieldHDG
	}
	return fieldPlain
}

// find returns the field called pointer, expecting it at position next: the
// fields of a device's messages nearly always come in the same order.
func (t *topic) find(pointer []byte, next int) (int, *field) {
	if next < len(t.fields) && t.fields[next].pointer == string(pointer) {
		return next, t.fields[next]
	}
	for i, f := range t.fields {
		if f.pointer == string(pointer) {
			return i, f
		}
	}
	return next, nil
}
