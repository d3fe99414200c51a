package workspace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/pilothouse/pilothouse/model"
)

// Errors of workspace files, wrapped with the particulars.
var (
	// ErrBroken is a file that is no workspace.
	ErrBroken = model.Faultf("it is damaged, or no workspace file")
	// ErrNewer is a file of a later version.
	ErrNewer = model.Faultf("it was written by a newer version of this program")
	// ErrChanged is a file that somebody else wrote since it was read.
	ErrChanged = model.Faultf("another program has changed it since it was read here")
)

// DefaultName is the name of the workspace file in the data folder.
const DefaultName = "workspace.pilothouse"

// envelope is the file: the version comes first and decides about the rest.
type envelope struct {
	Version   int             `json:"version"`
	Workspace json.RawMessage `json:"workspace"`

	extra extras
}

// Decode reads a workspace from the content of a file.
func Decode(raw []byte) (Workspace, error) {
	w, _, err := decode(raw)
	return w, err
}

func decode(raw []byte) (w Workspace, kept extras, err error) {
	if len(raw) > MaxBytes {
		return w, nil, model.Faultf("%w: it has more than %d bytes", ErrBroken, MaxBytes)
	}
	var e envelope
	if err := e.extra.decode(raw, &e); err != nil {
		return w, nil, model.Faultf("%w: %w", ErrBroken, err)
	}
	switch {
	case e.Version > Version:
		return w, nil, model.Faultf("%w: its format is %d, this version knows formats up to %d", ErrNewer, e.Version, Version)
	case e.Version < 1:
		return w, nil, model.Faultf("%w: it has no version", ErrBroken)
	case len(e.Workspace) == 0:
		return w, nil, model.Faultf("%w: it holds no workspace", ErrBroken)
	}
	if err := json.Unmarshal(e.Workspace, &w); err != nil {
		return Workspace{}, nil, model.Faultf("%w: %w", ErrBroken, err)
	}
	if err := w.Check(); err != nil {
		return Workspace{}, nil, model.Faultf("%w: %w", ErrBroken, err)
	}
	return w, e.extra, nil
}

// Encode is the content of a file that holds w.
func Encode(w Workspace) ([]byte, error) { return encode(w, nil) }

func encode(w Workspace, kept extras) ([]byte, error) {
	if err := w.Check(); err != nil {
		return nil, fmt.Errorf("encode the workspace: %w", err)
	}
	inner, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("encode the workspace: %w", err)
	}
	raw, err := kept.encode(envelope{Version: Version, Workspace: inner})
	if err != nil {
		return nil, fmt.Errorf("encode the workspace: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("encode the workspace: %w", err)
	}
	out.WriteByte('\n')
	if out.Len() > MaxBytes {
		return nil, fmt.Errorf("encode the workspace: it would have %d bytes, and the most is %d: delete boards or tiles", out.Len(), MaxBytes)
	}
	return out.Bytes(), nil
}

// File is a workspace file on disk.
type File struct {
	path string

	mu    sync.Mutex
	last  []byte // its content as last read or written; nil when there was none
	kept  extras
	fault error // why it cannot be used
}

// Open reads the file at path. exists is false when there is none: the workspace
// is empty then, and the first Save makes the file. After an error Save refuses
// with the same one.
func Open(path string) (f *File, w Workspace, exists bool, err error) {
	f = &File{path: path}
	raw, err := read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, w, false, nil
	case err == nil:
		w, f.kept, err = decode(raw)
	}
	if err != nil {
		f.fault = model.Faultf("the workspace %s cannot be used: %w; it is left as it is", path, err)
		return f, Workspace{}, true, f.fault
	}
	f.last = raw
	return f, w, true, nil
}

// Path is where the file is.
func (f *File) Path() string { return f.path }

// Err is why the file cannot be used, nil when it can.
func (f *File) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fault
}

// Save replaces the file: after a crash at any moment there is either the old
// content or the new. It refuses when the file was not readable, or is not what
// it was when it was last read or written here.
func (f *File) Save(w Workspace) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fault != nil {
		return f.fault
	}
	raw, err := encode(w, f.kept)
	if err != nil {
		return err
	}
	if bytes.Equal(raw, f.last) {
		return nil
	}
	now, err := read(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return model.Faultf("save the workspace: %w", err)
	case !bytes.Equal(now, f.last):
		return model.Faultf("save the workspace %s: %w; it is left as it is: start again to see its content", f.path, ErrChanged)
	}
	if err := replace(f.path, raw); err != nil {
		return model.Faultf("save the workspace %s: %w; choose another place for it", f.path, err)
	}
	f.last = raw
	return nil
}

// read reads a file, and one byte more than it may have.
func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	return io.ReadAll(io.LimitReader(f, MaxBytes+1))
}

// replace writes a file beside the old one and puts it in its place.
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
