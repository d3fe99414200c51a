package sqlite_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(killedEnv); path != "" {
		os.Exit(recordUntilKilled(path))
	}
	goleak.VerifyTestMain(m)
}

func open(t testing.TB, path string, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func empty(t *testing.T) history.Store {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "history.db"), sqlite.Options{})
}

func TestRows(t *testing.T) {
	historytest.Suite{Open: empty}.Run(t)
}

func TestSealed(t *testing.T) {
	historytest.Suite{Open: empty, Settle: func(t *testing.T, s history.Store) history.Store {
		t.Helper()
		if err := s.(*sqlite.Store).Seal(context.Background()); err != nil {
			t.Fatal(err)
		}
		return s
	}}.Run(t)
}

func TestReopened(t *testing.T) {
	historytest.Suite{Open: empty, Settle: func(t *testing.T, s history.Store) history.Store {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return open(t, s.(*sqlite.Store).Path(), sqlite.Options{})
	}}.Run(t)
}

func TestReadOnly(t *testing.T) {
	historytest.Suite{Open: empty, Settle: func(t *testing.T, s history.Store) history.Store {
		t.Helper()
		if t.Name() == "TestReadOnly/clock_settled" {
			return s // it goes on writing
		}
		r := open(t, s.(*sqlite.Store).Path(), sqlite.Options{ReadOnly: true})
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return r
	}}.Run(t)
}
