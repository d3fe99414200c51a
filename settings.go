//go:build !hub

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/ui"
)

// settingsName is the file of the settings in the data folder.
const settingsName = "settings.json"

// settingsFile is the format of the settings: a version, so that a newer
// program's file is left alone.
type settingsFile struct {
	Version  int         `json:"version"`
	Settings ui.Settings `json:"settings"`
}

const settingsVersion = 1

// maxSettings bounds how much of a settings file is read, in bytes.
const maxSettings = 1 << 20

// loadSettings reads the settings. first is true when there were none. A file
// that cannot be used is set aside under another name and named in the error,
// beside which the defaults hold.
func loadSettings(d *hub.Dir) (s ui.Settings, first bool, err error) {
	raw, err := os.ReadFile(d.Path(settingsName))
	if errors.Is(err, fs.ErrNotExist) {
		return s, true, nil
	}
	if err != nil {
		return s, false, fmt.Errorf("read the settings: %w", err)
	}
	var f settingsFile
	switch err := json.Unmarshal(raw[:min(len(raw), maxSettings)], &f); {
	case err != nil:
	case f.Version == settingsVersion:
		return f.Settings, false, nil
	}
	aside := d.Path(settingsName) + time.Now().Format(".20060102-150405.000.unreadable")
	if err := os.Rename(d.Path(settingsName), aside); err != nil {
		return s, false, fmt.Errorf("set aside settings that this version cannot read: %w", err)
	}
	return s, false, fmt.Errorf("this version cannot read the settings; they are kept as %s, and the defaults hold", aside)
}

// saveSettings replaces the settings as a whole or not at all.
func saveSettings(d *hub.Dir, s ui.Settings) error {
	raw, err := json.MarshalIndent(settingsFile{Version: settingsVersion, Settings: s}, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the settings: %w", err)
	}
	return d.Write(settingsName, raw)
}
