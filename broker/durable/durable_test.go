package durable

import (
	"bytes"
	"errors"
	"fmt"
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

// check opens a damaged file: it must work, hold nothing but what was written,
// and name where the damaged file is if anything is missing.
func check(t *testing.T, path string, damaged []byte, ever map[string]map[string]bool, want map[string]string) (kept int) {
	t.Helper()
	s := open(t, path)
	defer func() { _ = s.Close() }()
	got := load(t, s)
	for k, v := range got {
		if !ever[k][v] {
			t.Fatalf("%q holds what was never written", k)
		}
		if want[k] == v {
			kept++
		}
	}
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

// base is a file with records, and what it ever held.
func base(t *testing.T) (file []byte, ever map[string]map[string]bool, want map[string]string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "broker.db")
	s := open(t, path)
	want = fill(t, s, 600)
	_ = s.Close()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ever = map[string]map[string]bool{}
	for k := range 600 {
		key := fmt.Sprintf("key-%06d", k)
		ever[key] = map[string]bool{string(bytes.Repeat([]byte{byte(k)}, k*k%701+k%50/49*9000)): true}
	}
	return file, ever, want
}

func TestTruncatedFile(t *testing.T) {
	file, ever, want := base(t)
	path := filepath.Join(t.TempDir(), "broker.db")
	rng := rand.New(rand.NewPCG(1, 2))
	total := 0
	for range 60 {
		cut := file[:rng.IntN(len(file))]
		if err := os.WriteFile(path, cut, 0o600); err != nil {
			t.Fatal(err)
		}
		total += check(t, path, cut, ever, want)
	}
	t.Logf("%.0f%% of the records recovered on average", float64(total)/60/float64(len(want))*100)
	if total == 0 {
		t.Error("nothing was recovered")
	}
}

func TestFlippedBytes(t *testing.T) {
	file, ever, want := base(t)
	path := filepath.Join(t.TempDir(), "broker.db")
	rng := rand.New(rand.NewPCG(3, 4))
	total := 0
	for range 150 {
		bad := bytes.Clone(file)
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
		total += check(t, path, bad, ever, want)
	}
	t.Logf("%.1f%% of the records recovered on average", float64(total)/150/float64(len(want))*100)
	if total < 150*len(want)*8/10 {
		t.Errorf("%d of %d records recovered", total, 150*len(want))
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
	file, _, want := base(t)
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
		w.walk()
	})
}
