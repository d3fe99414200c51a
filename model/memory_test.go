package model_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// TestMemoryBudget fills a store far beyond the memory it was given: it stays
// within, keeps what came last, and says what it let go.
func TestMemoryBudget(t *testing.T) {
	const budget, topics = 3 << 20, 500
	h := newHouse(t, model.Options{Limits: model.Limits{Memory: budget}})
	for round := range 400 {
		h.jump(time.Second)
		for i := range topics {
			h.say(nil, fmt.Sprintf("site/dev%d/report", i), fmt.Sprintf(`{"round":%d,"a":1.5,"b":2.5,"c":3.5}`, round))
		}
	}
	st := h.Stats()
	if share := budget / 3; st.HistoryBytes > share || st.Samples*model.SampleBytes > share+topics*4*16*model.SampleBytes {
		t.Errorf("messages take %d bytes and samples %d of %d each", st.HistoryBytes, st.Samples*model.SampleBytes, share)
	}
	if st.Shed == 0 || st.ShedSamples == 0 || st.Topics != topics {
		t.Errorf("%d messages and %d samples were shed with %d topics", st.Shed, st.ShedSamples, st.Topics)
	}
	told := fmt.Sprint(st.Dropped())
	if !strings.Contains(told, "messages shed from history") || !strings.Contains(told, "samples shed from series") {
		t.Errorf("it is said that %s", told)
	}
	for i := range topics {
		info, ok := h.Topic(fmt.Sprintf("site/dev%d/report", i))
		if !ok || info.Fields[0].Last != 399 || !strings.Contains(string(info.Payload), `"round":399`) {
			t.Fatalf("device %d is remembered by %+v", i, info)
		}
	}
}

// TestMemoryOfTopics holds that a budget bounds the topics too.
func TestMemoryOfTopics(t *testing.T) {
	const most = 100
	h := newHouse(t, model.Options{Limits: model.Limits{Memory: 3 * most * model.TopicBytes}})
	for i := range 2 * most {
		h.say(nil, fmt.Sprintf("a/b/t%d", i), "on")
	}
	if st := h.Stats(); st.Topics != most || st.DroppedTopics != most {
		t.Errorf("%d topics are kept and %d messages dropped, want %d each", st.Topics, st.DroppedTopics, most)
	}
}
