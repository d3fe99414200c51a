package listen_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/listen"
)

// TestMQTTJS has MQTT.js speak MQTT 3.1.1 and 5 with the broker, over TCP and
// WebSocket. It needs node, and the folder into which npm installed the package
// mqtt in MQTTJS_DIR; "make peers" sees to both.
func TestMQTTJS(t *testing.T) {
	dir := os.Getenv("MQTTJS_DIR")
	if dir == "" {
		t.Skip("MQTTJS_DIR does not say where the npm package mqtt is: run make peers")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("MQTTJS_DIR is set, and node is not installed: %v", err)
	}
	listeners := map[string]func() (net.Listener, string){
		"TCP": func() (net.Listener, string) { ln := tcp(t); return ln, "mqtt://" + ln.Addr().String() },
		"WebSocket": func() (net.Listener, string) {
			ln := listen.WebSocket(tcp(t), listen.Options{})
			return ln, "ws://" + ln.Addr().String() + "/mqtt"
		},
	}
	for name, open := range listeners {
		for _, version := range []int{4, 5} {
			t.Run(fmt.Sprintf("%s, version %d", name, version), func(t *testing.T) {
				ln, url := open()
				b := serve(t, ln, broker.Options{})
				out, err := exec.Command(node, "testdata/peer.js", url, fmt.Sprint(version)).CombinedOutput()
				if err != nil {
					t.Errorf("%v\n%s", err, out)
				}
				if st := b.Stats(); st.Malformed+st.Panics > 0 || len(st.Dropped) > 0 {
					t.Errorf("%+v", st)
				}
			})
		}
	}
}
