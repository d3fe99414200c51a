package model

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestFaultsArePhrases(t *testing.T) {
	inner := Faultf("topic is longer than %d bytes", 7)
	outer := Faultf("the topic of %s: %w", "horn", inner)
	if got, want := outer.Error(), "the topic of horn: topic is longer than 7 bytes"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if !errors.Is(outer, inner) || !errors.Is(Faultf("reading: %w", io.EOF), io.EOF) {
		t.Error("what was wrapped is not found")
	}
	if p := PhraseOf(outer); p.Format != "the topic of %s: %w" || len(p.Args) != 2 || !errors.Is(p.Args[1].(error), inner) {
		t.Errorf("the phrase is %+v", p)
	}
	// What others put around a phrase is not the phrase: nothing may be left out.
	if p := PhraseOf(fmt.Errorf("while closing: %w", inner)); p.String() != "while closing: topic is longer than 7 bytes" || p.Format != "%s" {
		t.Errorf("the phrase is %+v", p)
	}
	if p := (Phrase{}); !p.Empty() || p.String() != "" {
		t.Errorf("nothing is said as %q", p)
	}
}
