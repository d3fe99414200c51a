package packet

// UserProperty is one name and value pair.
type UserProperty struct{ Name, Value []byte }

// Properties is the set of properties of one packet. The zero value is the
// empty set. Byte slices alias the decoded packet.
type Properties struct {
	set  uint64
	num  [lastProperty + 1]uint32
	text [9][]byte

	// SubscriptionIDs are the subscription identifiers, the only property
	// besides User that may be repeated (in PUBLISH alone).
	SubscriptionIDs []uint32
	// User are the user properties in the order they were sent.
	User []UserProperty
}

// Has reports whether p is in the set.
func (ps *Properties) Has(p Property) bool { return ps.set&(1<<p) != 0 }

// Empty reports whether the set holds nothing.
func (ps *Properties) Empty() bool { return ps.set == 0 }

// Number is the value of a numeric property, 0 when it is absent.
func (ps *Properties) Number(p Property) uint32 { return ps.num[p] }

// NumberOr is the value of a numeric property, or d when it is absent.
func (ps *Properties) NumberOr(p Property, d uint32) uint32 {
	if ps.Has(p) {
		return ps.num[p]
	}
	return d
}

// SetNumber puts a numeric property into the set.
func (ps *Properties) SetNumber(p Property, v uint32) {
	ps.set |= 1 << p
	ps.num[p] = v
}

// Text is the value of a text or binary property, nil when it is absent.
func (ps *Properties) Text(p Property) []byte {
	if !ps.Has(p) {
		return nil
	}
	return ps.text[slot(p)]
}

// SetText puts a text or binary property of at most 65,535 bytes into the set.
func (ps *Properties) SetText(p Property, v []byte) {
	ps.set |= 1 << p
	ps.text[slot(p)] = v
}

// AddUser adds a user property.
func (ps *Properties) AddUser(name, value []byte) {
	ps.set |= 1 << UserProperties
	ps.User = append(ps.User, UserProperty{name, value})
}

// AddSubscriptionID adds a subscription identifier.
func (ps *Properties) AddSubscriptionID(id uint32) {
	ps.set |= 1 << SubscriptionID
	ps.SubscriptionIDs = append(ps.SubscriptionIDs, id)
}

// Reset empties the set and keeps its memory.
func (ps *Properties) Reset() {
	if ps.set != 0 {
		*ps = Properties{SubscriptionIDs: ps.SubscriptionIDs[:0], User: ps.User[:0]}
	}
}

// read decodes a property block with its length.
func (ps *Properties) read(c *cursor, t Type) {
	ps.Reset()
	n := int(c.varint())
	if n == 0 {
		return
	}
	block := cursor{b: c.take(n)}
	for len(block.b) > 0 {
		ps.readOne(&block, t)
	}
	if block.err != nil {
		c.fail(block.err)
	}
}

func (ps *Properties) readOne(c *cursor, t Type) {
	id := c.varint()
	if c.err != nil {
		return
	}
	p := Property(id)
	if id > uint32(lastProperty) || ruleOf(p).kind == unknown {
		c.fail(malformed("an unknown property"))
		return
	}
	r := ruleOf(p)
	if r.packets&(1<<t) == 0 {
		c.fail(malformed("a property that does not belong to this packet"))
		return
	}
	repeatable := p == UserProperties || p == SubscriptionID && t == PUBLISH
	if ps.Has(p) && !repeatable {
		c.fail(protocolError("a property twice"))
		return
	}
	ps.readValue(c, p, r.kind)
	if what := faultOf(p, ps.num[p]); what != "" && c.err == nil {
		c.fail(protocolError(what))
	}
}

func (ps *Properties) readValue(c *cursor, p Property, k kind) {
	switch k {
	case oneByte:
		ps.SetNumber(p, uint32(c.u8()))
	case twoBytes:
		ps.SetNumber(p, uint32(c.u16()))
	case fourBytes:
		ps.SetNumber(p, c.u32())
	case variable:
		id := c.varint()
		ps.num[p] = id
		ps.AddSubscriptionID(id)
	case utf8Text:
		ps.SetText(p, c.text())
	case binaryData:
		ps.SetText(p, c.binary())
	case textPair:
		name := c.text()
		ps.AddUser(name, c.text())
	}
}

// faultOf says what is wrong with the value of a numeric property.
func faultOf(p Property, v uint32) string {
	switch p {
	case PayloadFormat, RequestProblemInfo, RequestResponseInfo, MaximumQoS, RetainAvailable,
		WildcardAvailable, SubscriptionIDAllowed, SharedAvailable:
		if v > 1 {
			return "a property that must be 0 or 1 and is not"
		}
	case SubscriptionID, ReceiveMaximum, MaximumPacketSize:
		if v == 0 {
			return "a property that must not be 0 and is"
		}
	}
	return ""
}

// append appends the property block with its length.
func (ps *Properties) append(dst []byte) []byte {
	at := len(dst)
	dst = append(dst, 0)
	if ps.set == 0 {
		return dst
	}
	return patchLength(ps.AppendValues(dst), at)
}

// AppendValues appends the properties without the length of the block.
func (ps *Properties) AppendValues(dst []byte) []byte {
	for p := PayloadFormat; p <= lastProperty; p++ {
		if ps.Has(p) {
			dst = ps.appendOne(dst, p)
		}
	}
	return dst
}

func (ps *Properties) appendOne(dst []byte, p Property) []byte {
	v := ps.num[p]
	switch ruleOf(p).kind {
	case oneByte:
		return append(dst, byte(p), byte(v))
	case twoBytes:
		return appendU16(append(dst, byte(p)), uint16(v))
	case fourBytes:
		return append(dst, byte(p), byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	case utf8Text, binaryData:
		return appendText(append(dst, byte(p)), ps.text[slot(p)])
	case variable:
		for _, id := range ps.SubscriptionIDs {
			dst = AppendVarint(append(dst, byte(p)), id)
		}
	case textPair:
		for _, u := range ps.User {
			dst = appendText(appendText(append(dst, byte(p)), u.Name), u.Value)
		}
	}
	return dst
}
