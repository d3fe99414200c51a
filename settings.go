package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/pilothouse/pilothouse/ui"
)

// dataDir is the folder that one running program has to itself.
type dataDir struct {
	path string
	lock *flock.Flock
}

// openDataDir makes the folder where it is missing, readable by its owner alone,
// and takes hold of it.
func openDataDir(path string) (*dataDir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w; choose another with --data-dir", err)
	}
	d := &dataDir{path: path, lock: flock.New(filepath.Join(path, "lock"))}
	free, err := d.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the data folder %s: %w; choose another with --data-dir", path, err)
	}
	if !free {
		return nil, fmt.Errorf("another Pilothouse is using %s: go on there, or start this one with another --data-dir", path)
	}
	return d, nil
}

func (d *dataDir) close() error { return d.lock.Unlock() }

// settingsFile is the format of the settings: a version, so that a newer
// program's file is left alone.
type settingsFile struct {
	Version  int         `json:"version"`
	Settings ui.Settings `json:"settings"`
}

const settingsVersion = 1

// maxSettings bounds how much of a settings file is read, in bytes.
const maxSettings = 1 << 20

func (d *dataDir) settingsPath() string { return filepath.Join(d.path, "settings.json") }

// loadSettings reads the settings. first is true when there were none. A file
// that cannot be used is set aside under another name and named in the error,
// beside which the defaults hold.
func (d *dataDir) loadSettings() (s ui.Settings, first bool, err error) {
	raw, err := os.ReadFile(d.settingsPath())
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
	aside := d.settingsPath() + time.Now().Format(".20060102-150405.000.unreadable")
	if err := os.Rename(d.settingsPath(), aside); err != nil {
		return s, false, fmt.Errorf("set aside settings that this version cannot read: %w", err)
	}
	return s, false, fmt.Errorf("this version cannot read the settings; they are kept as %s, and the defaults hold", aside)
}

// saveSettings replaces the settings as a whole or not at all.
func (d *dataDir) saveSettings(s ui.Settings) error {
	raw, err := json.MarshalIndent(settingsFile{Version: settingsVersion, Settings: s}, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the settings: %w", err)
	}
	return writeAtomically(d.settingsPath(), raw)
}

// writeAtomically writes a file readable by its owner alone: after a crash at any
// moment there is either the old content or the new.
func writeAtomically(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // fails once it has been renamed
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
