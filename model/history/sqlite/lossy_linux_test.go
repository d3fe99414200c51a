//go:build amd64 || arm64

package sqlite_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// lossy is a layer between SQLite and the files that remembers which writes were
// synced, so that a test can see what a disk holds after the power failed: all
// that was synced, and of the rest any part. It is a VFS of SQLite that calls the
// system's own and notes what passes.
type lossy struct {
	name string

	mu    sync.Mutex
	files map[string]*disk   // by path
	open  map[uintptr]string // by sqlite3_file

	// What C calls is kept here, where the garbage collector sees it.
	original struct{ open, remove, write, truncate, sync, close uintptr }
	hooks    []any
	methods  map[uintptr]uintptr // patched copies of sqlite3_io_methods
}

// disk is what a disk holds of a file: whole is synced, pending is not yet.
type disk struct {
	whole   []byte
	pending []change
}

// change is a write, or a truncation where data is nil.
type change struct {
	at   int64
	data []byte
}

func (d *disk) apply(c change) {
	if c.data == nil {
		d.whole = d.whole[:min(int64(len(d.whole)), c.at)]
		return
	}
	if end := c.at + int64(len(c.data)); end > int64(len(d.whole)) {
		d.whole = append(d.whole, make([]byte, end-int64(len(d.whole)))...)
	}
	copy(d.whole[c.at:], c.data)
}

// Offsets in sqlite3_vfs and sqlite3_io_methods on 64-bit systems, as sqlite3.h
// lays them out.
const (
	vfsSize, vfsName, vfsOpen, vfsDelete                                               = 168, 24, 40, 48
	methodsSize, methodsClose, methodsWrite, methodsTruncate, methodsSync, fileMethods = 152, 8, 24, 32, 40, 0
)

// at is the word of C's memory at p + offset.
func at(p uintptr, offset uintptr) *uintptr {
	p += offset
	return *(**uintptr)(unsafe.Pointer(&p))
}

// bytesAt is n bytes of C's memory. The compiler (Go 1.26) fails on a copy
// between two of them when it is inlined.
//
//go:noinline
func bytesAt(p uintptr, n int) []byte {
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&p)), n)
}

// hook is the address by which C calls a function of Go.
func hook[F any](l *lossy, f F) uintptr {
	box := &struct{ f F }{f}
	l.hooks = append(l.hooks, box)
	return *(*uintptr)(unsafe.Pointer(box))
}

// call is the function at an address of C.
func call[F any](p uintptr) F {
	return *(*F)(unsafe.Pointer(&struct{ p uintptr }{p}))
}

// Types of the functions of a VFS.
type (
	openFunc     = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	deleteFunc   = func(tls *libc.TLS, vfs, name uintptr, sync int32) int32
	writeFunc    = func(tls *libc.TLS, file, data uintptr, n int32, offset int64) int32
	truncateFunc = func(tls *libc.TLS, file uintptr, size int64) int32
	syncFunc     = func(tls *libc.TLS, file uintptr, flags int32) int32
	closeFunc    = func(tls *libc.TLS, file uintptr) int32
)

// newLossy registers the layer under a name; it stays for the life of the
// process, as SQLite keeps it.
func newLossy(t testing.TB) *lossy {
	t.Helper()
	l := &lossy{name: fmt.Sprintf("lossy-%s", filepath.Base(t.TempDir())+t.Name()), files: map[string]*disk{}, open: map[uintptr]string{}, methods: map[uintptr]uintptr{}}
	tls := libc.NewTLS()
	system := lib.Xsqlite3_vfs_find(tls, 0)
	if system == 0 {
		t.Fatal("SQLite has no VFS")
	}
	vfs := libc.Xmalloc(tls, vfsSize)
	copy(bytesAt(vfs, vfsSize), bytesAt(system, vfsSize))
	name, err := libc.CString(l.name)
	if err != nil {
		t.Fatal(err)
	}
	*at(vfs, vfsName) = name
	l.original.open, l.original.remove = *at(vfs, vfsOpen), *at(vfs, vfsDelete)
	*at(vfs, vfsOpen) = hook[openFunc](l, l.onOpen)
	*at(vfs, vfsDelete) = hook[deleteFunc](l, l.onDelete)
	if rc := lib.Xsqlite3_vfs_register(tls, vfs, 0); rc != 0 {
		t.Fatalf("the VFS was not registered: %d", rc)
	}
	return l
}

