package packet

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// parse decodes one whole packet given as hexadecimal digits with spaces.
func parse(t testing.TB, digits string, v Version) (Packet, error) {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return parseBytes(b, v)
}

func parseBytes(b []byte, v Version) (Packet, error) {
	h, n, err := ParseHeader(b)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, malformed("short header")
	}
	return Decode(h, b[n:], v)
}

// TestDecodeValid proves [MQTT-2.2.1-2] [MQTT-2.2.2-1] [MQTT-3.1.3-1] [MQTT-3.2.2-1].
func TestDecodeValid(t *testing.T) {
	cases := []struct {
		name   string
		v      Version
		digits string
		want   Packet
	}{
		{"CONNECT 3.1.1", V311, "10 0d 0004 4d515454 04 02 003c 0001 61",
			&Connect{Version: V311, CleanStart: true, KeepAlive: 60, ClientID: []byte("a")}},
		{"CONNECT 3.1.1 with all", V311, "10 1a 0004 4d515454 04 ee 0000 0001 61 0001 77 0002 6f6b 0001 75 0001 70",
			&Connect{Version: V311, CleanStart: true, ClientID: []byte("a"), Username: []byte("u"), Password: []byte("p"),
				Will: &Will{Topic: []byte("w"), Payload: []byte("ok"), QoS: 1, Retain: true}}},
		{"CONNACK 3.1.1", V311, "20 02 01 00", &Connack{SessionPresent: true}},
		{"CONNACK 3.1.1 refusal", V311, "20 02 00 05", &Connack{Code: 5}},
		{"PUBLISH QoS 0", V311, "30 06 0003 612f62 78", &Publish{Topic: []byte("a/b"), Payload: []byte("x")}},
		{"PUBLISH QoS 2, again, retained", V311, "3d 07 0001 61 0102 7879",
			&Publish{Dup: true, QoS: 2, Retain: true, ID: 0x102, Topic: []byte("a"), Payload: []byte("xy")}},
		{"PUBLISH empty payload", V5, "30 04 0001 61 00", &Publish{Topic: []byte("a"), Payload: []byte{}}},
		{"PUBACK 3.1.1", V311, "40 02 0007", &Ack{Kind: PUBACK, ID: 7}},
		{"PUBACK 5 short", V5, "40 02 0007", &Ack{Kind: PUBACK, ID: 7}},
		{"PUBACK 5 with a code", V5, "40 03 0007 10", &Ack{Kind: PUBACK, ID: 7, Code: NoMatchingSubscribers}},
		{"PUBREL", V311, "62 02 0001", &Ack{Kind: PUBREL, ID: 1}},
		{"SUBSCRIBE 3.1.1", V311, "82 06 0001 0001 23 02", &Subscribe{ID: 1, Filters: []Filter{{Filter: []byte("#"), QoS: 2}}}},
		{"SUBSCRIBE 5 options", V5, "82 07 0001 00 0001 61 2d",
			&Subscribe{ID: 1, Filters: []Filter{{Filter: []byte("a"), QoS: 1, NoLocal: true, RetainAsPublished: true, RetainHandling: 2}}}},
		{"SUBACK", V311, "90 04 0001 02 80", &Suback{Kind: SUBACK, ID: 1, Codes: []Code{2, 0x80}}},
		{"UNSUBSCRIBE", V311, "a2 05 0001 0001 61", &Unsubscribe{ID: 1, Filters: [][]byte{[]byte("a")}}},
		{"UNSUBACK 3.1.1", V311, "b0 02 0001", &Suback{Kind: UNSUBACK, ID: 1}},
		{"UNSUBACK 5", V5, "b0 04 0001 00 11", &Suback{Kind: UNSUBACK, ID: 1, Codes: []Code{NoSubscriptionExisted}}},
		{"PINGREQ", V311, "c0 00", &Ping{Kind: PINGREQ}},
		{"DISCONNECT 3.1.1", V311, "e0 00", &Disconnect{}},
		{"DISCONNECT 5 with a code", V5, "e0 01 8e", &Disconnect{Code: SessionTakenOver}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse(t, c.digits, c.v)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("decoded %+v, want %+v", got, c.want)
			}
			if enc := hex.EncodeToString(got.Append(nil, c.v)); enc != strings.ReplaceAll(c.digits, " ", "") {
				t.Errorf("encoded %s", enc)
			}
		})
	}
}

