package broker

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	v5 "github.com/eclipse/paho.golang/paho"
	v3 "github.com/eclipse/paho.mqtt.golang"
)

func TestPaho3(t *testing.T) {
	b, addr := serve(t, Options{})
	open := func(id string) v3.Client {
		c := v3.NewClient(v3.NewClientOptions().AddBroker("tcp://"+addr).SetClientID(id).SetCleanSession(false).
			SetAutoReconnect(false).SetWill("will", "lost", 1, false))
		wait3(t, c.Connect())
		return c
	}
	sub, pub := open("sub"), open("pub")
	for qos := range byte(3) {
		got := make(chan v3.Message, 100)
		wait3(t, sub.Subscribe("a/+", qos, func(_ v3.Client, m v3.Message) { got <- m }))
		for i := range 50 {
			wait3(t, pub.Publish("a/b", qos, false, fmt.Sprint(i)))
		}
		for i := range 50 {
			select {
			case m := <-got:
				if string(m.Payload()) != fmt.Sprint(i) || m.Qos() != qos {
					t.Fatalf("message %d: %q with QoS %d", i, m.Payload(), m.Qos())
				}
			case <-time.After(patience):
				t.Fatalf("QoS %d: %d of 50 messages", qos, i)
			}
		}
		wait3(t, sub.Unsubscribe("a/+"))
	}
	sub.Disconnect(100)
	pub.Disconnect(100)
	eventually(t, "departure", func() bool { return b.Stats().Connections == 0 })
	if st := b.Stats(); st.Malformed != 0 || st.Sessions != 2 {
		t.Errorf("%+v", st)
	}
}

func wait3(t *testing.T, token v3.Token) {
	t.Helper()
	if !token.WaitTimeout(patience) {
		t.Fatal("paho waits in vain")
	}
	if err := token.Error(); err != nil {
		t.Fatal(err)
	}
}

func TestPaho5(t *testing.T) {
	b, addr := serve(t, Options{})
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	defer cancel()
	got := make(chan *v5.Publish, 200)
	open := func(id string) *autopaho.ConnectionManager {
		cm, err := autopaho.NewConnection(ctx, autopaho.ClientConfig{
			ServerUrls: []*url.URL{{Scheme: "mqtt", Host: addr}}, KeepAlive: 20, SessionExpiryInterval: 60,
			ConnectPacketBuilder: func(c *v5.Connect, _ *url.URL) (*v5.Connect, error) {
				limit, aliases := uint16(5), uint16(4)
				c.Properties.ReceiveMaximum, c.Properties.TopicAliasMaximum = &limit, &aliases
				return c, nil
			},
			ClientConfig: v5.ClientConfig{ClientID: id, OnPublishReceived: []func(v5.PublishReceived) (bool, error){
				func(p v5.PublishReceived) (bool, error) { got <- p.Packet; return true, nil }}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := cm.AwaitConnection(ctx); err != nil {
			t.Fatal(err)
		}
		return cm
	}
	sub, pub := open("sub"), open("pub")
	if _, err := sub.Subscribe(ctx, &v5.Subscribe{Subscriptions: []v5.SubscribeOptions{{Topic: "$share/g/a/#", QoS: 2}}}); err != nil {
		t.Fatal(err)
	}
	for qos := range byte(3) {
		for i := range 50 {
			p := &v5.Publish{Topic: "a/b", QoS: qos, Payload: fmt.Append(nil, i),
				Properties: &v5.PublishProperties{ResponseTopic: "r", CorrelationData: []byte("c"), User: v5.UserProperties{{Key: "k", Value: "v"}}}}
			if _, err := pub.Publish(ctx, p); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 50 {
			select {
			case p := <-got:
				if string(p.Payload) != fmt.Sprint(i) || p.QoS != qos || p.Properties.ResponseTopic != "r" || p.Properties.User.Get("k") != "v" {
					t.Fatalf("message %d: %v", i, p)
				}
			case <-ctx.Done():
				t.Fatalf("QoS %d: %d of 50 messages", qos, i)
			}
		}
	}
	_ = sub.Disconnect(ctx)
	_ = pub.Disconnect(ctx)
	<-sub.Done()
	<-pub.Done()
	if st := b.Stats(); st.Malformed != 0 {
		t.Errorf("%+v", st)
	}
}
