package exchange_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/exchange"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

func open(t testing.TB, dir string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), filepath.Join(dir, "history.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// nasty are payloads that a spreadsheet, a CSV reader or a JSON reader might
// take for something else.
func nasty() []string {
	return []string{"", "=1+1", "+1+1", "-1+1", "@SUM(A1)", "-12.5", "1e9", "'quoted", "''", "a,b;\"c\"\nd", "a\r\nb", "\t=x", "\xff\xfe\x00", "ünïcödé ＝1",
		`{"a":[1,2]}`, "\x00", "|calc", "%PATH%", "<script>", "\u2028"}
}

func TestRoundTrip(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	b := &history.Batch{}
	for i, p := range nasty() {
		m := historytest.Message("=a/"+string(rune('a'+i)), p, historytest.Start().Add(time.Duration(i)*time.Second), nil)
		if i%2 == 0 {
			m.Publisher = &model.Publisher{ClientID: "=c", Identity: "i", Addr: "h:1", TLS: true}
			m.Properties = &model.Properties{ContentType: "=x", CorrelationData: []byte{1}}
			m.DeviceAt, m.QoS, m.Retained, m.Replayed = m.At.Add(-time.Hour), 2, true, true
		}
		b.Messages = append(b.Messages, m)
	}
	if err := s.Write(ctx, b); err != nil {
		t.Fatal(err)
	}
	for _, f := range []exchange.Format{exchange.CSV, exchange.JSONLines} {
		var out, again bytes.Buffer
		o := exchange.Options{Filter: "#", From: historytest.Start(), To: historytest.Start().Add(time.Hour), Format: f}
		if n, err := exchange.Export(ctx, s, &out, o); err != nil || n != int64(len(nasty())) {
			t.Fatal(n, err)
		}
		if f == exchange.CSV {
			checkSafe(t, out.String())
		}
		first := out.String()
		other := open(t, t.TempDir())
		done, err := exchange.Import(ctx, other, &out, exchange.ImportOptions{Format: f})
		if err != nil || done.Messages != int64(len(nasty())) || done.Skipped != 0 {
			t.Fatalf("%v: %+v, %v", f, done, err)
		}
		var got []string
		if err := other.Each(ctx, "#", o.From, o.To, func(m history.Message) bool { got = append(got, string(m.Payload)); return true }); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, nasty()) {
			t.Errorf("%v: payloads came back as %q", f, got)
		}
		if _, err := exchange.Export(ctx, other, &again, o); err != nil || again.String() != first {
			t.Errorf("%v: a second export differs: %v\n%s\n%s", f, err, first, &again)
		}
	}
}

// checkSafe looks for cells that a spreadsheet takes for formulas.
func checkSafe(t *testing.T, text string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r|%", rune(cell[0])) && cell != "-12.5" {
				t.Errorf("the cell %q is taken for a formula", cell)
			}
		}
	}
}

func TestParquet(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	key := model.SeriesKey{Topic: "a", Pointer: "/x"}
	samples := historytest.Walk(key, historytest.Start(), time.Second, 3000)
	b := &history.Batch{Samples: samples, Messages: []history.Message{historytest.Message("a", "\x00\x01", historytest.Start(), nil)}}
	if err := s.Write(ctx, b); err != nil {
		t.Fatal(err)
	}
	o := exchange.Options{Filter: "#", From: historytest.Start(), To: historytest.Start().Add(time.Hour), Format: exchange.Parquet, What: exchange.Samples}
	var out bytes.Buffer
	if _, err := exchange.Export(ctx, s, &out, o); err != nil {
		t.Fatal(err)
	}
	rows := make([]exchange.ParquetSample, 3000)
	n, _ := parquet.NewGenericReader[exchange.ParquetSample](bytes.NewReader(out.Bytes())).Read(rows)
	if n != 3000 || rows[2999].Value != samples[2999].Value || !rows[2999].Time.Equal(samples[2999].At) || rows[0].Topic != "a" || rows[0].Pointer != "/x" {
		t.Errorf("%d samples, the last %+v", n, rows[2999])
	}
	o.What = exchange.Messages
	out.Reset()
	if _, err := exchange.Export(ctx, s, &out, o); err != nil {
		t.Fatal(err)
	}
	messages := make([]exchange.ParquetMessage, 1)
	if n, _ := parquet.NewGenericReader[exchange.ParquetMessage](bytes.NewReader(out.Bytes())).Read(messages); n != 1 || string(messages[0].Payload) != "\x00\x01" {
		t.Errorf("%d messages, %+v", n, messages)
	}
}

func TestProgressAndCancel(t *testing.T) {
	s := open(t, t.TempDir())
	key := model.SeriesKey{Topic: "a"}
	if err := s.Write(context.Background(), &history.Batch{Samples: historytest.Walk(key, historytest.Start(), time.Millisecond, 20_000)}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	told := 0
	o := exchange.Options{Filter: "#", From: historytest.Start(), To: historytest.Start().Add(time.Hour), What: exchange.Samples, Progress: func(exchange.Progress) { told++; cancel() }}
	if n, err := exchange.Export(ctx, s, &bytes.Buffer{}, o); err == nil || n >= 20_000 || told != 1 {
		t.Errorf("%d rows after it was cancelled, told %d times, %v", n, told, err)
	}
}

func TestImportBadRows(t *testing.T) {
	text := "time,topic,payload\n2026-03-01T12:00:00Z,a,1\nyesterday,a,2\n2026-03-01T12:00:01Z,a/+,3\n2026-03-01T12:00:02Z,b,4\n\"x\"y,,\n"
	s := open(t, t.TempDir())
	done, err := exchange.Import(context.Background(), s, strings.NewReader(text), exchange.ImportOptions{Format: exchange.CSV})
	if err != nil || done.Messages != 2 || done.Skipped != 3 || !strings.HasPrefix(done.First.Error(), "row 2:") {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := exchange.Import(context.Background(), s, strings.NewReader("when,what\n"), exchange.ImportOptions{Format: exchange.CSV}); err == nil {
		t.Error("a file without a column of topics was taken")
	}
}

// TestImportTakesAnything gives files that are none.
func TestImportTakesAnything(t *testing.T) {
	s := open(t, t.TempDir())
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		for _, f := range []exchange.Format{exchange.CSV, exchange.JSONLines} {
			_, _ = exchange.Import(context.Background(), s, strings.NewReader("time,topic,payload\n"+text), exchange.ImportOptions{Format: f})
		}
	})
}
