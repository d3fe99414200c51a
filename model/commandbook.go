package model

import (
	"encoding/json"
	"fmt"
)

// SavedCommand is a command that the operator keeps.
type SavedCommand struct {
	CommandSpec
	// For is a filter of the root topics of the devices that have the command,
	// such as "solent/ferries/+"; empty for a command to no device in particular.
	For string `json:"for,omitempty"`
}

// Fits tells whether a device has the command.
func (c *SavedCommand) Fits(device string) bool { return c.For != "" && MatchTopic(c.For, device) }

// Check says what is wrong with the command, nil for nothing.
func (c *SavedCommand) Check() error {
	if c.For != "" {
		if err := CheckFilter(c.For); err != nil {
			return Faultf("the devices that %s is for: %w", c.Title(), err)
		}
	}
	return c.CommandSpec.Check()
}

// CommandsVersion is the format of saved commands that this program writes.
const CommandsVersion = 1

// Bounds of a file of saved commands.
const (
	MaxCommandBytes  = 1 << 20
	MaxSavedCommands = 1000
)

// Errors of files of saved commands, wrapped with the particulars.
var (
	ErrCommandsBroken = Faultf("it is damaged, or holds no saved commands")
	ErrCommandsNewer  = Faultf("it was written by a newer version of this program")
)

// commandsFile is the file: the version comes first and decides about the rest.
type commandsFile struct {
	Version  int            `json:"version"`
	Commands []SavedCommand `json:"commands"`
}

// DecodeCommands reads the content of a file of saved commands.
func DecodeCommands(raw []byte) ([]SavedCommand, error) {
	var head struct {
		Version int `json:"version"`
	}
	if len(raw) > MaxCommandBytes {
		return nil, Faultf("%w: it has more than %d bytes", ErrCommandsBroken, MaxCommandBytes)
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, Faultf("%w: %w", ErrCommandsBroken, err)
	}
	switch {
	case head.Version > CommandsVersion:
		return nil, Faultf("%w: its format is %d, this version knows formats up to %d", ErrCommandsNewer, head.Version, CommandsVersion)
	case head.Version < 1:
		return nil, Faultf("%w: it has no version", ErrCommandsBroken)
	}
	var f commandsFile
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, Faultf("%w: %w", ErrCommandsBroken, err)
	}
	if err := checkCommands(f.Commands); err != nil {
		return nil, Faultf("%w: %w", ErrCommandsBroken, err)
	}
	return f.Commands, nil
}

// EncodeCommands is the content of a file of saved commands. One that could not
// be sent is an error.
func EncodeCommands(list []SavedCommand) ([]byte, error) {
	if err := checkCommands(list); err != nil {
		return nil, err
	}
	raw, err := json.MarshalIndent(commandsFile{CommandsVersion, list}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the saved commands: %w", err)
	}
	if len(raw) >= MaxCommandBytes {
		return nil, Faultf("the saved commands would take %d bytes, and the most is %d: delete some", len(raw), MaxCommandBytes)
	}
	return append(raw, '\n'), nil
}

func checkCommands(list []SavedCommand) error {
	if len(list) > MaxSavedCommands {
		return Faultf("there are %d commands, and the most is %d", len(list), MaxSavedCommands)
	}
	seen := make(map[[2]string]bool, len(list))
	for i := range list {
		c := &list[i]
		if err := c.Check(); err != nil {
			return err
		}
		key := [2]string{c.For, c.Name}
		if seen[key] {
			return Faultf("there are two commands called %s for %s", c.Name, orElse(c.For, "no device"))
		}
		seen[key] = true
	}
	return nil
}
