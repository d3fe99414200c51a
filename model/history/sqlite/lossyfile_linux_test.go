//go:build amd64 || arm64

package sqlite_test

import (
	"encoding/binary"
	"testing"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// cFile is a file that a test has open through the layer, as SQLite would.
type cFile struct {
	t       *testing.T
	l       *lossy
	address uintptr // sqlite3_file
}

// vfsFileSize is where sqlite3_vfs says how large a sqlite3_file is.
const vfsFileSize = 4

func (l *lossy) openFile(t *testing.T, path string) *cFile {
	t.Helper()
	size := binary.NativeEndian.Uint32(bytesAt(l.vfs, vfsSize)[vfsFileSize:])
	f := &cFile{t: t, l: l, address: libc.Xcalloc(l.tls, 1, libc.Tsize_t(size))}
	name := l.cString(t, path)
	// A log has no locks, so that no database has to stand behind it.
	const flags = lib.SQLITE_OPEN_READWRITE | lib.SQLITE_OPEN_CREATE | lib.SQLITE_OPEN_WAL
	f.must(call[openFunc](*at(l.vfs, vfsOpen))(l.tls, l.vfs, name, f.address, flags, 0))
	t.Cleanup(func() { libc.Xfree(l.tls, name) }) // SQLite's names outlive their files
	return f
}

func (l *lossy) deleteFile(t *testing.T, path string) {
	t.Helper()
	name := l.cString(t, path)
	defer libc.Xfree(l.tls, name)
	if rc := call[deleteFunc](*at(l.vfs, vfsDelete))(l.tls, l.vfs, name, 0); rc != 0 {
		t.Fatalf("delete %s: SQLite says %d", path, rc)
	}
}

func (l *lossy) cString(t *testing.T, s string) uintptr {
	t.Helper()
	p, err := libc.CString(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (f *cFile) write(s string) {
	f.t.Helper()
	data := f.l.cString(f.t, s)
	defer libc.Xfree(f.l.tls, data)
	f.must(call[writeFunc](*f.method(methodsWrite))(f.l.tls, f.address, data, int32(len(s)), 0))
}

func (f *cFile) sync() {
	f.t.Helper()
	f.must(call[syncFunc](*f.method(methodsSync))(f.l.tls, f.address, lib.SQLITE_SYNC_NORMAL))
}

func (f *cFile) close() {
	f.t.Helper()
	f.must(call[closeFunc](*f.method(methodsClose))(f.l.tls, f.address))
	libc.Xfree(f.l.tls, f.address)
}

func (f *cFile) method(offset uintptr) *uintptr { return at(*at(f.address, fileMethods), offset) }

func (f *cFile) must(rc int32) {
	f.t.Helper()
	if rc != 0 {
		f.t.Fatalf("SQLite says %d", rc)
	}
}
