//go:build !hub

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/model"
)

// commandsName is the file of the saved commands in the data folder.
const commandsName = "commands.json"

// savedCommands are the operator's commands on disk.
type savedCommands struct {
	dir   *hub.Dir
	fault error // why the file cannot be used; it is left alone then
}

// Load implements ui.CommandStore.
func (s *savedCommands) Load() ([]model.SavedCommand, error) {
	raw, err := os.ReadFile(s.dir.Path(commandsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var list []model.SavedCommand
	if err == nil {
		list, err = model.DecodeCommands(raw)
	}
	if err != nil {
		s.fault = fmt.Errorf("%s cannot be used: %w; it is left as it is: move it away to save commands again", s.dir.Path(commandsName), err)
	}
	return list, s.fault
}

// Save implements ui.CommandStore.
func (s *savedCommands) Save(list []model.SavedCommand) error {
	if s.fault != nil {
		return s.fault
	}
	raw, err := model.EncodeCommands(list)
	if err != nil {
		return err
	}
	return s.dir.Write(commandsName, raw)
}

// operator is who is at this program, for the log of commands.
func operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "operator"
}
