//go:build linux

package flood

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"sync/atomic"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// publisher is one connection of the flood.
type publisher struct {
	conn net.Conn
	out  *bufio.Writer
}

func dial(ctx context.Context, address, id string) (*publisher, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	p := &publisher{conn: conn, out: bufio.NewWriterSize(conn, 64<<10)}
	hello := &packets.ConnectPacket{FixedHeader: packets.FixedHeader{MessageType: packets.Connect}}
	hello.ProtocolName, hello.ProtocolVersion, hello.ClientIdentifier, hello.CleanSession = "MQTT", 4, id, true
	if err = p.exchange(hello); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("connecting %s: %w", id, err)
	}
	return p, nil
}

// exchange sends a packet that is answered, and waits for the answer.
func (p *publisher) exchange(packet packets.ControlPacket) error {
	if err := packet.Write(p.out); err != nil {
		return err
	}
	if err := p.out.Flush(); err != nil {
		return err
	}
	_, err := packets.ReadPacket(p.conn)
	return err
}

// publish sends messages from one number on, every so many, until the last, and
// returns when the broker has taken all of them.
func (p *publisher) publish(ctx context.Context, l Load, from, every int, sent *atomic.Int64) error {
	stop := context.AfterFunc(ctx, func() { _ = p.conn.Close() })
	defer stop()
	message := &packets.PublishPacket{FixedHeader: packets.FixedHeader{MessageType: packets.Publish}}
	for i := from; i < l.Messages; i += every {
		topic := i % l.Topics
		message.TopicName = fmt.Sprintf("site%d/dev%d/value%d", topic/1000, topic/10, topic%10)
		message.Payload = fmt.Appendf(message.Payload[:0], `{"round":%d,"celsius":%d.5,"volts":12.%d}`, i/l.Topics, 20+i%7, i%10)
		if err := message.Write(p.out); err != nil {
			return fmt.Errorf("publishing: %w", err)
		}
		sent.Add(1)
	}
	last := &packets.PublishPacket{FixedHeader: packets.FixedHeader{MessageType: packets.Publish}}
	last.TopicName, last.Qos, last.MessageID = fmt.Sprint("flood/done/", from), 1, 1
	if err := p.exchange(last); err != nil {
		return fmt.Errorf("ending the flood: %w", err)
	}
	return nil
}
