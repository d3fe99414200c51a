package listen_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/listen"
)

// exchange sends messages of several sizes from one paho client to another.
func exchange(t *testing.T, b *broker.Broker, address string, change func(*mqtt.ClientOptions)) {
	t.Helper()
	open := func(id string) mqtt.Client {
		o := mqtt.NewClientOptions().AddBroker(address).SetClientID(id).SetAutoReconnect(false).SetConnectTimeout(patience)
		if change != nil {
			change(o)
		}
		c := mqtt.NewClient(o)
		wait(t, c.Connect())
		return c
	}
	sub, pub := open("sub"), open("pub")
	got := make(chan []byte, 100)
	wait(t, sub.Subscribe("a/#", 2, func(_ mqtt.Client, m mqtt.Message) { got <- m.Payload() }))
	for qos := range byte(3) {
		for _, size := range []int{0, 1, 125, 126, 600, 70_000, 900_000} { // of frames, and of buffers
			payload := bytes.Repeat([]byte{byte(size)}, size)
			wait(t, pub.Publish("a/b", qos, false, payload))
			select {
			case p := <-got:
				if !bytes.Equal(p, payload) {
					t.Fatalf("QoS %d, %d bytes: %d bytes came, or other ones", qos, size, len(p))
				}
			case <-time.After(patience):
				t.Fatalf("QoS %d, %d bytes: nothing came", qos, size)
			}
		}
	}
	sub.Disconnect(100)
	pub.Disconnect(100)
	eventually(t, "departure", func() bool { return b.Stats().Connections == 0 })
}

func wait(t *testing.T, token mqtt.Token) {
	t.Helper()
	if !token.WaitTimeout(patience) {
		t.Fatal("paho waits in vain")
	}
	if err := token.Error(); err != nil {
		t.Fatal(err)
	}
}

func TestPahoOverWebSocket(t *testing.T) { // [MQTT-6.0.0-3], [MQTT-6.0.0-4]
	ln := listen.WebSocket(tcp(t), listen.Options{})
	b := serve(t, ln, broker.Options{})
	exchange(t, b, "ws://"+ln.Addr().String()+"/mqtt", nil)
	if n := ln.Refused(); n != 0 {
		t.Errorf("%d refusals", n)
	}
}

// tlsWitness lets everybody in and remembers what it was told of TLS.
type tlsWitness struct {
	broker.Access
	state chan *tls.ConnectionState
}

func (w tlsWitness) Connect(ctx context.Context, r *broker.ConnectRequest) (broker.Grant, error) {
	w.state <- r.TLS
	return w.Access.Connect(ctx, r)
}

func TestPahoOverSecureWebSocket(t *testing.T) {
	cert, pool, _ := identity(t)
	inner, err := listen.TLS(tcp(t), &tls.Config{Certificates: []tls.Certificate{cert}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := tlsWitness{broker.OpenAccess(), make(chan *tls.ConnectionState, 10)}
	ln := listen.WebSocket(inner, listen.Options{})
	b := serve(t, ln, broker.Options{Access: w})
	exchange(t, b, "wss://"+ln.Addr().String()+"/mqtt", func(o *mqtt.ClientOptions) {
		o.SetTLSConfig(&tls.Config{RootCAs: pool})
	})
	if state := <-w.state; state == nil || state.Version < tls.VersionTLS12 {
		t.Errorf("the broker was told of TLS: %+v", state)
	}
}

func TestPahoInMemory(t *testing.T) {
	ln := listen.Memory()
	b := serve(t, ln, broker.Options{})
	exchange(t, b, "tcp://memory", func(o *mqtt.ClientOptions) {
		o.SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) { return ln.Dial(t.Context()) })
	})
}

func TestMosquittoOverTLSAndUnix(t *testing.T) {
	program, err := exec.LookPath("mosquitto_pub")
	if err != nil {
		t.Skip("mosquitto_pub is not installed")
	}
	cert, _, file := identity(t)
	secure, err := listen.TLS(tcp(t), &tls.Config{Certificates: []tls.Certificate{cert}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mqtt.sock")
	local, err := listen.Unix(path)
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(secure.Addr().String())
	for name, tc := range map[string]struct {
		ln   net.Listener
		args []string
	}{
		"TLS":  {secure, []string{"-h", host, "-p", port, "--cafile", file}},
		"Unix": {local, []string{"--unix", path}},
	} {
		t.Run(name, func(t *testing.T) {
			b := serve(t, tc.ln, broker.Options{})
			for _, version := range []string{"311", "5"} {
				args := append(slices.Clone(tc.args), "-V", version, "-q", "2", "-r", "-t", "m/"+version, "-m", "hello")
				if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
					t.Fatalf("mosquitto_pub, version %s: %v: %s", version, err, out)
				}
			}
			if n := b.Stats().Retained; n != 2 {
				t.Errorf("%d retained messages, not 2", n)
			}
		})
	}
}
