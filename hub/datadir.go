package hub

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// ErrInUse tells that another program holds a data folder.
var ErrInUse = errors.New("another Pilothouse is using it")

// Dir is the folder that one running program has to itself.
type Dir struct {
	path string
	lock *flock.Flock
}

// OpenDir makes the folder where it is missing, readable by its owner alone, and
// takes hold of it until Close.
func OpenDir(path string) (*Dir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w; choose another with --data-dir", err)
	}
	d := &Dir{path: path, lock: flock.New(filepath.Join(path, "lock"))}
	free, err := d.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the data folder %s: %w; choose another with --data-dir", path, err)
	}
	if !free {
		return nil, fmt.Errorf("the data folder %s: %w: go on there, or start this one with another --data-dir", path, ErrInUse)
	}
	return d, nil
}

// Path is the path of a file in the folder.
func (d *Dir) Path(name string) string { return filepath.Join(d.path, name) }

// Close lets go of the folder.
func (d *Dir) Close() error { return d.lock.Unlock() }

// Write replaces a file of the folder, readable by its owner alone: after a
// crash at any moment there is either the old content or the new.
func (d *Dir) Write(name string, content []byte) error {
	path := d.Path(name)
	if err := replace(path, content); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func replace(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
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
	return err
}
