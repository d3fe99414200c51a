package hub

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/enrol"
	"github.com/pilothouse/pilothouse/broker/listen"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
)

// TestRefusalsHaveWords looks in the catalogues for what the broker says of those
// that it does not let in or have their way, and for what the impostor tries.
func TestRefusalsHaveWords(t *testing.T) {
	said := map[string]bool{}
	for i := range 256 {
		for _, v := range []fmt.Stringer{enrol.Outcome(i), listen.Reason(i), watch.Kind(i)} {
			said[v.String()] = true
		}
		if p := mayNot(broker.Action(i), model.Phrase{}); !p.Empty() {
			said[p.Format] = true
		}
	}
	for _, trial := range planned() {
		said[trial.Detail.Format], said[trial.Name] = true, true
	}
	for _, unknown := range []string{"unknown", "Unknown", "unknown reason"} {
		delete(said, unknown)
	}
	if len(said) < 60 {
		t.Errorf("only %d words are said", len(said))
	}
	for _, tag := range []string{"de", "es", "fr", "ja", "zh"} {
		var texts map[string]any
		if err := json.Unmarshal(assets.Texts(tag), &texts); err != nil {
			t.Fatal(err)
		}
		for word := range said {
			if texts[word] == nil {
				t.Errorf("%s has no word for %q", tag, word)
			}
		}
	}
}

// TestRefusalsAreSaidInParts refuses somebody something: the feed is told it in
// parts, so that a window can say it in any language, and the log in English.
func TestRefusalsAreSaidInParts(t *testing.T) {
	why := model.Sayf("the topic belongs to another identity")
	r, ok := reportOf(broker.Denied{Publisher: &model.Publisher{Identity: "tug"}, Action: broker.ToRetain, Kind: watch.RetainDenied, Reason: why.String(), Said: why})
	if !ok || r.Said.Format != "may not retain: %s" || r.Said.String() != "may not retain: the topic belongs to another identity" {
		t.Errorf("the feed is told %+v", r.Said)
	}
	if len(r.Said.Args) != 1 || r.Said.Args[0].(model.Phrase).Format != why.Format {
		t.Errorf("its parts are %+v", r.Said.Args)
	}
}
