package mqttlink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

func TestRemoteReceivesAndPublishes(t *testing.T) {
	m := startMosquitto(t)
	var in inbox
	r := startRemote(t, Profile{URL: "mqtt://" + m.address(), QoS: 2}, in.sink)
	waitUp(t, r)
	for qos := range byte(3) {
		publish(t, r, fmt.Sprintf("test/%d", qos), "21.5", qos, false)
	}
	for qos := range byte(3) {
		topic := fmt.Sprintf("test/%d", qos)
		eventually(t, topic+" arrives", func() bool { return len(in.find(topic)) > 0 })
		got := in.find(topic)[0]
		if string(got.Payload) != "21.5" || got.QoS != qos || got.Retained || got.At.IsZero() || got.Publisher != nil {
			t.Errorf("got %+v", got)
		}
	}
	s := r.Status()
	if s.Sent != 3 || s.Received != 3 || s.Err != nil || s.Attempt != 0 || len(s.Dropped) != 0 || s.KnowsPublishers {
		t.Errorf("status %+v", s)
	}
	if s.URL != "mqtt://"+m.address() {
		t.Errorf("URL %q", s.URL)
	}
}

func TestRemoteHearsMosquittoPub(t *testing.T) {
	m := startMosquitto(t)
	var in inbox
	r := startRemote(t, Profile{URL: "tcp://" + m.address()}, in.sink)
	waitUp(t, r)
	out, err := exec.Command("mosquitto_pub", "-h", "127.0.0.1", "-p", m.port, "-t", "kitchen/thermometer", "-m", "21.5").CombinedOutput()
	if err != nil {
		t.Fatalf("mosquitto_pub: %v: %s", err, out)
	}
	eventually(t, "message arrives", func() bool { return len(in.find("kitchen/thermometer")) == 1 })
}

func TestRemoteRetainedAndLargePayloads(t *testing.T) {
	m := startMosquitto(t)
	first := startRemote(t, Profile{URL: "mqtt://" + m.address()}, func([]model.Message) {})
	waitUp(t, first)
	sizes := []int{0, 1, 127, 128, 16383, readBuffer - 20, readBuffer + 20, passThrough + 1, 2 << 20}
	for _, n := range sizes {
		for qos := range byte(2) {
			publish(t, first, fmt.Sprintf("size/%d/%d", n, qos), strings.Repeat("x", n), qos, n > 0)
		}
	}
	var in inbox
	second := startRemote(t, Profile{URL: "mqtt://" + m.address(), QoS: 1}, in.sink)
	waitUp(t, second)
	for _, n := range sizes[1:] {
		for qos := range byte(2) {
			topic := fmt.Sprintf("size/%d/%d", n, qos)
			eventually(t, topic+" arrives", func() bool { return len(in.find(topic)) == 1 })
			got := in.find(topic)[0]
			if len(got.Payload) != n || len(bytes.Trim(got.Payload, "x")) > 0 || !got.Retained || got.QoS != qos {
				t.Errorf("%s: %d bytes, retained %v, QoS %d", topic, len(got.Payload), got.Retained, got.QoS)
			}
		}
	}
}

func TestRemoteFilters(t *testing.T) {
	m := startMosquitto(t)
	var in inbox
	r := startRemote(t, Profile{URL: "mqtt://" + m.address(), Filters: []string{"a/+", "b/#", "a/+"}}, in.sink)
	waitUp(t, r)
	for _, topic := range []string{"a/x", "c/x", "b/x/y"} {
		publish(t, r, topic, "1", 0, false)
	}
	eventually(t, "b arrives", func() bool { return len(in.find("b/x/y")) == 1 })
	if len(in.find("a/x")) != 1 || len(in.find("c/x")) != 0 {
		t.Error("filters are not kept to")
	}
}

