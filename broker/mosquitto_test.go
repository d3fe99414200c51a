package broker

import (
	"bytes"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
)

// mosquitto runs one of mosquitto's clients against addr.
func mosquitto(t *testing.T, name, addr string, args ...string) *exec.Cmd {
	t.Helper()
	host, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command(tool(t, name), append([]string{"-h", host, "-p", port}, args...)...)
	cmd.Stderr = new(bytes.Buffer)
	return cmd
}

func TestMosquittoClients(t *testing.T) {
	for _, version := range []string{"311", "5"} {
		for qos := range 3 {
			t.Run(fmt.Sprintf("version %s QoS %d", version, qos), func(t *testing.T) {
				b, addr := serve(t, Options{})
				sub := mosquitto(t, "mosquitto_sub", addr, "-V", version, "-q", fmt.Sprint(qos), "-t", "a/#", "-C", "100", "-F", "%t %q %p")
				var out bytes.Buffer
				sub.Stdout = &out
				if err := sub.Start(); err != nil {
					t.Fatal(err)
				}
				eventually(t, "subscription", func() bool { return b.Stats().Subscriptions == 1 })
				pub := mosquitto(t, "mosquitto_pub", addr, "-V", version, "-q", fmt.Sprint(qos), "-t", "a/b", "-l")
				var lines, want strings.Builder
				for i := range 100 {
					fmt.Fprintf(&lines, "%d\n", i)
					fmt.Fprintf(&want, "a/b %d %d\n", qos, i)
				}
				pub.Stdin = strings.NewReader(lines.String())
				if err := pub.Run(); err != nil {
					t.Fatalf("mosquitto_pub: %v: %s", err, pub.Stderr)
				}
				if err := sub.Wait(); err != nil {
					t.Fatalf("mosquitto_sub: %v: %s", err, sub.Stderr)
				}
				if out.String() != want.String() {
					t.Errorf("received\n%s", out.String())
				}
			})
		}
	}
}

func TestMosquittoRetainedAndWill(t *testing.T) {
	b, addr := serve(t, Options{})
	if err := mosquitto(t, "mosquitto_pub", addr, "-t", "state", "-m", "up", "-r").Run(); err != nil {
		t.Fatal(err)
	}
	out, err := mosquitto(t, "mosquitto_sub", addr, "-t", "state", "-C", "1", "-F", "%r %p").Output()
	if err != nil || string(out) != "1 up\n" {
		t.Errorf("retained: %q %v", out, err)
	}
	dying := mosquitto(t, "mosquitto_sub", addr, "-t", "x", "--will-topic", "state", "--will-payload", "lost", "--will-retain")
	if err := dying.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "subscription", func() bool { return b.Stats().Subscriptions == 1 })
	_ = dying.Process.Kill()
	_ = dying.Wait()
	eventually(t, "will", func() bool { r := b.Retained("state"); return len(r) == 1 && string(r[0].Payload) == "lost" })
}
