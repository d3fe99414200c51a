package broker

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkMosquitto runs the same work against a mosquitto on this machine.
func BenchmarkMosquitto(b *testing.B) {
	addr := startMosquitto(b)
	b.Run("FanInRaw", func(b *testing.B) { fanIn(b, addr) })
	b.Run("QoS1", func(b *testing.B) { qos1(b, addr) })
	b.Run("FanOut500", func(b *testing.B) { fanOut(b, addr) })
	b.Run("Latency", func(b *testing.B) { latency(b, addr) })
}

func startMosquitto(b testing.TB) string {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := ln.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	_ = ln.Close()
	conf := filepath.Join(b.TempDir(), "mosquitto.conf")
	text := "listener " + port + " 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0\nmax_inflight_messages 0\nlog_type none\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(tool(b, "mosquitto"), "-c", conf)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	eventually(b, "mosquitto", func() bool {
		nc, err := net.Dial("tcp", addr)
		if err == nil {
			_ = nc.Close()
		}
		return err == nil
	})
	return addr
}
