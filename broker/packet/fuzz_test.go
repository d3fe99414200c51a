package packet

import (
	"bytes"
	"errors"
	"testing"
)

type seed struct {
	b []byte
	v Version
}

// seeds are valid packets of each type, in both versions where they differ.
func seeds() (list []seed) {
	add := func(v Version, ps ...Packet) {
		for _, p := range ps {
			list = append(list, seed{p.Append(nil, v), v})
		}
	}
	var props Properties
	props.SetText(ReasonString, []byte("why"))
	props.AddUser([]byte("k"), []byte("v"))
	var pubProps Properties
	pubProps.SetNumber(MessageExpiry, 9)
	pubProps.SetNumber(TopicAlias, 2)
	pubProps.AddSubscriptionID(200)
	pubProps.SetText(CorrelationData, []byte{1, 2})
	var conProps Properties
	conProps.SetNumber(SessionExpiry, 100)
	conProps.SetNumber(ReceiveMaximum, 10)
	var willProps Properties
	willProps.SetNumber(WillDelay, 3)
	willProps.SetNumber(PayloadFormat, 1)
	willProps.SetText(ContentType, []byte("text/plain"))
	willProps.SetText(ResponseTopic, []byte("r"))
	willProps.AddUser([]byte("k"), []byte("v"))
	var authProps Properties
	authProps.SetText(AuthMethod, []byte("m"))
	filters := []Filter{{Filter: []byte("a/+"), QoS: 1}, {Filter: []byte("#"), QoS: 2}}
	for _, v := range []Version{V311, V5} {
		add(v, &Connect{Version: v, CleanStart: true, KeepAlive: 10, ClientID: []byte("id"), Username: []byte("u"), Password: []byte("p"),
			Will: &Will{Topic: []byte("w"), Payload: []byte("gone"), QoS: 2}},
			&Connack{SessionPresent: true}, &Publish{Topic: []byte("a/b"), Payload: []byte("x")},
			&Publish{QoS: 2, ID: 5, Topic: []byte("a/b"), Payload: []byte("x")},
			&Subscribe{ID: 1, Filters: filters}, &Suback{Kind: SUBACK, ID: 1, Codes: []Code{1, 0x80}},
			&Unsubscribe{ID: 1, Filters: [][]byte{[]byte("a")}}, &Suback{Kind: UNSUBACK, ID: 1, Codes: []Code{0}},
			&Ping{Kind: PINGREQ}, &Ping{Kind: PINGRESP}, &Disconnect{})
		for _, kind := range []Type{PUBACK, PUBREC, PUBREL, PUBCOMP} {
			add(v, &Ack{Kind: kind, ID: 3})
		}
	}
	add(V5, &Connect{Version: V5, ClientID: []byte("id"), Props: conProps, Will: &Will{Topic: []byte("w"), Props: willProps}},
		&Connack{Code: NotAuthorized, Props: props}, &Publish{Topic: []byte("a"), Props: pubProps},
		&Ack{Kind: PUBACK, ID: 3, Code: QuotaExceeded, Props: props}, &Ack{Kind: PUBREL, ID: 3, Code: PacketIDNotFound, Props: props},
		&Disconnect{Code: ServerBusy, Props: props}, &Auth{Code: ContinueAuthentication, Props: authProps})
	return list
}

// fuzzType checks packets of one type: no panic, only typed errors, and what is
// accepted encodes to something that decodes to the same again.
func fuzzType(f *testing.F, types ...Type) {
	f.Helper()
	for _, s := range seeds() {
		h, n, _ := ParseHeader(s.b)
		for _, t := range types {
			if h.Type == t {
				f.Add(byte(t), h.Flags, s.b[n:], s.v == V5)
			}
		}
	}
	f.Fuzz(func(t *testing.T, kind, flags byte, body []byte, v5 bool) {
		kind = byte(types[int(kind)%len(types)])
		v := V311
		if v5 {
			v = V5
		}
		p, err := Decode(Header{Type(kind), flags & 15, len(body)}, body, v)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || !e.Code.Failed() || e.What == "" {
				t.Fatalf("error %#v", err)
			}
			return
		}
		checkRoundTrip(t, p, v)
	})
}

func checkRoundTrip(t *testing.T, p Packet, v Version) {
	t.Helper()
	first := p.Append(nil, v)
	again, err := parseBytes(first, v)
	if err != nil {
		t.Fatalf("%x is refused: %v", first, err)
	}
	if second := again.Append(nil, v); !bytes.Equal(first, second) {
		t.Fatalf("%x and %x", first, second)
	}
}

func FuzzDecodeConnect(f *testing.F)     { fuzzType(f, CONNECT) }
func FuzzDecodeConnack(f *testing.F)     { fuzzType(f, CONNACK) }
func FuzzDecodePublish(f *testing.F)     { fuzzType(f, PUBLISH) }
func FuzzDecodeAck(f *testing.F)         { fuzzType(f, PUBACK, PUBREC, PUBREL, PUBCOMP) }
func FuzzDecodeSubscribe(f *testing.F)   { fuzzType(f, SUBSCRIBE) }
func FuzzDecodeSuback(f *testing.F)      { fuzzType(f, SUBACK, UNSUBACK) }
func FuzzDecodeUnsubscribe(f *testing.F) { fuzzType(f, UNSUBSCRIBE) }
func FuzzDecodeDisconnect(f *testing.F)  { fuzzType(f, DISCONNECT, AUTH, PINGREQ, PINGRESP) }

// FuzzDecode reads whole packets, header included.
func FuzzDecode(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s.b, s.v == V5)
	}
	f.Fuzz(func(t *testing.T, b []byte, v5 bool) {
		v := V311
		if v5 {
			v = V5
		}
		h, n, err := ParseHeader(b)
		if err != nil || n == 0 || len(b) < n+h.Length {
			return
		}
		p, err := Decode(h, b[n:n+h.Length], v)
		if err != nil {
			return
		}
		checkRoundTrip(t, p, v)
	})
}

func BenchmarkDecodePublish(b *testing.B) {
	p := &Publish{Topic: []byte("solent/ferries/red-falcon/position"), Payload: make([]byte, 64)}
	enc := p.Append(nil, V311)
	h, n, _ := ParseHeader(enc)
	b.ReportAllocs()
	for b.Loop() {
		if err := Read(p, h, enc[n:], V311); err != nil {
			b.Fatal(err)
		}
	}
}