func TestRemoteReconnectsAndSubscribesAgain(t *testing.T) {
	m := startMosquitto(t)
	var in inbox
	r := startRemote(t, Profile{URL: "mqtt://" + m.address()}, in.sink)
	waitUp(t, r)
	m.kill()
	eventually(t, "loss is noticed", func() bool { return r.Status().State == model.LinkRetrying })
	eventually(t, "attempts are refused", func() bool { return errors.Is(r.Status().Err, KindRefused) })
	if s := r.Status(); s.Attempt == 0 {
		t.Errorf("status while retrying: %+v", s)
	}
	_, err := r.Publish(context.Background(), Outgoing{Topic: "a", Payload: nil})
	if !errors.Is(err, KindNotConnected) {
		t.Errorf("publishing while down: %v", err)
	}
	m.start()
	waitUp(t, r)
	publish(t, r, "again", "1", 1, false)
	eventually(t, "message arrives after reconnecting", func() bool { return len(in.find("again")) == 1 })
	if s := r.Status(); s.Err != nil || s.Attempt != 0 || !s.NextTry.IsZero() {
		t.Errorf("status once up again: %+v", s)
	}
}

func TestReconnectNow(t *testing.T) {
	m := startMosquitto(t)
	m.kill()
	r, err := NewRemote(Profile{URL: "mqtt://" + m.address()}, func([]model.Message) {})
	if err != nil {
		t.Fatal(err)
	}
	r.backoff.low, r.backoff.high = time.Hour, time.Hour
	r.backoff.draw = func(n int64) int64 { return n - 1 }
	run(t, r)
	eventually(t, "a try is planned", func() bool { return !r.Status().NextTry.IsZero() })
	s := r.Status()
	if wait := time.Until(s.NextTry); wait < 50*time.Minute || s.Attempt != 2 || s.State != model.LinkRetrying {
		t.Errorf("next try in %v, status %+v", wait, s)
	}
	m.start()
	r.ReconnectNow()
	waitUp(t, r)
}

func TestPasswords(t *testing.T) {
	m := startMosquitto(t, "allow_anonymous false", "password_file "+passwords(t, "skipper", "s3cr3t-word"))
	sink := func([]model.Message) {}
	url := "mqtt://" + m.address()
	r := startRemote(t, Profile{URL: url, User: "skipper", Password: NewSecret("s3cr3t-word")}, sink)
	waitUp(t, r)
	inURL := startRemote(t, Profile{URL: "mqtt://skipper:s3cr3t-word@" + m.address()}, sink)
	waitUp(t, inURL)
	wrong := startRemote(t, Profile{URL: "mqtt://skipper:wr0ng-word@" + m.address()}, sink)
	err := waitError(t, wrong)
	if !errors.Is(err, KindNotAuthorized) && !errors.Is(err, KindCredentials) {
		t.Errorf("wrong password: %v", err)
	}
	none := startRemote(t, Profile{URL: url}, sink)
	if err := waitError(t, none); !errors.Is(err, KindNotAuthorized) {
		t.Errorf("no password: %v", err)
	}
	for _, r := range []*Remote{inURL, wrong} {
		if text := fmt.Sprintf("%v %+v %v", r.Status(), r.Status(), r.Status().Err); strings.Contains(text, "-word") {
			t.Errorf("the status tells the password: %s", text)
		}
	}
}

func TestSameClientIDTwice(t *testing.T) {
	m := startMosquitto(t)
	sink := func([]model.Message) {}
	p := Profile{URL: "mqtt://" + m.address(), ClientID: "bridge"}
	a, b := startRemote(t, p, sink), startRemote(t, p, sink)
	eventually(t, "the clash is named", func() bool {
		return errors.Is(a.Status().Err, KindTakenOver) || errors.Is(b.Status().Err, KindTakenOver)
	})
}

func TestRunOnce(t *testing.T) {
	r, err := NewRemote(Profile{URL: "mqtt://127.0.0.1"}, func([]model.Message) {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Run(ctx); err != nil {
		t.Error(err)
	}
	if err := r.Run(ctx); !errors.Is(err, KindUse) {
		t.Errorf("second Run: %v", err)
	}
}
