package mqttlink

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// webSocketFront puts a WebSocket listener before a broker, for not every
// mosquitto is built with one. Frames hold what reads happen to return, so
// that packets do not align with them.
func webSocketFront(t *testing.T, broker string) http.Handler {
	t.Helper()
	upgrader := websocket.Upgrader{Subprotocols: []string{"mqtt"}}
	mux := http.NewServeMux()
	mux.HandleFunc("/mqtt", func(w http.ResponseWriter, q *http.Request) {
		conn, err := upgrader.Upgrade(w, q, nil)
		if err != nil {
			return
		}
		if conn.Subprotocol() != "mqtt" {
			t.Errorf("subprotocol %q", conn.Subprotocol())
		}
		bridge(&stream{Conn: conn}, broker)
	})
	return mux
}

func bridge(a net.Conn, broker string) {
	defer a.Close()
	b, err := net.Dial("tcp", broker)
	if err != nil {
		return
	}
	defer b.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		copyAndClose(b, a)
	}()
	copyAndClose(a, b)
	<-done
}

func copyAndClose(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 1000)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func TestWebSocket(t *testing.T) {
	m := startMosquitto(t)
	front := httptest.NewServer(webSocketFront(t, m.address()))
	t.Cleanup(front.Close)
	var in inbox
	r := startRemote(t, Profile{URL: "ws://user:ignored@" + front.Listener.Addr().String(), QoS: 1}, in.sink)
	waitUp(t, r)
	large := strings.Repeat("x", passThrough+5000)
	publish(t, r, "small", "1", 1, false)
	publish(t, r, "large", large, 1, false)
	publish(t, r, "large", large, 0, false)
	eventually(t, "messages arrive", func() bool { return len(in.find("small")) == 1 && len(in.find("large")) == 2 })
	if string(in.find("large")[0].Payload) != large {
		t.Error("the large message is not what was sent")
	}
	if got, want := r.Status().URL, "ws://"+front.Listener.Addr().String()+"/mqtt"; got != want {
		t.Errorf("URL %q, want %q", got, want)
	}
}

func TestSecureWebSocket(t *testing.T) {
	m := startMosquitto(t)
	ca, other := newAuthority(t, "Harbour Authority"), newAuthority(t, "Someone Else")
	front := httptest.NewUnstartedServer(webSocketFront(t, m.address()))
	front.TLS = &tls.Config{Certificates: []tls.Certificate{ca.issue("server", nil).pair(t)}}
	front.Config.ErrorLog = log.New(io.Discard, "", 0)
	front.StartTLS()
	t.Cleanup(front.Close)
	url := "wss://" + front.Listener.Addr().String() + "/mqtt"
	waitUp(t, startRemote(t, Profile{URL: url, CAFile: ca.file}, ignore))
	if err := waitError(t, startRemote(t, Profile{URL: url, CAFile: other.file}, ignore)); !errors.Is(err, KindTLSAuthority) {
		t.Error(err)
	}
	if err := waitError(t, startRemote(t, Profile{URL: "wss://" + m.address()}, ignore)); !errors.Is(err, KindNotTLS) && !errors.Is(err, KindClosed) {
		t.Error(err)
	}
}

func TestWebSocketTextFrames(t *testing.T) {
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		upgrader := websocket.Upgrader{}
		if conn, err := upgrader.Upgrade(w, q, nil); err == nil {
			_ = conn.WriteMessage(websocket.TextMessage, []byte("\x20\x02\x00\x00"))
			_, _, _ = conn.ReadMessage()
			conn.Close()
		}
	}))
	t.Cleanup(front.Close)
	r := startRemote(t, Profile{URL: "ws://" + front.Listener.Addr().String()}, ignore)
	if err := waitError(t, r); !errors.Is(err, KindMalformed) {
		t.Error(err)
	}
}
