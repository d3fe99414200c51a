package packet

import "bytes"

// Subscribe is the SUBSCRIBE packet (MQTT 5.0 section 3.8).
type Subscribe struct {
	ID      uint16
	Filters []Filter // at least one [MQTT-3.8.3-2]
	Props   Properties
}

// Filter is one topic filter of a SUBSCRIBE packet with its options. The filter
// is not checked beyond its UTF-8: a bad one gets a reason code of its own.
type Filter struct {
	Filter            []byte
	QoS               byte
	NoLocal           bool
	RetainAsPublished bool
	// RetainHandling is 0 to send retained messages, 1 to send them if the
	// subscription is new, 2 not to send them.
	RetainHandling byte
}

// sharePrefix starts a shared subscription (MQTT 5.0 section 4.8.2).
const sharePrefix = "$share/"

// Type implements Packet.
func (*Subscribe) Type() Type { return SUBSCRIBE }

func (p *Subscribe) decode(_ byte, body []byte, v Version) error {
	p.Filters = p.Filters[:0]
	p.Props.Reset()
	c := cursor{b: body}
	p.ID = c.id()
	if v == V5 {
		p.Props.read(&c, SUBSCRIBE)
	}
	for len(c.b) > 0 {
		f := Filter{Filter: c.text()}
		f.readOptions(&c, v)
		p.Filters = append(p.Filters, f)
	}
	if len(p.Filters) == 0 {
		c.fail(protocolError("a subscription to nothing"))
	}
	return c.end()
}

func (f *Filter) readOptions(c *cursor, v Version) {
	o := c.u8()
	f.QoS = o & 3
	if f.QoS == 3 {
		c.fail(protocolError("a subscription with QoS 3")) // [MQTT-3.8.3-4] in 3.1.1
		return
	}
	if v != V5 {
		if o > 3 {
			c.fail(malformed("reserved subscription options set"))
		}
		return
	}
	f.NoLocal, f.RetainAsPublished, f.RetainHandling = o&4 != 0, o&8 != 0, o>>4&3
	switch {
	case o>>6 != 0: // [MQTT-3.8.3-5]
		c.fail(malformed("reserved subscription options set"))
	case f.RetainHandling == 3:
		c.fail(protocolError("a retain handling of 3"))
	case f.NoLocal && bytes.HasPrefix(f.Filter, []byte(sharePrefix)): // [MQTT-3.8.3-4]
		c.fail(protocolError("no-local on a shared subscription"))
	}
}

// Append implements Packet.
func (p *Subscribe) Append(dst []byte, v Version) []byte {
	return appendFrame(dst, SUBSCRIBE, 2, func(dst []byte) []byte {
		dst = appendU16(dst, p.ID)
		if v == V5 {
			dst = p.Props.append(dst)
		}
		for _, f := range p.Filters {
			dst = append(appendText(dst, f.Filter), f.options(v))
		}
		return dst
	})
}

func (f *Filter) options(v Version) byte {
	o := f.QoS
	if v == V5 {
		o |= f.RetainHandling << 4
		if f.NoLocal {
			o |= 4
		}
		if f.RetainAsPublished {
			o |= 8
		}
	}
	return o
}

// Unsubscribe is the UNSUBSCRIBE packet (MQTT 5.0 section 3.10).
type Unsubscribe struct {
	ID      uint16
	Filters [][]byte // at least one [MQTT-3.10.3-2]
	Props   Properties
}

// Type implements Packet.
func (*Unsubscribe) Type() Type { return UNSUBSCRIBE }

func (p *Unsubscribe) decode(_ byte, body []byte, v Version) error {
	p.Filters = p.Filters[:0]
	p.Props.Reset()
	c := cursor{b: body}
	p.ID = c.id()
	if v == V5 {
		p.Props.read(&c, UNSUBSCRIBE)
	}
	for len(c.b) > 0 {
		p.Filters = append(p.Filters, c.text())
	}
	if len(p.Filters) == 0 {
		c.fail(protocolError("an end of subscription to nothing"))
	}
	return c.end()
}

// Append implements Packet.
func (p *Unsubscribe) Append(dst []byte, v Version) []byte {
	return appendFrame(dst, UNSUBSCRIBE, 2, func(dst []byte) []byte {
		dst = appendU16(dst, p.ID)
		if v == V5 {
			dst = p.Props.append(dst)
		}
		for _, f := range p.Filters {
			dst = appendText(dst, f)
		}
		return dst
	})
}