func TestDecodeProperties(t *testing.T) {
	p, err := parse(t, "30 2a 0001 61 23 01 01 02 0000003c 03 0001 74 08 0001 72 09 0002 ffff 23 0005 0b 07 0b 8001 26 0001 6b 0001 76 78 79 7a", V5)
	if err != nil {
		t.Fatal(err)
	}
	ps := &p.(*Publish).Props
	if ps.Number(PayloadFormat) != 1 || ps.Number(MessageExpiry) != 60 || ps.Number(TopicAlias) != 5 {
		t.Errorf("numbers: %+v", ps)
	}
	if string(ps.Text(ContentType)) != "t" || string(ps.Text(ResponseTopic)) != "r" || !bytes.Equal(ps.Text(CorrelationData), []byte{0xff, 0xff}) {
		t.Errorf("texts: %+v", ps)
	}
	if !reflect.DeepEqual(ps.SubscriptionIDs, []uint32{7, 128}) || string(ps.User[0].Name) != "k" || string(ps.User[0].Value) != "v" {
		t.Errorf("lists: %+v", ps)
	}
}

// TestDecodeRefuses proves [MQTT-1.5.4-2] [MQTT-3.1.2-9] [MQTT-3.1.4-1] [MQTT-3.3.2-1]
// [MQTT-3.6.1-1].
func TestDecodeRefuses(t *testing.T) {
	cases := []struct {
		name   string // with the normative statement of MQTT 5.0 where there is one
		v      Version
		digits string
		code   Code
	}{
		{"length of five bytes [MQTT-1.5.5-1]", V5, "30 ff ff ff ff 01", MalformedPacket},
		{"length longer than needed [MQTT-1.5.5-1]", V5, "c0 80 00", MalformedPacket},
		{"type 0", V5, "00 00", ProtocolError},
		{"type 15 in 3.1.1", V311, "f0 00", ProtocolError},
		{"PUBREL flags [MQTT-2.1.3-1]", V5, "60 02 0001", MalformedPacket},
		{"PINGREQ flags [MQTT-2.1.3-1]", V5, "c1 00", MalformedPacket},
		{"truncated SUBSCRIBE", V311, "82 08 0001 0010 61 62 63 64", MalformedPacket},
		{"SUBSCRIBE without filters [MQTT-3.8.3-2]", V311, "82 02 0001", ProtocolError},
		{"SUBSCRIBE QoS 3", V5, "82 07 0001 00 0001 61 03", ProtocolError},
		{"SUBSCRIBE reserved options [MQTT-3.8.3-5]", V5, "82 07 0001 00 0001 61 40", MalformedPacket},
		{"SUBSCRIBE reserved options 3.1.1 [MQTT-3-8.3-4]", V311, "82 06 0001 0001 61 04", MalformedPacket},
		{"SUBSCRIBE retain handling 3", V5, "82 07 0001 00 0001 61 30", ProtocolError},
		{"SUBSCRIBE shared no-local [MQTT-3.8.3-4]", V5, "82 10 0001 00 000a 2473686172652f672f61 04", ProtocolError},
		{"SUBSCRIBE packet ID 0 [MQTT-2.2.1-3]", V5, "82 07 0000 00 0001 61 00", ProtocolError},
		{"SUBSCRIBE identifier 0", V5, "82 09 0001 02 0b00 0001 61 00", ProtocolError},
		{"SUBSCRIBE two identifiers", V5, "82 0b 0001 04 0b01 0b02 0001 61 00", ProtocolError},
		{"UNSUBSCRIBE without filters [MQTT-3.10.3-2]", V311, "a2 02 0001", ProtocolError},
		{"PUBLISH QoS 3 [MQTT-3.3.1-4]", V5, "36 06 0001 61 0001 00", MalformedPacket},
		{"PUBLISH DUP with QoS 0 [MQTT-3.3.1-2]", V5, "38 04 0001 61 00", MalformedPacket},
		{"PUBLISH packet ID 0 [MQTT-2.2.1-3]", V5, "32 06 0001 61 0000 00", ProtocolError},
		{"PUBLISH empty topic [MQTT-4.7.3-1]", V311, "30 02 0000", ProtocolError},
		{"PUBLISH empty topic without alias", V5, "30 03 0000 00", ProtocolError},
		{"PUBLISH wildcard [MQTT-3.3.2-2]", V5, "30 05 0002 612b 00", TopicNameInvalid},
		{"PUBLISH U+0000 [MQTT-4.7.3-2]", V5, "30 05 0002 6100 00", MalformedPacket},
		{"PUBLISH surrogate [MQTT-1.5.4-1]", V5, "30 06 0003 eda080 00", MalformedPacket},
		{"PUBLISH overlong encoding [MQTT-1.5.4-1]", V5, "30 05 0002 c080 00", MalformedPacket},
		{"PUBLISH response topic wildcard [MQTT-3.3.2-14]", V5, "30 08 0001 61 04 080001 23", ProtocolError},
		{"PUBLISH property of CONNECT [MQTT-2.2.2]", V5, "30 09 0001 61 05 11 00000000", MalformedPacket},
		{"PUBLISH unknown property", V5, "30 06 0001 61 02 7f00", MalformedPacket},
		{"PUBLISH property twice", V5, "30 08 0001 61 04 0100 0101", ProtocolError},
		{"PUBLISH payload format 2", V5, "30 06 0001 61 02 0102", ProtocolError},
		{"PUBLISH property block too long", V5, "30 05 0001 61 7f 00", MalformedPacket},
		{"PUBLISH property cut short", V5, "30 06 0001 61 02 0200", MalformedPacket},
		{"CONNECT name [MQTT-3.1.2-1]", V5, "10 0c 0004 4d515455 04 02 003c 0000", MalformedPacket},
		{"CONNECT level [MQTT-3.1.2-2]", V5, "10 0c 0004 4d515454 06 02 003c 0000", UnsupportedProtocolVersion},
		{"CONNECT MQTT 3.1", V5, "10 0e 0006 4d5149736470 03 02 003c 0000", UnsupportedProtocolVersion},
		{"CONNECT reserved flag [MQTT-3.1.2-3]", V5, "10 0c 0004 4d515454 04 03 003c 0000", MalformedPacket},
		{"CONNECT will QoS without will [MQTT-3.1.2-11]", V5, "10 0c 0004 4d515454 04 0a 003c 0000", MalformedPacket},
		{"CONNECT will QoS 3 [MQTT-3.1.2-12]", V5, "10 12 0004 4d515454 04 1e 003c 0000 0001 61 0001 62", MalformedPacket},
		{"CONNECT password alone [MQTT-3.1.2-22]", V5, "10 0f 0004 4d515454 04 42 003c 0000 0001 70", MalformedPacket},
		{"CONNECT no user name [MQTT-3.1.2-17]", V5, "10 0c 0004 4d515454 04 82 003c 0000", MalformedPacket},
		{"CONNECT no password [MQTT-3.1.2-19]", V5, "10 0f 0004 4d515454 04 c2 003c 0000 0001 75", MalformedPacket},
		{"CONNECT no client ID [MQTT-3.1.3-3]", V5, "10 0a 0004 4d515454 04 02 003c", MalformedPacket},
		{"CONNECT user name without flag [MQTT-3.1.2-16]", V5, "10 0f 0004 4d515454 04 02 003c 0000 0001 75", MalformedPacket},
		{"CONNECT password without flag [MQTT-3.1.2-18]", V5, "10 12 0004 4d515454 04 82 003c 0000 0001 75 0001 70", MalformedPacket},
		{"CONNECT will without topic", V5, "10 0c 0004 4d515454 04 06 003c 0000", MalformedPacket},
		{"CONNECT will topic with wildcard", V5, "10 12 0004 4d515454 04 06 003c 0000 0001 23 0001 62", TopicNameInvalid},
		{"CONNECT bytes left over", V5, "10 0d 0004 4d515454 04 02 003c 0000 00", MalformedPacket},
		{"CONNECT receive maximum 0", V5, "10 10 0004 4d515454 05 02 003c 03 210000 0000", ProtocolError},
		{"CONNECT maximum packet size 0", V5, "10 12 0004 4d515454 05 02 003c 05 2700000000 0000", ProtocolError},
		{"CONNECT authentication data alone", V5, "10 11 0004 4d515454 05 02 003c 04 16000100 0000", ProtocolError},
		{"CONNACK reserved flags [MQTT-3.2.2-1]", V5, "20 03 02 00 00", MalformedPacket},
		{"CONNACK present in a refusal [MQTT-3.2.2-6]", V311, "20 02 01 05", ProtocolError},
		{"PUBACK long in 3.1.1", V311, "40 03 0001 00", MalformedPacket},
		{"PUBACK code [MQTT-3.4.2-1]", V5, "40 03 0001 01", ProtocolError},
		{"PUBREL code [MQTT-3.6.2-1]", V5, "62 03 0001 80", ProtocolError},
		{"SUBACK code", V311, "90 03 0001 03", MalformedPacket},
		{"PINGREQ with a body", V5, "c0 01 00", MalformedPacket},
		{"DISCONNECT with a body in 3.1.1", V311, "e0 01 00", MalformedPacket},
		{"DISCONNECT code [MQTT-3.14.2-1]", V5, "e0 01 01", ProtocolError},
		{"SUBSCRIBE flags [MQTT-3.8.1-1]", V5, "80 07 0001 00 0001 61 00", MalformedPacket},
		{"UNSUBSCRIBE flags [MQTT-3.10.1-1]", V5, "a0 06 0001 00 0001 61", MalformedPacket},
		{"DISCONNECT flags [MQTT-3.14.1-1]", V5, "e1 00", MalformedPacket},
		{"CONNECT will retained without will [MQTT-3.1.2-13]", V5, "10 0c 0004 4d515454 04 22 003c 0000", MalformedPacket},
		{"CONNECT client ID not UTF-8 [MQTT-3.1.3-4]", V5, "10 0d 0004 4d515454 04 02 003c 0001 ff", MalformedPacket},
		{"CONNECT will topic not UTF-8 [MQTT-3.1.3-11]", V5, "10 12 0004 4d515454 04 06 003c 0000 0001 ff 0001 62", MalformedPacket},
		{"CONNECT user name not UTF-8 [MQTT-3.1.3-12]", V5, "10 0f 0004 4d515454 04 82 003c 0000 0001 ff", MalformedPacket},
		{"PUBLISH response topic not UTF-8 [MQTT-3.3.2-13]", V5, "30 08 0001 61 04 080001 ff", MalformedPacket},
		{"PUBLISH content type not UTF-8 [MQTT-3.3.2-19]", V5, "30 08 0001 61 04 030001 ff", MalformedPacket},
		{"PUBLISH user property not UTF-8 [MQTT-1.5.7-1]", V5, "30 0b 0001 61 07 26 0001 ff 0001 61", MalformedPacket},
		{"SUBSCRIBE filter not UTF-8 [MQTT-3.8.3-1]", V5, "82 07 0001 00 0001 ff 00", MalformedPacket},
		{"UNSUBSCRIBE filter not UTF-8 [MQTT-3.10.3-1]", V5, "a2 06 0001 00 0001 ff", MalformedPacket},
		{"AUTH without method", V5, "f0 02 18 00", ProtocolError},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := parse(t, c.digits, c.v)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("decoded %+v, error %v", p, err)
			}
			if e.Code != c.code {
				t.Errorf("%v, want %v", e, c.code)
			}
		})
	}
}

