package durable

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/pilothouse/pilothouse/broker"
)

func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func put(key, value string) broker.Change {
	return broker.Change{Key: []byte(key), Value: []byte(value)}
}

func load(t testing.TB, s *Store) map[string]string {
	t.Helper()
	got := map[string]string{}
	last := ""
	err := s.Load(func(key, value []byte) error {
		if string(key) <= last {
			t.Errorf("%q after %q", key, last)
		}
		last = string(key)
		got[last] = string(value)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// fill writes n records of many sizes in several batches, and deletes some.
func fill(t testing.TB, s *Store, n int) map[string]string {
	t.Helper()
	want := map[string]string{}
	for i := 0; i < n; i += 50 {
		var changes []broker.Change
		for k := i; k < min(i+50, n); k++ {
			key := fmt.Sprintf("key-%06d", k)
			value := string(bytes.Repeat([]byte{byte(k)}, k*k%701+k%50/49*9000))
			changes = append(changes, put(key, value))
			want[key] = value
		}
		if old := fmt.Sprintf("key-%06d", i/2); i > 0 {
			changes = append(changes, broker.Change{Key: []byte(old), Delete: true})
			delete(want, old)
		}
		if err := s.Commit(changes); err != nil {
			t.Fatal(err)
		}
	}
	return want
}

func equal(t testing.TB, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d records, want %d", len(got), len(want))
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%q: %d bytes, want %d", k, len(got[k]), len(v))
		}
	}
}

func TestStoreKeeps(t *testing.T) {
	for _, n := range []int{0, 3, 1000} { // inline, one page, a tree
		path := filepath.Join(t.TempDir(), "broker.db")
		s := open(t, path)
		want := fill(t, s, n)
		equal(t, load(t, s), want)
		for range 2 {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		s = open(t, path)
		equal(t, load(t, s), want)
		if s.Recovered() != nil {
			t.Errorf("%+v", s.Recovered())
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info.Mode(), err)
		}
	}
}

func TestVisitorEndsLoad(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "broker.db"))
	fill(t, s, 10)
	stop, n := errors.New("enough"), 0
	if err := s.Load(func(_, _ []byte) error { n++; return stop }); !errors.Is(err, stop) || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
}

func TestInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "broker.db")
	s := open(t, path)
	if _, err := Open(path); !errors.Is(err, ErrInUse) {
		t.Errorf("%v", err)
	}
	if err := s.Commit([]broker.Change{put("a", "b")}); err != nil {
		t.Error(err)
	}
}

func TestNewerFormatIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "broker.db")
	s := open(t, path)
	err := s.db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketName).Put(formatKey, s.seal(nil, formatKey, []byte{Format + 1}))
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	before, _ := os.ReadFile(path)
	_, err = Open(path)
	var newer *NewerFormatError
	if !errors.As(err, &newer) || newer.Format != Format+1 {
		t.Errorf("%v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
}

// check opens a damaged file: it must work, hold nothing but what was there at
// the last commit, or at the one before, and name where the damaged file is if
// anything is missing.
func (f *written) check(t *testing.T, path string, damaged []byte) (kept int) {
	t.Helper()
	s := open(t, path)
	defer func() { _ = s.Close() }()
	got, want := load(t, s), f.want
	if !within(got, want) && !within(got, f.before) {
		t.Fatal("it holds what was never written, or deleted before")
	}
	for k, v := range got {
		if want[k] == v {
			kept++
		}
	}
	f.owed(t, damaged, got)
	if r := s.Recovered(); r != nil {
		if aside, err := os.ReadFile(r.Aside); err != nil || !bytes.Equal(aside, damaged) {
			t.Fatalf("not set aside: %v", err)
		}
		_ = os.Remove(r.Aside)
		if r.Records != len(got) || r.Damaged == 0 {
			t.Fatalf("%+v, but %d records", r, len(got))
		}
	} else if kept != len(want) || len(got) != len(want) {
		t.Fatalf("%d of %d records (%d in all), and nobody says so", kept, len(want), len(got))
	}
	if err := s.Commit([]broker.Change{put("key-new", "new"), {Key: []byte("key-000100"), Delete: true}}); err != nil {
		t.Fatal(err)
	}
	if load(t, s)["key-new"] != "new" {
		t.Fatal("the recovered store does not keep")
	}
	return kept
}

// written is a file with records, and what it held at the last commit and at the
// one before.
type written struct {
	file         []byte
	want, before map[string]string
	head         header
	leaves       map[uint64][]string // the keys in each leaf page that is in use
	listAt       [2]int              // where the list of free pages is
	listed       int                 // damaged files in which it was whole
	whole        int                 // records on whole pages of damaged files
}

// base writes a file with so many records.
func base(t *testing.T, n int) *written {
	t.Helper()
	path := filepath.Join(t.TempDir(), "broker.db")
	s := open(t, path)
	f := &written{before: fill(t, s, n)}
	f.want = maps.Clone(f.before)
	var last []broker.Change
	for k := range n / 10 {
		key := fmt.Sprintf("key-%06d", 7*k)
		if k%2 == 0 {
			last = append(last, broker.Change{Key: []byte(key), Delete: true})
			delete(f.want, key)
		} else {
			last = append(last, put(key, "changed"))
			f.want[key] = "changed"
		}
	}
	if err := s.Commit(last); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	var err error
	if f.file, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	f.look(s)
	return f
}

// look finds the pages that are in use.
func (f *written) look(s *Store) {
	w := s.newWalker(bytes.NewReader(f.file), int64(len(f.file)))
	f.head = w.headers()[0]
	w.high = f.head.high
	w.top(f.head.root)
	f.leaves = make(map[uint64][]string)
	for id := range w.seen {
		b := w.read(id)
		if b == nil {
			continue
		}
		p := parsePage(b)
		if p == nil || p.kind != leafPage || id == f.head.root {
			continue
		}
		for i := range p.count {
			if e, ok := p.element(i); ok && !bytes.Equal(e.key, formatKey) {
				f.leaves[id] = append(f.leaves[id], string(e.key))
			}
		}
	}
	f.listAt = [2]int{int(f.head.free) * pageSize, int(f.head.free)*pageSize + len(w.read(f.head.free))}
}

// owed checks that every record is back whose page is whole, where the newest
// header and the list of free pages are whole too.
func (f *written) owed(t *testing.T, damaged []byte, got map[string]string) {
	t.Helper()
	same := func(from, to int) bool { return to <= len(damaged) && bytes.Equal(damaged[from:to], f.file[from:to]) }
	listed := same(0, 2*pageSize) && same(f.listAt[0], f.listAt[1])
	if listed {
		f.listed++
	}
	for id, keys := range f.leaves {
		more := int(binary.NativeEndian.Uint32(f.file[id*pageSize+12:]))
		if !same(int(id)*pageSize, (int(id)+more+1)*pageSize) {
			continue
		}
		f.whole += len(keys)
		for _, k := range keys {
			if listed && got[k] != f.want[k] {
				t.Fatalf("%q is lost, although page %d is whole", k, id)
			}
		}
	}
}

// within tells whether all that got holds is in all.
func within(got, all map[string]string) bool {
	for k, v := range got {
		if w, ok := all[k]; !ok || w != v {
			return false
		}
	}
	return true
}

func TestTruncatedFile(t *testing.T) {
	f := base(t, 3000)
	path := filepath.Join(t.TempDir(), "broker.db")
	rng := rand.New(rand.NewPCG(1, 2))
	const cuts = 40
	kept := 0
	for range cuts {
		cut := f.file[:rng.IntN(len(f.file))]
		if err := os.WriteFile(path, cut, 0o600); err != nil {
			t.Fatal(err)
		}
		kept += f.check(t, path, cut)
	}
	t.Logf("%d records recovered, and %d are on whole pages; the list of free pages was whole %d times of %d", kept, f.whole, f.listed, cuts)
	if kept < f.whole/2 {
		t.Error("too little was recovered")
	}
}

func TestFlippedBytes(t *testing.T) {
	f := base(t, 600)
	path := filepath.Join(t.TempDir(), "broker.db")
	rng := rand.New(rand.NewPCG(3, 4))
	const times = 80
	total := 0
	for range times {
		bad := bytes.Clone(f.file)
		for range 1 + rng.IntN(4) {
			at := rng.IntN(len(bad))
			if rng.IntN(3) == 0 { // the headers of pages and elements, where it hurts
				at = at/pageSize*pageSize + rng.IntN(160)
			}
			bad[at] ^= byte(1 + rng.IntN(255))
		}
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		total += f.check(t, path, bad)
	}
	t.Logf("%.1f%% of the records recovered on average; the list of free pages was whole %d times of %d",
		float64(total)/times/float64(len(f.want))*100, f.listed, times)
	if total < times*len(f.want)*9/10 {
		t.Errorf("%d of %d records recovered", total, times*len(f.want))
	}
}

// A page that is nothing but noise costs the records on it, whichever it is.
func TestRuinedPages(t *testing.T) {
	f := base(t, 300)
	path := filepath.Join(t.TempDir(), "broker.db")
	rng := rand.New(rand.NewPCG(5, 6))
	for at := 0; at < len(f.file); at += pageSize {
		bad := bytes.Clone(f.file)
		for i := range pageSize {
			bad[at+i] = byte(rng.Uint32())
		}
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if kept := f.check(t, path, bad); kept < len(f.want)*8/10 {
			t.Errorf("%d of %d records are left when page %d is ruined", kept, len(f.want), at/pageSize)
		}
	}
}

func TestForeignAndEmptyFiles(t *testing.T) {
	for name, content := range map[string][]byte{"foreign": bytes.Repeat([]byte("something else\n"), 5000), "short": []byte("x"), "empty": {}} {
		path := filepath.Join(t.TempDir(), "broker.db")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, path)
		if r := s.Recovered(); (r != nil) != (name != "empty") {
			t.Errorf("%s: %+v", name, r)
		}
		if err := s.Commit([]broker.Change{put("a", "b")}); err != nil || load(t, s)["a"] != "b" {
			t.Errorf("%s: %v", name, err)
		}
		_ = s.Close()
	}
}

