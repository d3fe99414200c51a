package broker

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// FuzzConnection plays a whole connection: each byte of the script picks a packet,
// valid or broken, from what follows. Whatever comes, the broker must not panic,
// must not forget a connection, and must serve a bystander.
func FuzzConnection(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, []byte("a/b"), true)
	f.Add([]byte{0, 2, 2, 9, 11, 0}, []byte("\x82\x08\x00\x01\x00\x10ab"), false)
	f.Add([]byte{12, 0, 13, 14, 15, 3, 3, 8}, []byte("$share/g/#"), true)
	f.Fuzz(func(t *testing.T, script, data []byte, v5 bool) {
		v := packet.V311
		if v5 {
			v = packet.V5
		}
		b, ln := New(Options{Limits: Limits{PacketBytes: 4096, Inflight: 4, QueueMessages: 16, Retained: 16, ConnectTime: time.Second}}), newInMemory()
		served := make(chan error, 1)
		go func() { served <- b.Serve(context.Background(), ln) }()
		for range 2 { // the second one resumes or takes over
			ours, theirs := net.Pipe()
			ln.conns <- theirs
			drained := make(chan struct{})
			go func() { _, _ = io.Copy(io.Discard, ours); close(drained) }()
			_ = ours.SetWriteDeadline(time.Now().Add(2 * time.Second))
			for i, op := range script {
				if i > 64 {
					break
				}
				if _, err := ours.Write(scripted(op, byte(i), data, v)); err != nil {
					break
				}
			}
			_ = ours.Close()
			<-drained
		}
		bystanderInMemory(t, ln)
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		<-served
		if st := b.Stats(); st.Panics != 0 || st.Connections != 0 {
			t.Fatalf("%+v", st)
		}
	})
}

// scripted is the bytes of one step of a script.
func scripted(op, i byte, data []byte, v packet.Version) []byte {
	if len(data) > 1000 {
		data = data[:1000]
	}
	var p packet.Packet
	switch op % 16 {
	case 0:
		c := &packet.Connect{Version: v, ClientID: []byte("fuzz"), CleanStart: op >= 128, Will: &packet.Will{Topic: []byte("will"), Retain: true}}
		if v == packet.V5 {
			c.Props.SetNumber(packet.SessionExpiry, uint32(op))
			c.Props.SetNumber(packet.TopicAliasMaximum, 2)
		}
		p = c
	case 1, 2, 3:
		p = &packet.Publish{QoS: op%16 - 1, ID: uint16(i) + 1, Topic: data, Retain: op >= 128, Payload: data}
	case 4:
		p = &packet.Subscribe{ID: 1, Filters: []packet.Filter{{Filter: data, QoS: op >> 4 % 4}, {Filter: []byte("#"), QoS: 2}}}
	case 5:
		p = &packet.Unsubscribe{ID: 1, Filters: [][]byte{data, []byte("#")}}
	case 6, 7, 8, 9:
		p = &packet.Ack{Kind: packet.PUBACK + packet.Type(op%16-6), ID: uint16(op >> 4)}
	case 10:
		p = &packet.Ping{Kind: packet.PINGREQ}
	case 11:
		return data
	case 12:
		return append([]byte{op, byte(len(data) % 128)}, data...)
	case 13:
		a := &packet.Publish{Payload: data, Topic: []byte("a")}
		a.Props.SetNumber(packet.TopicAlias, uint32(op>>4))
		a.Props.SetNumber(packet.MessageExpiry, uint32(i))
		p = a
	case 14:
		p = &packet.Disconnect{Code: packet.Code(op >> 4)}
	case 15:
		p = &packet.Publish{QoS: 1, ID: 1, Topic: []byte("a"), Payload: data}
	}
	enc := p.Append(nil, v)
	if op%16 != 15 && i%7 == 6 { // broken somewhere
		enc[int(op)%len(enc)] ^= 1 << (i % 8)
	}
	return enc
}

// bystanderInMemory checks that a new client is served.
func bystanderInMemory(t *testing.T, ln *inMemory) {
	t.Helper()
	ours, theirs := net.Pipe()
	defer func() { _ = ours.Close() }()
	ln.conns <- theirs
	c := newClient(t, ours)
	c.send(&packet.Connect{Version: packet.V311, CleanStart: true, ClientID: []byte("bystander")})
	expect[*packet.Connack](c)
	c.quiet()
}