// Every prefix of a valid packet is refused, whatever its header promises.
// Statements: [MQTT-3.1.2-9].
func TestDecodeTruncated(t *testing.T) {
	for _, s := range seeds() {
		h, n, _ := ParseHeader(s.b)
		if h.Type == PUBLISH {
			continue // a shorter payload is a valid one
		}
		for cut := n; cut < len(s.b); cut++ {
			h.Length = cut - n
			p, err := Decode(h, s.b[n:cut], s.v)
			if err != nil {
				continue
			}
			// What optional parts were cut off must be gone from the encoding too.
			if enc := p.Append(nil, s.v); len(enc) >= len(s.b) {
				t.Errorf("%v: %x cut to %d bytes decodes to the whole", h.Type, s.b, cut)
			}
		}
	}
}

// TestVarintBounds proves [MQTT-1.5.5-1].
func TestVarintBounds(t *testing.T) {
	for _, v := range []uint32{0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, MaxLength} {
		b := AppendVarint(nil, v)
		got, n, err := readVarint(b)
		if got != v || n != len(b) || n != VarintSize(v) || err != nil {
			t.Errorf("%d: %x gives %d %d %v", v, b, got, n, err)
		}
	}
}

func TestForwardEqualsPublish(t *testing.T) {
	for _, v := range []Version{V311, V5} {
		p := Publish{QoS: 1, ID: 9, Retain: true, Dup: true, Topic: []byte("a/b"), Payload: bytes.Repeat([]byte("x"), 300)}
		f := Forward{QoS: 1, ID: 9, Retain: true, Dup: true, Topic: "a/b", Payload: p.Payload}
		if v == V5 {
			p.Props.SetText(ContentType, []byte("t"))
			p.Props.AddUser([]byte("k"), []byte("v"))
			f.Values = AppendForwarded(nil, &p.Props)
			f.HasExpiry, f.Expiry, f.Alias, f.SubscriptionIDs = true, 5, 3, []uint32{1, 300}
			p.Props.SetNumber(MessageExpiry, 5)
			p.Props.SetNumber(TopicAlias, 3)
			p.Props.AddSubscriptionID(1)
			p.Props.AddSubscriptionID(300)
		}
		b := f.Append(nil, v)
		if len(b) != f.Size(v) {
			t.Errorf("size %d, encoded %d", f.Size(v), len(b))
		}
		got, err := parseBytes(b, v)
		if err != nil {
			t.Fatal(err)
		}
		got.(*Publish).Props.num[SubscriptionID] = 0
		if !reflect.DeepEqual(got, &p) {
			t.Errorf("%+v, want %+v", got, p)
		}
	}
}

func TestReturnCodes(t *testing.T) {
	for code, want := range map[Code]byte{Success: 0, UnsupportedProtocolVersion: 1, ClientIDNotValid: 2,
		ServerBusy: 3, BadUserNameOrPassword: 4, NotAuthorized: 5} {
		if got := code.ReturnCode(); got != want {
			t.Errorf("%v: %d, want %d", code, got, want)
		}
	}
	if Code(0xff).String() != "reason code 0xFF" || TopicAliasInvalid.String() != "topic alias invalid" || WildcardsNotSupported.String() != "wildcard subscriptions not supported" {
		t.Error("names of reason codes")
	}
}
