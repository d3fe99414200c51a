package mqttlink

import (
	"bytes"
	"context"
	"net"
	"runtime"
	"sync"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/pilothouse/pilothouse/model"
)

// benchBroker answers one client and then sends it n messages of 64 bytes.
func benchBroker(b *testing.B, qos byte, n int, start <-chan struct{}) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	p.TopicName, p.Payload, p.Qos, p.MessageID = "solent/ferries/red-eagle/position", bytes.Repeat([]byte("x"), 64), qos, 1
	var one, block bytes.Buffer
	_ = p.Write(&one)
	for range 500 {
		block.Write(one.Bytes())
	}
	go func() {
		defer l.Close()
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		for {
			p, err := packets.ReadPacket(conn)
			if err != nil {
				return
			}
			switch p := p.(type) {
			case *packets.ConnectPacket:
				_, _ = conn.Write([]byte{0x20, 2, 0, 0})
			case *packets.SubscribePacket:
				_, _ = conn.Write([]byte{0x90, 3, byte(p.MessageID >> 8), byte(p.MessageID), 0})
				go func() {
					<-start
					for sent := 0; sent < n; sent += 500 {
						if _, err := conn.Write(block.Bytes()); err != nil {
							return
						}
					}
				}()
			}
		}
	}()
	return l.Addr().String()
}

// The rates at which a link takes messages of 64 bytes from a broker that
// sends as fast as it can, beside those of paho alone.
func BenchmarkReceive(b *testing.B) {
	for name, qos := range map[string]byte{"link/qos0": 0, "link/qos1": 1} {
		b.Run(name, func(b *testing.B) {
			start := make(chan struct{})
			n := (b.N + 499) / 500 * 500
			address := benchBroker(b, qos, n, start)
			got, done := 0, make(chan struct{})
			r, err := NewRemote(Profile{URL: "mqtt://" + address}, func(batch []model.Message) {
				if got += len(batch); got == n {
					close(done)
				}
			})
			if err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan struct{})
			go func() { _ = r.Run(ctx); close(ended) }()
			defer func() { cancel(); <-ended }()
			for r.Status().State != model.LinkUp {
				runtime.Gosched()
			}
			b.ReportAllocs()
			b.ResetTimer()
			close(start)
			<-done
			b.StopTimer()
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "msg/s")
			if d := r.Status().Dropped; len(d) > 0 {
				b.Errorf("dropped %+v", d)
			}
		})
	}
	for name, qos := range map[string]byte{"paho/qos0": 0, "paho/qos1": 1} {
		b.Run(name, func(b *testing.B) { benchPaho(b, qos) })
	}
}

func benchPaho(b *testing.B, qos byte) {
	b.Helper()
	start := make(chan struct{})
	n := (b.N + 499) / 500 * 500
	address := benchBroker(b, qos, n, start)
	got, done := 0, make(chan struct{})
	var once sync.Once
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + address).SetAutoReconnect(false).
		SetDefaultPublishHandler(func(mqtt.Client, mqtt.Message) {
			if got++; got == n {
				once.Do(func() { close(done) })
			}
		}))
	if t := c.Connect(); t.Wait() && t.Error() != nil {
		b.Fatal(t.Error())
	}
	c.Subscribe("#", 0, nil).Wait()
	b.ReportAllocs()
	b.ResetTimer()
	close(start)
	<-done
	b.StopTimer()
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "msg/s")
	c.Disconnect(100)
}
