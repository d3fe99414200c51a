package packet

import "encoding/binary"

// Forward is a PUBLISH as a server passes it on. It differs from Publish in
// that the properties which travel unchanged are kept encoded, so that one
// message goes to many receivers by copying bytes.
type Forward struct {
	Dup    bool
	QoS    byte
	Retain bool
	ID     uint16
	Topic  string
	// Alias is the topic alias to state, 0 for none. With AliasOnly the topic
	// is left out.
	Alias     uint16
	AliasOnly bool
	// Expiry is the remaining message expiry interval in seconds, if HasExpiry.
	Expiry    uint32
	HasExpiry bool
	// SubscriptionIDs are those of the receiver.
	SubscriptionIDs []uint32
	// Values are other properties, as AppendForwarded makes them.
	Values  []byte
	Payload []byte
}

// AppendForwarded appends those properties of a PUBLISH or a will that a server
// has to pass on unaltered (MQTT 5.0 sections 3.3.2.3 and 3.1.3.2).
func AppendForwarded(dst []byte, ps *Properties) []byte {
	for _, p := range [...]Property{PayloadFormat, ContentType, ResponseTopic, CorrelationData, UserProperties} {
		if ps.Has(p) {
			dst = ps.appendOne(dst, p)
		}
	}
	return dst
}

// ReadForwarded decodes what AppendForwarded made.
func ReadForwarded(values []byte, ps *Properties) {
	ps.Reset()
	c := cursor{b: values}
	for len(c.b) > 0 {
		ps.readOne(&c, PUBLISH)
	}
}

// Size is the number of bytes that Append appends.
func (f *Forward) Size(v Version) int {
	n := f.bodySize(v)
	return 1 + VarintSize(uint32(n)) + n
}

func (f *Forward) bodySize(v Version) int {
	n := 2 + len(f.Payload)
	if !f.AliasOnly {
		n += len(f.Topic)
	}
	if f.QoS > 0 {
		n += 2
	}
	if v == V5 {
		p := f.propsSize()
		n += VarintSize(uint32(p)) + p
	}
	return n
}

func (f *Forward) propsSize() int {
	n := len(f.Values)
	if f.HasExpiry {
		n += 5
	}
	if f.Alias != 0 {
		n += 3
	}
	for _, id := range f.SubscriptionIDs {
		n += 1 + VarintSize(id)
	}
	return n
}

// Append appends the packet to dst.
func (f *Forward) Append(dst []byte, v Version) []byte {
	flags := byte(PUBLISH)<<4 | f.QoS<<1
	if f.Dup {
		flags |= 8
	}
	if f.Retain {
		flags |= 1
	}
	dst = AppendVarint(append(dst, flags), uint32(f.bodySize(v)))
	if f.AliasOnly {
		dst = append(dst, 0, 0)
	} else {
		dst = appendText(dst, f.Topic)
	}
	if f.QoS > 0 {
		dst = appendU16(dst, f.ID)
	}
	if v == V5 {
		dst = f.appendProps(dst)
	}
	return append(dst, f.Payload...)
}

func (f *Forward) appendProps(dst []byte) []byte {
	dst = AppendVarint(dst, uint32(f.propsSize()))
	dst = append(dst, f.Values...)
	if f.HasExpiry {
		dst = binary.BigEndian.AppendUint32(append(dst, byte(MessageExpiry)), f.Expiry)
	}
	if f.Alias != 0 {
		dst = appendU16(append(dst, byte(TopicAlias)), f.Alias)
	}
	for _, id := range f.SubscriptionIDs {
		dst = AppendVarint(append(dst, byte(SubscriptionID)), id)
	}
	return dst
}