func (l *lossy) onOpen(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32 {
	rc := call[openFunc](l.original.open)(tls, vfs, name, file, flags, out)
	if rc != 0 || name == 0 {
		return rc
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	path := libc.GoString(name)
	if l.files[path] == nil {
		whole, _ := os.ReadFile(path) // what was there before counts as synced
		l.files[path] = &disk{whole: whole}
	}
	l.open[file] = path
	*at(file, fileMethods) = l.patched(tls, *at(file, fileMethods))
	return rc
}

// patched is a copy of the methods of a file that notes what passes.
func (l *lossy) patched(tls *libc.TLS, methods uintptr) uintptr {
	if p, ok := l.methods[methods]; ok {
		return p
	}
	p := libc.Xmalloc(tls, methodsSize)
	copy(bytesAt(p, methodsSize), bytesAt(methods, methodsSize))
	o := &l.original
	o.write, o.truncate, o.sync, o.close = *at(p, methodsWrite), *at(p, methodsTruncate), *at(p, methodsSync), *at(p, methodsClose)
	*at(p, methodsWrite) = hook[writeFunc](l, l.onWrite)
	*at(p, methodsTruncate) = hook[truncateFunc](l, l.onTruncate)
	*at(p, methodsSync) = hook[syncFunc](l, l.onSync)
	*at(p, methodsClose) = hook[closeFunc](l, l.onClose)
	l.methods[methods] = p
	return p
}

// note remembers a change of an open file.
func (l *lossy) note(file uintptr, c change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.files[l.open[file]]
	d.pending = append(d.pending, c)
}

func (l *lossy) onWrite(tls *libc.TLS, file, data uintptr, n int32, offset int64) int32 {
	rc := call[writeFunc](l.original.write)(tls, file, data, n, offset)
	if rc == 0 {
		l.note(file, change{offset, bytes.Clone(bytesAt(data, int(n)))})
	}
	return rc
}

func (l *lossy) onTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	rc := call[truncateFunc](l.original.truncate)(tls, file, size)
	if rc == 0 {
		l.note(file, change{at: size})
	}
	return rc
}

func (l *lossy) onSync(tls *libc.TLS, file uintptr, flags int32) int32 {
	rc := call[syncFunc](l.original.sync)(tls, file, flags)
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.files[l.open[file]]
	for _, c := range d.pending {
		d.apply(c)
	}
	d.pending = nil
	return rc
}

func (l *lossy) onClose(tls *libc.TLS, file uintptr) int32 {
	l.mu.Lock()
	delete(l.open, file)
	l.mu.Unlock()
	return call[closeFunc](l.original.close)(tls, file)
}

func (l *lossy) onDelete(tls *libc.TLS, vfs, name uintptr, sync int32) int32 {
	l.mu.Lock()
	delete(l.files, libc.GoString(name))
	l.mu.Unlock()
	return call[deleteFunc](l.original.remove)(tls, vfs, name, sync)
}

// sector is what a disk writes whole or not at all.
const sector = 512

// fail writes to dir what the disk would hold if the power failed now: each
// write that was not synced is there, in part or whole, with probability keep.
// before is called while nothing else is written.
func (l *lossy) fail(dir string, r *rand.Rand, keep float64, before func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	before()
	for path, d := range l.files {
		after := &disk{whole: slices.Clone(d.whole)}
		for _, c := range d.pending {
			switch {
			case r.Float64() >= keep:
				continue
			case c.data != nil && r.IntN(4) == 0:
				c.data = c.data[:r.IntN(len(c.data)/sector+1)*sector]
				if len(c.data) == 0 {
					continue
				}
			}
			after.apply(c)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), after.whole, 0o600); err != nil {
			return err
		}
	}
	return nil
}
