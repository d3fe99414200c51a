package durable

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker"
)

// durableQoS1 measures QoS 1 from 8 publishers, 40 messages in flight each, to one
// subscriber with a session that is kept: until all are acknowledged, and there.
func durableQoS1(b *testing.B, addr string) {
	b.Helper()
	sub := &subscriber{got: make(map[string]int), pending: make(map[uint16]bool)}
	p, err := dialPeer(addr, "sub")
	if err != nil {
		b.Fatal(err)
	}
	var listening sync.WaitGroup
	listening.Go(func() { _ = sub.session(p) })
	waitFor(b, "subscription", 10*time.Second, func() bool { return subscribed(addr) && sub.count() == 1 })
	const publishers = 8
	each := max(b.N/publishers, 1)
	var publishing sync.WaitGroup
	b.ResetTimer()
	start := time.Now()
	for i := range publishers {
		u := &publisher{name: fmt.Sprint("pub-", i), qos: 1, window: 40, room: make(chan struct{}, 1)}
		q, err := dialPeer(addr, u.name)
		if err != nil {
			b.Fatal(err)
		}
		publishing.Go(func() {
			if err := u.session(q, each); err != nil {
				b.Error(err)
			}
		})
	}
	publishing.Wait()
	waitFor(b, "delivery", 20*time.Second, func() bool { return sub.count() == 1+each*publishers })
	b.ReportMetric(float64(each*publishers)/time.Since(start).Seconds(), "msg/s")
	_ = p.nc.Close()
	listening.Wait()
}

func BenchmarkDurableQoS1(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "broker.db"))
	br := broker.New(broker.Options{Store: s})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- br.Serve(context.Background(), ln) }()
	durableQoS1(b, ln.Addr().String())
	_ = br.Close()
	<-done
}

// BenchmarkMosquittoDurableQoS1 is the same work with a mosquitto that saves on
// each change, which is the nearest it has.
func BenchmarkMosquittoDurableQoS1(b *testing.B) {
	program, err := exec.LookPath("mosquitto")
	if err != nil {
		b.Skip("mosquitto is not installed")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := ln.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	_ = ln.Close()
	dir := b.TempDir()
	conf := filepath.Join(dir, "mosquitto.conf")
	text := "listener " + port + " 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0\nmax_inflight_messages 0\nlog_type none\n" +
		"user root\npersistence true\npersistence_location " + dir + "/\nautosave_on_changes true\nautosave_interval 1\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(program, "-c", conf)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	waitFor(b, "mosquitto", 10*time.Second, func() bool {
		nc, err := net.Dial("tcp", addr)
		if err == nil {
			_ = nc.Close()
		}
		return err == nil
	})
	durableQoS1(b, addr)
}
