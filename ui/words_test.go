package ui

import (
	"errors"
	"fmt"
	"testing"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// TestErrorsAreSaidInTheWindowsLanguage has errors of the model said in another
// language, with what is wrapped in them.
func TestErrorsAreSaidInTheWindowsLanguage(t *testing.T) {
	english, german := i18n.Languages()[0], i18n.Languages()[1]
	if err := i18n.Use(german); err != nil || german.Tag != "de" {
		t.Fatal(german.Name, err)
	}
	t.Cleanup(func() {
		if err := i18n.Use(english); err != nil {
			t.Error(err)
		}
	})
	deep := model.Faultf("subscription %q: %w", "a/#/b", model.ErrFilterSyntax)
	for _, c := range []struct {
		err  error
		want string
	}{
		{model.ErrTopicEmpty, "Topic ist leer"},
		{deep, `Abonnement "a/#/b": ein Platzhalter muss eine ganze Ebene sein, und # die letzte`},
		{model.Faultf("%s must be one of: %s", "mode", "auto, manual"), "mode muss eines davon sein: auto, manual"},
		{errors.New("dial tcp: i/o timeout"), "dial tcp: i/o timeout"},
		{fmt.Errorf("closing: %w", model.ErrTopicEmpty), "closing: topic is empty"},
		{i18n.Error("say where the broker is: its host name or address"), "angeben, wo der Broker ist: Hostname oder Adresse"},
	} {
		if got := errorText(c.err); got != c.want {
			t.Errorf("%v is said %q, want %q", c.err, got, c.want)
		}
	}
	row := attemptRow(&watch.Attempt{Kind: watch.TopicDenied, Said: model.Sayf("may not publish: %s", model.Sayf("the topic belongs to another identity"))})
	if got, want := row.Cells[4].Text, "darf nicht veröffentlichen: das Topic gehört einer anderen Identität"; got != want {
		t.Errorf("what was refused is said %q, want %q", got, want)
	}
	p := model.Sayf("%s: %s", model.Sayf("the host name was not found"), model.Quoted("broker.example"))
	if got, want := sayPhrase(p), "der Hostname wurde nicht gefunden: broker.example"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
}
