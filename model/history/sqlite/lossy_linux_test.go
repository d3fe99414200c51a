//go:build amd64 || arm64

package sqlite_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	tls  *libc.TLS
	vfs  uintptr

	mu    sync.Mutex
	files map[string]*disk  // by path
	open  map[uintptr]*disk // by sqlite3_file; of a file without a name, too

	methods map[uintptr]uintptr // patched copies of sqlite3_io_methods
	// C keeps addresses of hooks, where the garbage collector does not look: they
	// are kept here, and this until the VFS is unregistered.
	hooks []any
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

// newLossy registers the layer under a name until the test has ended, by when
// whatever used it must be closed.
func newLossy(t testing.TB) *lossy {
	t.Helper()
	l := &lossy{
		name: "lossy-" + strings.ReplaceAll(t.Name(), "/", "-"), tls: libc.NewTLS(),
		files: map[string]*disk{}, open: map[uintptr]*disk{}, methods: map[uintptr]uintptr{},
	}
	system := lib.Xsqlite3_vfs_find(l.tls, 0)
	if system == 0 {
		t.Fatal("SQLite has no VFS")
	}
	l.vfs = libc.Xmalloc(l.tls, vfsSize)
	copy(bytesAt(l.vfs, vfsSize), bytesAt(system, vfsSize))
	name, err := libc.CString(l.name)
	if err != nil {
		t.Fatal(err)
	}
	*at(l.vfs, vfsName) = name
	*at(l.vfs, vfsOpen) = hook(l, l.opening(call[openFunc](*at(l.vfs, vfsOpen))))
	*at(l.vfs, vfsDelete) = hook(l, l.deleting(call[deleteFunc](*at(l.vfs, vfsDelete))))
	if rc := lib.Xsqlite3_vfs_register(l.tls, l.vfs, 0); rc != 0 {
		t.Fatalf("the VFS was not registered: %d", rc)
	}
	t.Cleanup(func() { l.unregister(t) })
	return l
}

// unregister ends the layer. Nothing is freed while C could still call.
func (l *lossy) unregister(t testing.TB) {
	t.Helper()
	lib.Xsqlite3_vfs_unregister(l.tls, l.vfs)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) > 0 {
		t.Errorf("%d files are still open on the disk that loses", len(l.open))
		return
	}
	for _, p := range l.methods {
		libc.Xfree(l.tls, p)
	}
	libc.Xfree(l.tls, *at(l.vfs, vfsName))
	libc.Xfree(l.tls, l.vfs)
	l.tls.Close()
}

func (l *lossy) opening(original openFunc) openFunc {
	return func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32 {
		l.mu.Lock()
		defer l.mu.Unlock()
		rc := original(tls, vfs, name, file, flags, out)
		if rc != 0 || name == 0 || flags&lib.SQLITE_OPEN_DELETEONCLOSE != 0 {
			return rc // what has no name is lost with the power
		}
		path := libc.GoString(name)
		if l.files[path] == nil {
			whole, _ := os.ReadFile(path) // what was there before counts as synced
			l.files[path] = &disk{whole: whole}
		}
		l.open[file] = l.files[path]
		*at(file, fileMethods) = l.patched(tls, *at(file, fileMethods))
		return rc
	}
}

// deleting takes a file's name. Who has it open goes on with it, and who opens the
// name again has another file.
func (l *lossy) deleting(original deleteFunc) deleteFunc {
	return func(tls *libc.TLS, vfs, name uintptr, sync int32) int32 {
		l.mu.Lock()
		defer l.mu.Unlock()
		rc := original(tls, vfs, name, sync)
		if rc == 0 {
			delete(l.files, libc.GoString(name))
		}
		return rc
	}
}

// patched is a copy of the methods of a file that notes what passes. Databases
// and logs have different methods: each copy calls its own original.
func (l *lossy) patched(tls *libc.TLS, original uintptr) uintptr {
	if p, ok := l.methods[original]; ok {
		return p
	}
	p := libc.Xmalloc(tls, methodsSize)
	copy(bytesAt(p, methodsSize), bytesAt(original, methodsSize))
	*at(p, methodsWrite) = hook(l, l.writing(call[writeFunc](*at(p, methodsWrite))))
	*at(p, methodsTruncate) = hook(l, l.truncating(call[truncateFunc](*at(p, methodsTruncate))))
	*at(p, methodsSync) = hook(l, l.syncing(call[syncFunc](*at(p, methodsSync))))
	*at(p, methodsClose) = hook(l, l.closing(call[closeFunc](*at(p, methodsClose))))
	l.methods[original] = p
	return p
}

// note remembers a change of an open file.
func (l *lossy) note(file uintptr, c change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.open[file]
	d.pending = append(d.pending, c)
}

func (l *lossy) writing(original writeFunc) writeFunc {
	return func(tls *libc.TLS, file, data uintptr, n int32, offset int64) int32 {
		rc := original(tls, file, data, n, offset)
		if rc == 0 {
			l.note(file, change{offset, bytes.Clone(bytesAt(data, int(n)))})
		}
		return rc
	}
}

func (l *lossy) truncating(original truncateFunc) truncateFunc {
	return func(tls *libc.TLS, file uintptr, size int64) int32 {
		rc := original(tls, file, size)
		if rc == 0 {
			l.note(file, change{at: size})
		}
		return rc
	}
}

func (l *lossy) syncing(original syncFunc) syncFunc {
	return func(tls *libc.TLS, file uintptr, flags int32) int32 {
		rc := original(tls, file, flags)
		if rc != 0 {
			return rc
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		d := l.open[file]
		for _, c := range d.pending {
			d.apply(c)
		}
		d.pending = nil
		return rc
	}
}

func (l *lossy) closing(original closeFunc) closeFunc {
	return func(tls *libc.TLS, file uintptr) int32 {
		l.mu.Lock()
		delete(l.open, file)
		l.mu.Unlock()
		return original(tls, file)
	}
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