// A crash during recovery leaves either the damaged file, or the copy.
func TestInterruptedRecovery(t *testing.T) {
	f := base(t, 600)
	file, want := f.file, f.want
	path := filepath.Join(t.TempDir(), "broker.db")
	_ = os.WriteFile(rewritten(path), file, 0o600)
	s := open(t, path)
	equal(t, load(t, s), want)
	_ = s.Close()
	_ = os.WriteFile(rewritten(path), file[:len(file)/2], 0o600)
	s = open(t, path)
	equal(t, load(t, s), want)
	if _, err := os.Stat(rewritten(path)); !errors.Is(err, os.ErrNotExist) {
		t.Error("the incomplete copy is still there")
	}
}

func TestFileIsCompactedWhenMostlyFree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "broker.db")
	s := open(t, path)
	big := string(make([]byte, 1<<20))
	for i := range 40 {
		if err := s.Commit([]broker.Change{put(fmt.Sprint("big-", i), big)}); err != nil {
			t.Fatal(err)
		}
	}
	var gone []broker.Change
	for i := range 39 {
		gone = append(gone, broker.Change{Key: fmt.Append(nil, "big-", i), Delete: true})
	}
	if err := s.Commit(gone); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	s = open(t, path)
	if info, _ := os.Stat(path); info.Size() > 8<<20 || s.Recovered() != nil || len(load(t, s)) != 1 {
		t.Errorf("%d bytes, %d records", info.Size(), len(load(t, s)))
	}
}

// Space that was freed is used again: a queue that moves does not grow the file.
func TestFileStaysFlat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "broker.db")
	s := open(t, path)
	size := func() int64 { info, _ := os.Stat(path); return info.Size() }
	value := string(make([]byte, 200))
	var early int64
	for i := range 600 {
		var changes []broker.Change
		for k := range 50 {
			changes = append(changes, put(fmt.Sprintf("m-%09d", i*50+k), value))
			if i >= 20 {
				changes = append(changes, broker.Change{Key: fmt.Appendf(nil, "m-%09d", (i-20)*50+k), Delete: true})
			}
		}
		if err := s.Commit(changes); err != nil {
			t.Fatal(err)
		}
		if i == 100 {
			early = size()
		}
	}
	if size() > early*3/2 {
		t.Errorf("%d bytes, %d early", size(), early)
	}
}

// A write error is an error, and the next commit works.
func TestWriteError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "broker.db")
	s := open(t, path)
	want := fill(t, s, 100)
	if err := s.Commit([]broker.Change{put("good", "x"), put("", "an empty key is refused")}); err == nil {
		t.Error("no error")
	}
	equal(t, load(t, s), want)
	if err := s.Commit([]broker.Change{put("good", "x")}); err != nil || load(t, s)["good"] != "x" {
		t.Error(err)
	}
}

func FuzzDamagedFile(f *testing.F) {
	f.Add(uint32(0), byte(1), uint32(5000), byte(7), uint32(1<<20))
	path := filepath.Join(f.TempDir(), "base.db")
	s, err := Open(path)
	if err != nil {
		f.Fatal(err)
	}
	fill(f, s, 200)
	_ = s.Close()
	file, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(_ *testing.T, at1 uint32, flip1 byte, at2 uint32, flip2 byte, cut uint32) {
		bad := bytes.Clone(file[:min(int(cut), len(file))])
		if len(bad) > 0 {
			bad[int(at1)%len(bad)] ^= flip1
			bad[int(at2)%len(bad)] ^= flip2
		}
		w := s.newWalker(bytes.NewReader(bad), int64(len(bad)))
		w.thorough = true
		w.walk()
	})
}
