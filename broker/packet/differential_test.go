package packet

import (
	"bytes"
	"slices"
	"testing"

	v5 "github.com/eclipse/paho.golang/packets"
	v3 "github.com/eclipse/paho.mqtt.golang/packets"
)

// FuzzDifferential3 compares with paho's codec for MQTT 3.1.1: what we accept,
// paho accepts, and both encode it to the same bytes.
func FuzzDifferential3(f *testing.F) {
	for _, s := range seeds() {
		if s.v == V311 {
			f.Add(s.b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		ours := accepted(b, V311)
		if ours == nil || hasEmptyFilter(ours) {
			return
		}
		theirs, err := v3.ReadPacket(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%x: paho says %v", b, err)
		}
		var buf bytes.Buffer
		if err := theirs.Write(&buf); err != nil {
			t.Fatal(err)
		}
		if got := ours.Append(nil, V311); !bytes.Equal(got, buf.Bytes()) {
			t.Fatalf("%x: ours %x, paho's %x", b, got, buf.Bytes())
		}
	})
}

// FuzzDifferential5 does so for MQTT 5. Paho orders properties in its own way, so
// its bytes are decoded by us once more and compared in our order.
func FuzzDifferential5(f *testing.F) {
	for _, s := range seeds() {
		if s.v == V5 {
			f.Add(s.b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		ours := accepted(b, V5)
		if ours == nil {
			return
		}
		if !pahoReads(ours, b) {
			return
		}
		theirs, err := v5.ReadPacket(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%x: paho says %v", b, err)
		}
		var buf bytes.Buffer
		if _, err := theirs.WriteTo(&buf); err != nil {
			t.Fatal(err)
		}
		back, err := parseBytes(buf.Bytes(), V5)
		if err != nil {
			t.Fatalf("%x: paho's %x is refused: %v", b, buf.Bytes(), err)
		}
		if got, want := ours.Append(nil, V5), back.Append(nil, V5); !bytes.Equal(got, want) {
			t.Fatalf("%x: ours %x, paho's %x", b, got, want)
		}
	})
}

// pahoReads leaves out what paho.golang does not read, or does not write again,
// although it is valid: CONNECT packets of other versions, DISCONNECT and AUTH
// packets without a body, texts that are there and empty, more than one
// subscription identifier, and the properties of a will.
func pahoReads(p Packet, b []byte) bool {
	if hasEmptyText(p) {
		return false
	}
	switch p := p.(type) {
	case *Publish:
		return len(p.Props.SubscriptionIDs) < 2
	case *Connect:
		return p.Version == V5 && (p.Will == nil || p.Will.Props.Empty())
	case *Disconnect, *Auth:
		return len(b) > 2
	}
	return true
}

// hasEmptyFilter tells whether p ends a subscription to nothing: paho stops
// reading there, and we leave it to the broker, which has an answer for each
// filter.
func hasEmptyFilter(p Packet) bool {
	u, ok := p.(*Unsubscribe)
	return ok && slices.ContainsFunc(u.Filters, func(f []byte) bool { return len(f) == 0 })
}

// hasEmptyText tells whether a property of p is an empty text.
func hasEmptyText(p Packet) bool {
	var sets []*Properties
	switch p := p.(type) {
	case *Connect:
		sets = []*Properties{&p.Props}
		if p.Will != nil {
			sets = append(sets, &p.Will.Props)
		}
	case *Connack:
		sets = []*Properties{&p.Props}
	case *Publish:
		sets = []*Properties{&p.Props}
	case *Ack:
		sets = []*Properties{&p.Props}
	case *Subscribe:
		sets = []*Properties{&p.Props}
	case *Suback:
		sets = []*Properties{&p.Props}
	case *Disconnect:
		sets = []*Properties{&p.Props}
	case *Auth:
		sets = []*Properties{&p.Props}
	}
	for _, ps := range sets {
		for _, text := range []Property{ContentType, ResponseTopic, CorrelationData, AssignedClientID, AuthMethod, AuthData,
			ResponseInfo, ServerReference, ReasonString} {
			if ps.Has(text) && len(ps.Text(text)) == 0 {
				return true
			}
		}
	}
	return false
}

// accepted is the packet that b is, if it is exactly one valid packet.
func accepted(b []byte, v Version) Packet {
	h, n, err := ParseHeader(b)
	if err != nil || n == 0 || len(b) != n+h.Length {
		return nil
	}
	p, err := Decode(h, b[n:], v)
	if err != nil {
		return nil
	}
	return p
}
