package exchange_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/exchange"
	"github.com/pilothouse/pilothouse/model/history/historytest"
)

// logged is a history with records of every kind, and more of some than are read
// at once, many of them at one moment.
func logged(t *testing.T, many int) history.Reader {
	t.Helper()
	s := open(t, t.TempDir())
	at := func(i int) time.Time { return historytest.Start().Add(time.Duration(i) * time.Second) }
	b := &history.Batch{
		Events: []model.Event{
			{At: at(1), Kind: model.EventLiveness, Device: "solent/a", From: model.Alive, To: model.Lost},
			{At: at(2), Kind: model.EventSecondWriter, Client: "=evil", Addr: "h:1", Text: "+writes", Serious: true},
		},
		Alarms: []history.Alarm{
			{At: at(3), ID: "liveness solent/a", Source: "solent/a", State: history.AlarmActive, Severity: 2, Text: "=lost"},
			{At: at(4), ID: "liveness solent/a", Source: "solent/a", State: history.AlarmCleared, Severity: 2, Text: "=lost"},
			{At: at(5), ID: "limit plant/p/x", Source: "plant/p/x", State: history.AlarmActive, Severity: 1, Text: "too high"},
		},
		Commands: []model.Command{
			{ID: "c2", Device: "solent/a", Topic: "solent/a/cmd/horn", Spec: model.CommandSpec{Name: "horn"}, Sent: at(7), Payload: []byte("\xff\x00"), QoS: 1, State: model.CommandTimedOut},
			{ID: "c1", Device: "solent/a", Topic: "solent/a/cmd/horn", Ack: "x", Spec: model.CommandSpec{Name: "horn"}, Sent: at(6), Payload: []byte("=1"), User: "@ann",
				State: model.CommandAcknowledged, Accepted: at(6), Done: at(8), Detail: "well"},
		},
		Gaps: []history.Gap{{From: at(9), To: at(10), Kind: history.GapLost, Lost: 42, Why: "too fast"}},
	}
	for i := range many {
		b.Commands = append(b.Commands, model.Command{ID: fmt.Sprintf("m%05d", i), Sent: at(100 + i/1100)})
		b.Events = append(b.Events, model.Event{At: at(100 + i/1100), Kind: model.EventTrouble, Text: fmt.Sprint(i)})
	}
	if err := s.Write(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	return s
}

func export(t *testing.T, r history.Reader, what exchange.Kind, f exchange.Format, filter string) string {
	t.Helper()
	var out bytes.Buffer
	o := exchange.Options{What: what, Filter: filter, From: historytest.Start(), To: historytest.Start().Add(time.Hour), Format: f}
	if _, err := exchange.Export(context.Background(), r, &out, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestRecordsAsCSV has the columns of each kind, the oldest first, and no cell that
// a spreadsheet takes for a formula.
func TestRecordsAsCSV(t *testing.T) {
	r := logged(t, 0)
	for what, want := range map[exchange.Kind]string{
		exchange.Events: "time,kind,device,client,address,was,now,serious,text\n" +
			"2026-03-01T12:00:01.000000Z,liveness,solent/a,,,alive,lost,0,\n2026-03-01T12:00:02.000000Z,second writer,,'=evil,h:1,,,1,'+writes\n",
		exchange.Alarms: "time,alarm,source,state,severity,text,by\n" +
			"2026-03-01T12:00:03.000000Z,liveness solent/a,solent/a,active,2,'=lost,\n2026-03-01T12:00:04.000000Z,liveness solent/a,solent/a,cleared,2,'=lost,\n" +
			"2026-03-01T12:00:05.000000Z,limit plant/p/x,plant/p/x,active,1,too high,\n",
		exchange.Commands: "time,id,device,command,topic,payload,encoding,qos,retain,user,state,accepted,done,detail\n" +
			"2026-03-01T12:00:06.000000Z,c1,solent/a,horn,solent/a/cmd/horn,'=1,,0,0,'@ann,acknowledged,2026-03-01T12:00:06.000000Z,2026-03-01T12:00:08.000000Z,well\n" +
			"2026-03-01T12:00:07.000000Z,c2,solent/a,horn,solent/a/cmd/horn,/wA=,base64,1,0,,timed out,,,\n",
		exchange.Gaps: "from,to,kind,lost,why\n2026-03-01T12:00:09.000000Z,2026-03-01T12:00:10.000000Z,messages lost,42,too fast\n",
	} {
		got := export(t, r, what, exchange.CSV, "#")
		if got != want {
			t.Errorf("%v:\n%s\nwant\n%s", what, got, want)
		}
		checkSafe(t, got)
	}
}

// TestRecordsOfAFilter has what concerns the topics of a filter.
func TestRecordsOfAFilter(t *testing.T) {
	r := logged(t, 0)
	for _, c := range []struct {
		what   exchange.Kind
		filter string
		want   int
	}{
		{exchange.Events, "solent/#", 1}, {exchange.Events, "plant/#", 0}, {exchange.Alarms, "solent/+", 2}, {exchange.Alarms, "plant/#", 1},
		{exchange.Commands, "solent/a", 2}, {exchange.Commands, "+/+/cmd/horn", 2}, {exchange.Commands, "plant/#", 0}, {exchange.Gaps, "plant/#", 1},
	} {
		if got := strings.Count(export(t, r, c.what, exchange.JSONLines, c.filter), "\n"); got != c.want {
			t.Errorf("%v of %s: %d rows, want %d", c.what, c.filter, got, c.want)
		}
	}
}

// TestManyRecords exports more than is read at once, thousands of them at one
// moment: each once and in order.
func TestManyRecords(t *testing.T) {
	const many = 1_300
	r := logged(t, many)
	lines := strings.Split(strings.TrimSpace(export(t, r, exchange.Events, exchange.JSONLines, "#")), "\n")
	if len(lines) != many+2 {
		t.Fatalf("%d rows, want %d", len(lines), many+2)
	}
	for i, l := range lines[2:] {
		var row exchange.EventRow
		if err := json.Unmarshal([]byte(l), &row); err != nil || row.Text != fmt.Sprint(i) {
			t.Fatalf("row %d is %s, %v", i, l, err)
		}
	}
	ids, last := map[string]bool{}, time.Time{}
	for l := range strings.Lines(export(t, r, exchange.Commands, exchange.JSONLines, "#")) {
		var row exchange.CommandRow
		if err := json.Unmarshal([]byte(l), &row); err != nil || ids[row.ID] || row.Time.Before(last) {
			t.Fatalf("row %d is %s after %v, %v", len(ids), l, last, err)
		}
		ids[row.ID], last = true, row.Time
	}
	if len(ids) != many+2 {
		t.Errorf("%d commands, want %d", len(ids), many+2)
	}
	ctx, cancel := context.WithCancel(context.Background())
	o := exchange.Options{What: exchange.Events, Filter: "#", From: historytest.Start(), To: historytest.Start().Add(time.Hour), Progress: func(exchange.Progress) { cancel() }}
	if n, err := exchange.Export(ctx, r, &bytes.Buffer{}, o); err == nil || n >= many {
		t.Errorf("%d rows after it was cancelled, %v", n, err)
	}
}

// parquetRows reads all rows of a Parquet file.
func parquetRows[T any](t *testing.T, file string) []T {
	t.Helper()
	rows, err := parquet.Read[T](strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestRecordsAsParquet has the same in Parquet as in JSON.
func TestRecordsAsParquet(t *testing.T) {
	r := logged(t, 0)
	same(t, exchange.Events, parquetRows[exchange.EventRow](t, export(t, r, exchange.Events, exchange.Parquet, "#")), export(t, r, exchange.Events, exchange.JSONLines, "#"))
	same(t, exchange.Alarms, parquetRows[exchange.AlarmRow](t, export(t, r, exchange.Alarms, exchange.Parquet, "#")), export(t, r, exchange.Alarms, exchange.JSONLines, "#"))
	same(t, exchange.Gaps, parquetRows[exchange.GapRow](t, export(t, r, exchange.Gaps, exchange.Parquet, "#")), export(t, r, exchange.Gaps, exchange.JSONLines, "#"))
	commands := parquetRows[exchange.CommandRow](t, export(t, r, exchange.Commands, exchange.Parquet, "#"))
	payloads := []string{string(commands[0].Raw), string(commands[1].Raw)}
	if !reflect.DeepEqual(payloads, []string{"=1", "\xff\x00"}) || commands[1].Done != nil {
		t.Errorf("commands in Parquet: %+v", commands)
	}
	for i := range commands { // JSON has payloads in fields of their own
		commands[i].Raw = nil
	}
	text := export(t, r, exchange.Commands, exchange.JSONLines, "#")
	if !strings.Contains(text, `"payload":"=1"`) || !strings.Contains(text, `"payload_base64":"/wA="`) {
		t.Errorf("commands in JSON:\n%s", text)
	}
	same(t, exchange.Commands, commands, strings.NewReplacer(`"payload":"=1",`, "", `"payload_base64":"/wA=",`, "").Replace(text))
}

func same[T any](t *testing.T, what exchange.Kind, rows []T, lines string) {
	t.Helper()
	var want []T
	for l := range strings.Lines(lines) {
		var row T
		if err := json.Unmarshal([]byte(l), &row); err != nil {
			t.Fatal(err)
		}
		want = append(want, row)
	}
	if len(want) == 0 || !reflect.DeepEqual(rows, want) {
		t.Errorf("%v in Parquet are %+v, in JSON %+v", what, rows, want)
	}
}

func TestKinds(t *testing.T) {
	for _, k := range exchange.Kinds() {
		if got, err := exchange.ParseKind(k.String()); err != nil || got != k {
			t.Errorf("%v: %v, %v", k, got, err)
		}
	}
	if _, err := exchange.ParseKind("tweets"); err == nil || !strings.Contains(err.Error(), "alarms") {
		t.Errorf("another kind: %v", err)
	}
	o := exchange.Options{What: exchange.Gaps, Filter: "#/a", From: historytest.Start(), To: historytest.Start().Add(1)}
	if _, err := exchange.Export(context.Background(), open(t, t.TempDir()), &bytes.Buffer{}, o); err == nil {
		t.Error("a filter that is none was taken")
	}
}
