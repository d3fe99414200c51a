//go:build !hub

package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/model"
)

func TestSavedCommandsComeBack(t *testing.T) {
	dir, err := hub.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dir.Close() }()
	s := &savedCommands{dir: dir}
	if list, err := s.Load(); err != nil || list != nil {
		t.Fatalf("at first: %v, %v", list, err)
	}
	lamp := model.SavedCommand{For: "house/+", CommandSpec: model.CommandSpec{Name: "on", Topic: "{device}/set", Payload: "on"}}
	if err := s.Save([]model.SavedCommand{lamp}); err != nil {
		t.Fatal(err)
	}
	list, err := (&savedCommands{dir: dir}).Load()
	if err != nil || len(list) != 1 || list[0].Topic != lamp.Topic || list[0].For != lamp.For {
		t.Errorf("they come back as %+v, %v", list, err)
	}
}

// TestForeignCommandsAreLeftAlone has files that this version cannot use: they
// are told of and never written over.
func TestForeignCommandsAreLeftAlone(t *testing.T) {
	for content, want := range map[string]error{
		`{"version": 99, "commands": "of the future"}`: model.ErrCommandsNewer,
		`{"version": 1, "commands": [`:                 model.ErrCommandsBroken,
		`{"commands": []}`:                             model.ErrCommandsBroken,
		`{"version": 1, "commands": [{"name": "x", "topic": "a", "retain": true}]}`:              model.ErrRetainedCommand,
		`{"version": 1, "commands": [{"name": "x", "topic": "a"}, {"name": "x", "topic": "b"}]}`: model.ErrCommandsBroken,
		`{"version": 1, "commands": [{"name": "x", "topic": "a", "payload": "{colour}"}]}`:       model.ErrCommandsBroken,
	} {
		folder := t.TempDir()
		dir, err := hub.OpenDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, commandsName)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		s := &savedCommands{dir: dir}
		if list, err := s.Load(); !errors.Is(err, want) || list != nil {
			t.Errorf("%s: %v, %v", content, list, err)
		}
		if err := s.Save(nil); !errors.Is(err, want) {
			t.Errorf("%s was written over: %v", content, err)
		}
		if raw, _ := os.ReadFile(path); string(raw) != content {
			t.Errorf("%s became %s", content, raw)
		}
		_ = dir.Close()
	}
}
