package listen_test

import (
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/broker/packet"
)

// A client over WebSocket that does not read is told apart from one that is lost.
func TestSlowWebSocketReader(t *testing.T) {
	closed := make(chan broker.SessionClosed, 10)
	ln := listen.WebSocket(tcp(t), listen.Options{})
	b := serve(t, ln, broker.Options{Limits: broker.Limits{WriteStall: 300 * time.Millisecond, OutboundBytes: 64 << 20},
		OnEvent: func(e broker.Event) {
			if e, ok := e.(broker.SessionClosed); ok {
				closed <- e
			}
		}})
	dialer := websocket.Dialer{Subprotocols: []string{"mqtt"}}
	ws, resp, err := dialer.Dial("ws://"+ln.Addr().String()+"/mqtt", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ws.Close() }()
	_ = resp.Body.Close()
	hello := (&packet.Connect{Version: packet.V311, CleanStart: true, ClientID: []byte("slow")}).Append(nil, packet.V311)
	hello = (&packet.Subscribe{ID: 1, Filters: []packet.Filter{{Filter: []byte("#")}}}).Append(hello, packet.V311)
	if err := ws.WriteMessage(websocket.BinaryMessage, hello); err != nil {
		t.Fatal(err)
	}
	eventually(t, "subscription", func() bool { return b.Stats().Subscriptions == 1 })
	if name := b.Sessions()[0].Transport; name != "WebSocket" {
		t.Errorf("transport %q", name)
	}
	program, err := b.Attach(broker.LocalOptions{ClientID: "program"})
	if err != nil {
		t.Fatal(err)
	}
	payload := make([]byte, 64<<10)
	for deadline := time.After(patience); ; {
		select {
		case e := <-closed:
			if e.Reason != broker.SlowReader {
				t.Errorf("%v: %v", e.Reason, e.Err)
			}
			return
		case <-deadline:
			t.Fatal("the connection did not end")
		default:
			if _, err := program.Publish(t.Context(), "a", payload, 0, false, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
}
