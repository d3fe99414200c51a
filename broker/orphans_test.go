package broker

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// When the member of a shared subscription that holds messages leaves, those of
// QoS 1 that it has not acknowledged and those that it was not sent go to another;
// those of QoS 2 that it was sent do not [MQTT-4.8.2-4] [MQTT-4.8.2-5]
// [MQTT-4.8.2-6].
func TestSharedMessagesAreHandedOn(t *testing.T) {
	for name, store := range map[string]Store{"in memory": nil, "on disk": new(memStore)} {
		t.Run(name, func(t *testing.T) {
			_, addr := serve(t, Options{Store: store})
			narrow := func(p *packet.Connect) { p.Props.SetNumber(packet.ReceiveMaximum, 2) }
			leaving := connect(t, addr, "leaving", packet.V5, narrow)
			leaving.subscribe("$share/g/t/#", 2)
			pub := connect(t, addr, "pub", packet.V5)
			for i := range 6 { // 0 and 1 are sent
				qos := byte(1 + i%2)
				pub.publish("t/a", fmt.Sprint(i), qos, uint16(i+1))
				finishPublish(pub, qos, uint16(i+1), 0)
			}
			leaving.expectMessage("t/a", "0")
			leaving.expectMessage("t/a", "1")
			staying := connect(t, addr, "staying", packet.V5, keep)
			staying.subscribe("$share/g/t/#", 2)
			_ = leaving.nc.Close()
			var got []string
			for len(got) < 5 {
				switch p := staying.receive().(type) {
				case *packet.Publish:
					got = append(got, string(p.Payload))
					kind := packet.PUBREC
					if p.QoS == 1 {
						kind = packet.PUBACK
					}
					staying.send(&packet.Ack{Kind: kind, ID: p.ID})
				case *packet.Ack:
					staying.send(&packet.Ack{Kind: packet.PUBCOMP, ID: p.ID})
				}
			}
			if slices.Sort(got); !slices.Equal(got, []string{"0", "2", "3", "4", "5"}) {
				t.Errorf("handed on %v", got)
			}
			staying.sync()
		})
	}
}

// A negative acknowledgement ends a shared message: nobody else gets it.
func TestRefusedSharedMessageIsNotHandedOn(t *testing.T) { // [MQTT-4.8.2-6]
	b, addr := serve(t, Options{})
	first := connect(t, addr, "first", packet.V5)
	first.subscribe("$share/g/t", 1)
	pub := connect(t, addr, "pub", packet.V5)
	pub.publish("t", "x", 1, 1)
	finishPublish(pub, 1, 1, 0)
	p := first.expectMessage("t", "x")
	second := connect(t, addr, "second", packet.V5)
	second.subscribe("$share/g/t", 1)
	first.send(&packet.Ack{Kind: packet.PUBACK, ID: p.ID, Code: packet.QuotaExceeded})
	first.quiet()
	_ = first.nc.Close()
	eventually(t, "departure", func() bool { return b.Stats().Sessions == 2 })
	second.quiet()
}
