package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// format2 fills a file of format 2, in which sealing was interrupted: rows of topic
// 1 and series 1 up to row 400 are in blocks, and still there. 900 rows are not
// sealed.
func format2(t *testing.T, path string) {
	t.Helper()
	withFile(t, path, func(db *sql.DB) {
		if err := sqlite.MigrateTo(context.Background(), db, 2); err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			"INSERT INTO topic VALUES(1, 'sealed'), (2, 'a'); INSERT INTO series VALUES(1, 1, ''), (2, 2, '/v')",
			"INSERT INTO publisher VALUES(7, 'c', 'ferry', '10.0.0.1', 1); INSERT INTO payload VALUES(5, 'said again')",
			"INSERT INTO sealing(name, row, owner) VALUES('message', 400, 1), ('sample', 400, 1)",
			`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
				INSERT INTO message(id, at, topic, publisher, flags, device_at, data, same, properties) SELECT i, 1000000 * i, 1 + (i > 200), CASE WHEN i % 3 = 0 THEN 7 END,
				i % 16, CASE WHEN i % 5 = 0 THEN 1000000 * i - 7 END, CASE WHEN i % 4 THEN 'payload ' || i END, CASE WHEN i % 4 = 0 THEN 5 END,
				CASE WHEN i = 777 THEN '{"ContentType":"text/plain"}' END FROM n`,
			`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
				INSERT INTO sample(rowid, series, at, value) SELECT i, 1 + (i > 200), 1000000 * i, i / 8.0 FROM n`,
		} {
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestFormat2 brings a file of format 2 up to date: what was not in blocks is there,
// once and as it was, also after it was sealed.
func TestFormat2(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	format2(t, path)
	s := open(t, path, sqlite.Options{})
	if rec := s.Recovered(); rec != nil {
		t.Errorf("recovered %v", rec)
	}
	check := func() {
		t.Helper()
		ctx, from, to := context.Background(), time.UnixMicro(0), time.UnixMicro(1<<60)
		i := 200
		err := s.Each(ctx, "#", from, to, func(m history.Message) bool {
			i++
			payload := fmt.Sprintf("payload %d", i)
			if i%4 == 0 {
				payload = "said again"
			}
			same := m.Topic == "a" && string(m.Payload) == payload && m.At.UnixMicro() == int64(i)*1e6 && int(m.QoS) == i%4 &&
				m.Retained == (i&4 != 0) && m.Replayed == (i&8 != 0) && (m.Publisher != nil) == (i%3 == 0) && m.DeviceAt.IsZero() == (i%5 != 0) &&
				(m.Properties != nil) == (i == 777)
			if !same || m.Publisher != nil && m.Publisher.Identity != "ferry" || m.Properties != nil && m.Properties.ContentType != "text/plain" ||
				i%5 == 0 && m.DeviceAt.UnixMicro() != int64(i)*1e6-7 {
				t.Errorf("message %d is %+v", i, m)
			}
			return same
		})
		if err != nil || i != 1100 {
			t.Errorf("messages up to %d, %v", i, err)
		}
		i = 200
		err = s.Samples(ctx, model.SeriesKey{Topic: "a", Pointer: "/v"}, from, to, func(v model.Sample) bool {
			i++
			return v.At.UnixMicro() == int64(i)*1e6 && v.Value == float64(i)/8
		})
		if err != nil || i != 1100 {
			t.Errorf("samples up to %d, %v", i, err)
		}
	}
	check()
	if err := s.Write(context.Background(), &history.Batch{Messages: []history.Message{historytest.Message("b", "new", time.UnixMicro(1<<60), nil)}}); err != nil {
		t.Error(err)
	}
	if err := s.Seal(context.Background()); err != nil {
		t.Error(err)
	}
	check()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if copies, err := filepath.Glob(path + ".format2-*"); err != nil || len(copies) != 1 {
		t.Errorf("copies: %v, %v", copies, err)
	}
}

// TestFormat2Damaged recovers what is whole of a damaged file of format 2.
func TestFormat2Damaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	format2(t, path)
	damage(t, path, "SELECT rootpage FROM sqlite_schema WHERE name = 'message_block'")
	s := open(t, path, sqlite.Options{})
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	var n int
	err := s.Each(context.Background(), "#", time.UnixMicro(0), time.UnixMicro(1<<60), func(history.Message) bool { n++; return true })
	if err != nil || n != 900 || s.Recovered() == nil {
		t.Errorf("%d messages, %v, recovered %v", n, err, s.Recovered())
	}
}

// TestDamagedRow changes a byte of a payload where no page tells of it: the row is
// found out by its checksum and named, the others are kept.
func TestDamagedRow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := open(t, path, sqlite.Options{})
	for i := range 3 {
		if err := s.Write(context.Background(), numbered(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	withFile(t, path, func(db *sql.DB) {
		if _, err := db.Exec("UPDATE recent_message SET data = CAST(replace(data, '222', '223') AS BLOB) WHERE id = 201"); err != nil {
			t.Fatal(err)
		}
	})
	s = open(t, path, sqlite.Options{})
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	messages, samples, err := readAll(s)
	if err != nil || messages != 2*perBatch || samples != 3*perBatch {
		t.Errorf("%d messages and %d samples, %v", messages, samples, err)
	}
	if rec := s.Recovered(); rec == nil || strings.Join(rec.Lost, " ") != "recent_message" {
		t.Errorf("recovered %v", rec)
	}
}
