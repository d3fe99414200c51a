package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/uitest"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

func TestPublisherIsToldWithItsCertainty(t *testing.T) {
	inside := &model.Publisher{ClientID: "pilothouse", Addr: model.InProcess}
	for _, c := range []struct {
		pub    *model.Publisher
		known  bool
		text   string
		name   string
		status widgets.Status
	}{
		{falcon, true, "red-falcon, vouched for, at 192.0.2.7:40001, encrypted", "red-falcon", widgets.StatusVouched},
		{thermometer, true, "client thermo at 192.0.2.9:40002, not vouched for", "thermo", widgets.StatusClaimed},
		{inside, true, "this program", "this program", widgets.StatusVouched},
		{nil, true, "publisher unknown", "unknown", widgets.StatusUnknown},
		{nil, false, "publisher unknown: this broker does not tell", "unknown", widgets.StatusUnknown},
	} {
		if got := badgeText(c.pub, c.known); got != c.text {
			t.Errorf("%q, want %q", got, c.text)
		}
		if publisherName(c.pub) != c.name || publisherStatus(c.pub) != c.status {
			t.Errorf("%s: called %q, shape %v", c.text, publisherName(c.pub), publisherStatus(c.pub))
		}
	}
	r := model.Record{At: noon, Payload: []byte("x"), Publisher: thermometer}
	if recordRow(&r).Status != widgets.StatusClaimed {
		t.Error("a message in the history does not show how sure its publisher is")
	}
}

// TestSecondWriterIsFlaggedAndAccepted has a stranger, then a replaced device,
// write a ferry's topic.
func TestSecondWriterIsFlaggedAndAccepted(t *testing.T) {
	s := newSea()
	s.fill()
	b := open(t, s, nil)
	const topic = "solent/ferries/red-falcon/position"
	b.openTopic(topic)
	b.draw()
	if b.topics.detail.second.Visible() {
		t.Fatal("a topic with one writer is flagged")
	}
	s.say(thermometer, topic, "1")
	b.draw()
	banner := b.topics.detail.second
	if !banner.Visible() || banner.Data().Action != "" || !strings.HasPrefix(banner.Data().Text, "thermo ") {
		t.Fatalf("a stranger's writing is told as %+v", banner.Data())
	}
	s.clock.advance(time.Second)
	s.say(&model.Publisher{ClientID: "x", Identity: "red-falcon-2", Addr: "192.0.2.7:1"}, topic, "2")
	b.draw()
	if d := banner.Data(); d.Action != "Accept" || d.Status != widgets.StatusImpostor || !strings.Contains(d.Detail, "belongs to red-falcon;") {
		t.Fatalf("a second identity is told as %+v", d)
	}
	banner.OnAction()
	b.draw()
	if banner.Visible() {
		t.Error("still flagged after it was accepted")
	}
	if _, ok := uitest.Find(b.pages[pageTopics].object(), func(x *widgets.Badge) bool { return x == b.topics.detail.who }); !ok {
		t.Error("the topic does not show its publisher")
	}
}
