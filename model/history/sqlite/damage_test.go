package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// recorded makes a closed file of so many batches, sealed but for the last.
func recorded(t testing.TB, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.db")
	s := open(t, path, sqlite.Options{})
	for i := range n {
		if err := s.Write(context.Background(), numbered(i)); err != nil {
			t.Fatal(err)
		}
		if i == n-2 {
			if err := s.Seal(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := s.AddBookmark(context.Background(), history.Bookmark{At: historytest.Start(), Title: "kept"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// readAll reads everything there is and returns how many messages and samples
// were readable, and the first error.
func readAll(s *sqlite.Store) (messages, samples int, err error) {
	ctx, from, to := context.Background(), historytest.Start().Add(-time.Hour), historytest.Start().Add(1000*time.Hour)
	err = s.Each(ctx, "#", from, to, func(history.Message) bool { messages++; return true })
	keys, e := s.SeriesKeys(ctx, "#")
	err = errors.Join(err, e)
	for _, key := range keys {
		err = errors.Join(err, s.Samples(ctx, key, from, to, func(model.Sample) bool { samples++; return true }))
	}
	return messages, samples, err
}

// TestDamagedPages overwrites a page of a file, each in turn, and opens it: what
// is whole is recovered, and the damaged file kept beside.
func TestDamagedPages(t *testing.T) {
	path := recorded(t, 60)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	r := rand.New(rand.NewPCG(5, 6))
	most, recoveries := 0, 0
	for i := range atLeast(t, "DAMAGED_PAGES", 4) {
		data := bytes.Clone(whole)
		at := r.IntN(len(data) / page)
		if i == 0 {
			at = 0 // the header of the file
		}
		for j := range page {
			data[at*page+j] = byte(r.Uint32())
		}
		dir := t.TempDir()
		damaged := filepath.Join(dir, "history.db")
		if err := os.WriteFile(damaged, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, damaged, sqlite.Options{})
		if _, _, err := readAll(s); err != nil {
			if !errors.Is(err, sqlite.ErrDamaged) {
				t.Errorf("page %d: %v", at, err)
			}
			if err := s.Close(); err != nil { // the next start recovers
				t.Error(err)
			}
			s = open(t, damaged, sqlite.Options{})
		}
		messages, samples, err := readAll(s)
		if err != nil {
			t.Errorf("page %d: after recovery: %v", at, err)
		}
		most = max(most, messages)
		if rec := s.Recovered(); rec != nil {
			recoveries++
			if _, err := os.Stat(rec.Aside); err != nil || !strings.Contains(rec.String(), rec.Aside) {
				t.Errorf("page %d: the damaged file is not where %v says: %v", at, rec, err)
			}
			if schemaReadable(t, data) && messages+samples == 0 {
				t.Errorf("page %d: nothing was recovered: %v", at, rec)
			}
		}
		err = s.Write(context.Background(), numbered(100))
		if errors.Is(err, sqlite.ErrDamaged) { // of a page that only writing looks at
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			s = open(t, damaged, sqlite.Options{})
			err = s.Write(context.Background(), numbered(100))
		}
		if err != nil {
			t.Errorf("page %d: it cannot be written after: %v", at, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if most != 60*perBatch || recoveries == 0 {
		t.Errorf("at most %d messages were readable, and %d files recovered", most, recoveries)
	}
}

// damage overwrites a page of a file, of which the number is asked of the file.
func damage(t testing.TB, path, query string) {
	t.Helper()
	var page int64
	withFile(t, path, func(db *sql.DB) {
		if err := db.QueryRow(query).Scan(&page); err != nil {
			t.Fatal(err)
		}
	})
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, 4096), (page-1)*4096)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// schemaReadable tells whether SQLite still knows which tables there are; without,
// nothing can be recovered through it.
func schemaReadable(t testing.TB, data []byte) (ok bool) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	withFile(t, path, func(db *sql.DB) {
		var n int
		ok = db.QueryRow("SELECT count(sql) FROM sqlite_schema WHERE sql <> ''").Scan(&n) == nil
	})
	return ok
}

// TestCutOff opens files of which the end is missing, and files that are none.
func TestCutOff(t *testing.T) {
	whole, err := os.ReadFile(recorded(t, 10))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"half": whole[:len(whole)/2], "a page": whole[:4096], "text": []byte(strings.Repeat("no database ", 99)), "nothing": nil} {
		path := filepath.Join(t.TempDir(), "history.db")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, path, sqlite.Options{})
		if (s.Recovered() == nil) != (name == "nothing") {
			t.Errorf("%s: recovered %v", name, s.Recovered())
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// withFile runs statements on a file.
func withFile(t testing.TB, path string, f func(*sql.DB)) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	f(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOlderIsMigrated(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "history.db")
	withFile(t, path, func(db *sql.DB) {
		if err := sqlite.MigrateTo(context.Background(), db, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("INSERT INTO topic VALUES(1, 'a'); INSERT INTO message(id, at, topic, flags, data) VALUES(1, 5, 1, 0, 'old')"); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := sqlite.Open(context.Background(), path, sqlite.Options{ReadOnly: true}); err == nil || !strings.Contains(err.Error(), "older format") {
		t.Errorf("opened for reading: %v", err)
	}
	s := open(t, path, sqlite.Options{})
	if _, err := s.AddBookmark(context.Background(), history.Bookmark{Title: "new"}); err != nil {
		t.Error(err)
	}
	n := 0
	if err := s.Each(context.Background(), "#", time.UnixMicro(0), time.UnixMicro(9), func(history.Message) bool { n++; return true }); err != nil || n != 1 {
		t.Errorf("%d messages, %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	copies, err := filepath.Glob(path + ".format1-*")
	if err != nil || len(copies) != 1 {
		t.Fatalf("copies: %v, %v", copies, err)
	}
	if info, err := os.Stat(copies[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy is not its owner's alone: %v, %v", info.Mode(), err)
	}
	withFile(t, copies[0], func(db *sql.DB) {
		var payload string
		var format int
		if err := db.QueryRow("SELECT payload FROM messages").Scan(&payload); err != nil || payload != "old" {
			t.Errorf("the copy holds %q, %v", payload, err)
		}
		if err := db.QueryRow("PRAGMA user_version").Scan(&format); err != nil || format != 1 {
			t.Errorf("the copy has format %d, %v", format, err)
		}
	})
}

func TestNewerIsLeftAlone(t *testing.T) {
	path := recorded(t, 2)
	withFile(t, path, func(db *sql.DB) {
		if _, err := db.Exec("PRAGMA user_version = 99; PRAGMA journal_mode = DELETE"); err != nil {
			t.Fatal(err)
		}
	})
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []sqlite.Options{{}, {ReadOnly: true}} {
		_, err := sqlite.Open(context.Background(), path, o)
		var newer *sqlite.NewerFormatError
		if !errors.As(err, &newer) || newer.Format != 99 || !strings.Contains(err.Error(), "use a newer version") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was touched, %v", err)
	}
}

func TestAnotherProgramsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	withFile(t, path, func(db *sql.DB) {
		if _, err := db.Exec("CREATE TABLE recipes(name)"); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := sqlite.Open(context.Background(), path, sqlite.Options{}); err == nil || !strings.Contains(err.Error(), "another program") {
		t.Errorf("opened a file of another program: %v", err)
	}
}

func TestInUse(t *testing.T) {
	path := recorded(t, 2)
	s := open(t, path, sqlite.Options{})
	if _, err := sqlite.Open(context.Background(), path, sqlite.Options{}); !errors.Is(err, history.ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	r := open(t, path, sqlite.Options{ReadOnly: true})
	if err := s.Write(context.Background(), numbered(2)); err != nil {
		t.Error(err)
	}
	if n, _, err := readAll(r); n != 2*perBatch || err != nil {
		t.Errorf("a reader sees %d messages, %v", n, err)
	}
	if err := r.Write(context.Background(), numbered(3)); !errors.Is(err, history.ErrReadOnly) {
		t.Errorf("a reader wrote: %v", err)
	}
	if err := errors.Join(r.Close(), s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
}
