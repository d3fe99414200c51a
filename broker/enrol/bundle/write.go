package bundle

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// WriteZip writes the files as a zip archive, all in the folder top.
func WriteZip(w io.Writer, top string, files []File) error {
	archive := zip.NewWriter(w)
	for _, f := range files {
		header := &zip.FileHeader{Name: top + "/" + f.Name, Method: zip.Deflate, Modified: time.Now()}
		header.SetMode(f.Mode)
		entry, err := archive.CreateHeader(header)
		if err == nil {
			_, err = entry.Write(f.Data)
		}
		if err != nil {
			return fmt.Errorf("put %s into the bundle: %w", f.Name, err)
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("finish the bundle: %w", err)
	}
	return nil
}

// SaveZip writes the files to a new zip archive that only its owner may read. It
// overwrites nothing, and leaves nothing behind when it fails.
func SaveZip(path, top string, files []File) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("save the bundle: %w", err)
	}
	err = WriteZip(f, top, files)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("save the bundle to %s: %w", path, err), os.Remove(path))
	}
	return nil
}

// SaveDir writes the files to a new folder that only its owner may read, and
// leaves nothing behind when it fails.
func SaveDir(dir string, files []File) (err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("save the bundle: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("save the bundle to %s: %w", dir, err), os.RemoveAll(dir))
		}
	}()
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.Data, f.Mode); err != nil {
			return err
		}
	}
	return nil
}
