package demo

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// How patient a link is.
const (
	connectTimeout = 10 * time.Second
	sendTimeout    = 5 * time.Second
	goodbyeTimeout = time.Second
	quiesceMillis  = 250
	keepAlive      = 15 * time.Second
	backoffFirst   = 500 * time.Millisecond
	backoffMost    = 30 * time.Second
)

// will is the message a broker sends for a client that vanished. It is
// retained, at QoS 1.
type will struct{ topic, payload string }

// link is one MQTT client that comes back whenever it loses its connection.
type link struct {
	broker      string
	device      Device
	credentials func(Device) Credentials
	will        will // none when the topic is empty
	log         *slog.Logger
	random      *rand.Rand
}

// run connects, and serves until the connection is lost or ctx ends; then it
// waits a little, longer each time in vain, and connects again. It returns
// when ctx has ended and the connection is closed.
func (l *link) run(ctx context.Context, serve func(ctx context.Context, s *session)) {
	pause := backoffFirst
	for ctx.Err() == nil {
		lost := make(chan struct{})
		s := &session{client: mqtt.NewClient(l.options(lost)), lost: lost}
		if err := s.connect(ctx); err == nil {
			l.log.Debug("demo device connected", "client", l.device.ClientID)
			pause = backoffFirst
			serve(ctx, s)
			s.client.Disconnect(quiesceMillis)
		} else if ctx.Err() == nil {
			l.log.Warn("demo device cannot connect, trying again", "client", l.device.ClientID, "broker", l.broker, "err", err)
		}
		wait(ctx, pause/2+time.Duration(l.random.Int64N(int64(pause))))
		pause = min(2*pause, backoffMost)
	}
}

func (l *link) options(lost chan struct{}) *mqtt.ClientOptions {
	c := l.credentials(l.device)
	broker := c.BrokerURL
	if broker == "" {
		broker = l.broker
	}
	o := mqtt.NewClientOptions().AddBroker(broker).SetUsername(c.Username).SetPassword(c.Password).SetClientID(l.device.ClientID).
		SetProtocolVersion(4).SetCleanSession(true).SetAutoReconnect(false).SetConnectRetry(false).
		SetConnectTimeout(connectTimeout).SetWriteTimeout(sendTimeout).SetKeepAlive(keepAlive).
		SetConnectionLostHandler(func(mqtt.Client, error) { close(lost) })
	if c.TLS != nil {
		o.SetTLSConfig(c.TLS)
	}
	if l.will.topic != "" {
		o.SetWill(l.will.topic, l.will.payload, 1, true)
	}
	return o
}

// wait returns after d or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// session is one connection of a link.
type session struct {
	client mqtt.Client
	lost   <-chan struct{} // closed when the connection is gone
}

func (s *session) connect(ctx context.Context) error {
	token := s.client.Connect()
	select {
	case <-token.Done():
	case <-ctx.Done():
		// Once only: a client told twice while it connects waits for ever.
		s.client.Disconnect(quiesceMillis)
		<-token.Done()
		return ctx.Err()
	}
	return token.Error()
}

// say publishes telemetry: QoS 0, and nobody waits for it.
func (s *session) say(topic string, payload []byte) {
	s.client.Publish(topic, 0, false, payload)
}

// tell publishes at QoS 1; the token is done when the broker has it.
func (s *session) tell(topic string, retained bool, payload []byte) mqtt.Token {
	return s.client.Publish(topic, 1, retained, payload)
}

// tellOnce publishes at QoS 1, not retained, without waiting for the receipt.
func (s *session) tellOnce(topic string, payload []byte) { s.tell(topic, false, payload) }

// subscribe asks for commands and reports whether the broker grants them in
// time. The handler runs on the client's own goroutine and must not block.
func (s *session) subscribe(filter string, handler mqtt.MessageHandler) bool {
	token := s.client.Subscribe(filter, 1, handler)
	return token.WaitTimeout(sendTimeout) && token.Error() == nil
}
