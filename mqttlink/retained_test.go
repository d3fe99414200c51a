package mqttlink

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

// TestRetainedOfTheBroker asks mosquitto what it keeps below a branch: more than
// the live link, which watches something else, can know.
func TestRetainedOfTheBroker(t *testing.T) {
	m := startMosquitto(t, "allow_anonymous true")
	var box inbox
	r := startRemote(t, Profile{URL: "mqtt://" + m.address(), Filters: []string{"elsewhere"}}, box.sink)
	waitUp(t, r)
	for _, topic := range []string{"plant", "plant/b", "plant/a/deep", "plants/no"} {
		publish(t, r, topic, "1", 1, true)
	}
	publish(t, r, "plant/gone", "1", 1, true)
	publish(t, r, "plant/gone", "", 1, true)
	publish(t, r, "plant/live", "1", 1, false)
	got, more, err := r.Retained(t.Context(), "plant/#", 10)
	if want := []string{"plant", "plant/a/deep", "plant/b"}; err != nil || more || !slices.Equal(got, want) {
		t.Errorf("kept %q, more %v, %v; want %q", got, more, err, want)
	}
	if got, more, err := r.Retained(t.Context(), "plant/#", 2); err != nil || !more || len(got) != 2 {
		t.Errorf("at most two: %q, more %v, %v", got, more, err)
	}
	if len(box.find("plant/b")) > 0 {
		t.Error("the live link got what was collected")
	}
	if r.Status().Err != nil {
		t.Errorf("the live link was disturbed: %v", r.Status().Err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := r.Retained(ctx, "plant/#", 2); err == nil {
		t.Error("collected although it was given up")
	}
	m.kill()
	if _, _, err := r.Retained(t.Context(), "plant/#", 2); err == nil {
		t.Error("a broker that is gone keeps something")
	}
}

// TestManyRetained collects what takes the broker a while to send.
func TestManyRetained(t *testing.T) {
	m := startMosquitto(t, "allow_anonymous true", "max_queued_messages 0")
	var box inbox
	r := startRemote(t, Profile{URL: "mqtt://" + m.address(), Filters: []string{"elsewhere"}}, box.sink)
	waitUp(t, r)
	const many = 3000
	for i := range many {
		publish(t, r, fmt.Sprintf("plant/%d", i), "1", 0, true)
	}
	publish(t, r, "plant/last", "1", 1, true)
	if got, more, err := r.Retained(t.Context(), "plant/#", 2*many); err != nil || more || len(got) != many+1 {
		t.Errorf("%d kept, more %v, %v", len(got), more, err)
	}
}
