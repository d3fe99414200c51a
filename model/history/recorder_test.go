package history_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
	"github.com/pilothouse/pilothouse/model/payload"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// slow is a store whose writes wait until they are let through, or fail.
type slow struct {
	history.Store
	gate chan struct{}

	mu  sync.Mutex
	err error
}

func (s *slow) fail(err error) {
	s.mu.Lock()
	s.err = err
	s.mu.Unlock()
}

func (s *slow) Write(ctx context.Context, b *history.Batch) error {
	<-s.gate
	s.mu.Lock()
	err := s.err
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.Store.Write(ctx, b)
}

func open(t testing.TB) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "history.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func record(t testing.TB, o history.Options) *history.Recorder {
	t.Helper()
	o.Interval = time.Millisecond
	r, err := history.NewRecorder(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func flush(t testing.TB, r *history.Recorder) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

func message(i int) model.Message {
	return model.Message{Topic: "a/b", Payload: fmt.Appendf(nil, `{"n":%d}`, i), At: historytest.Start().Add(time.Duration(i) * time.Millisecond)}
}

func span() (from, to time.Time) {
	return historytest.Start().Add(-24 * time.Hour), historytest.Start().Add(24 * time.Hour)
}

// TestRecorderLoses gives a Recorder more than fits while the disk stands still:
// Record does not wait, and what is lost is counted and is a gap.
func TestRecorderLoses(t *testing.T) {
	s := &slow{Store: open(t), gate: make(chan struct{})}
	r := record(t, history.Options{Store: s, Scanner: &payload.Scanner{}, QueueMessages: 100})
	for i := range 1000 { // at most 200 fit: a batch being written, and the queue
		r.Record([]model.Message{message(i)})
	}
	lost := r.Status().Lost
	if lost < 800 || lost >= 1000 {
		t.Errorf("%d of 1000 messages were lost with a queue of 100", lost)
	}
	close(s.gate)
	flush(t, r)
	from, to := span()
	gaps := historytest.Must[[]history.Gap](t)(s.Gaps(context.Background(), from, to))
	var told uint64 // in one gap, or in two when a batch was taken meanwhile
	for _, g := range gaps {
		told += g.Lost
		if g.Kind != history.GapLost {
			t.Errorf("a gap of another kind: %+v", g)
		}
	}
	if len(gaps) < 1 || len(gaps) > 2 || told != lost || gaps[len(gaps)-1].To.Before(message(999).At) {
		t.Errorf("gaps %+v, want %d lost", gaps, lost)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	st := r.Status()
	if st.Messages+st.Lost != 1000 || st.State != history.Stopped || st.Samples != st.Messages {
		t.Errorf("at the end: %+v", st)
	}
}

// TestRecorderKeeps checks that payloads are copied, and that everything comes
// out as it went in.
func TestRecorderKeeps(t *testing.T) {
	s := open(t)
	r := record(t, history.Options{Store: s, Scanner: &payload.Scanner{}})
	lent := []byte(`{"ts":"2026-03-01T11:59:59Z","v":1.5}`)
	r.Record([]model.Message{{Topic: "a", Payload: lent, At: historytest.Start()}})
	clear(lent)
	r.Event(model.Event{At: historytest.Start(), Kind: model.EventLink, Text: "up"})
	r.Session(history.Session{At: historytest.Start(), Opened: true})
	r.Command(model.Command{ID: "c", Sent: historytest.Start()})
	r.Alarm(history.Alarm{At: historytest.Start(), ID: "x"})
	r.Gap(history.Gap{From: historytest.Start(), To: historytest.Start(), Kind: history.GapOff})
	flush(t, r)
	ctx := context.Background()
	from, to := span()
	list := historytest.Must[[]history.Message](t)(s.Messages(ctx, "a", from, to, 9))
	if len(list) != 1 || string(list[0].Payload) != `{"ts":"2026-03-01T11:59:59Z","v":1.5}` || !list[0].DeviceAt.Equal(historytest.Start().Add(-time.Second)) {
		t.Errorf("messages %+v", list)
	}
	n := len(historytest.Must[[]model.Event](t)(s.Events(ctx, from, to, 9))) + len(historytest.Must[[]history.Session](t)(s.Sessions(ctx, from, to, 9))) +
		len(historytest.Must[[]model.Command](t)(s.Commands(ctx, from, to, 9))) + len(historytest.Must[[]history.Alarm](t)(s.Alarms(ctx, from, to, 9))) +
		len(historytest.Must[[]history.Gap](t)(s.Gaps(ctx, from, to)))
	if n != 5 {
		t.Errorf("%d other records, want 5", n)
	}
}

// TestClockSet sets the wall clock back and forward against the monotonic one:
// each step is told as a gap, and everything is kept.
func TestClockSet(t *testing.T) {
	s := open(t)
	r := record(t, history.Options{Store: s})
	now := time.Now()
	for i, at := range []time.Time{now, now.Add(time.Second), setClock(now.Add(2*time.Second), -time.Hour), setClock(now.Add(3*time.Second), -time.Hour), now.Add(4 * time.Second)} {
		r.Record([]model.Message{{Topic: "a", Payload: []byte{byte('0' + i)}, At: at}})
	}
	flush(t, r)
	gaps := historytest.Must[[]history.Gap](t)(s.Gaps(context.Background(), now.Add(-2*time.Hour), now.Add(2*time.Hour)))
	if len(gaps) != 2 || gaps[0].Kind != history.GapClock || gaps[1].Kind != history.GapClock {
		t.Errorf("gaps %+v, want the clock set twice", gaps)
	}
	if n := len(historytest.Must[[]history.Message](t)(s.Messages(context.Background(), "a", now.Add(-2*time.Hour), now.Add(2*time.Hour), 9))); n != 5 {
		t.Errorf("%d messages, want 5", n)
	}
}

// setClock is at with its wall clock set by d, and the monotonic one as it is.
func setClock(at time.Time, d time.Duration) time.Time {
	return history.SetWall(at, d)
}

// TestSpool lets a store fail, and the program end and start again meanwhile.
func TestSpool(t *testing.T) {
	s := &slow{Store: open(t), gate: make(chan struct{})}
	close(s.gate)
	s.fail(errors.New("the database is away"))
	path := filepath.Join(t.TempDir(), "spool")
	o := history.Options{Store: s, Spool: path, Retry: time.Millisecond}
	r := record(t, o)
	for i := range 100 {
		r.Record([]model.Message{message(i)})
	}
	flushSpooled(t, r)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	// The last batch was being written when the power failed.
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("\x40\x00\x00\x00cut off")); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	s.fail(nil)
	r = record(t, o)
	r.Record([]model.Message{message(100)})
	flush(t, r)
	from, to := span()
	list := historytest.Must[[]history.Message](t)(s.Messages(context.Background(), "a/b", from, to, 999))
	if len(list) != 101 || string(list[0].Payload) != `{"n":100}` || r.Status().Lost != 0 {
		t.Errorf("%d messages came through the spool, %+v", len(list), r.Status())
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Errorf("the spool is not empty: %v, %v", info, err)
	}
}

func flushSpooled(t testing.TB, r *history.Recorder) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for r.Status().Queued > 0 || r.Status().Spooled == 0 {
		if time.Now().After(deadline) {
			t.Fatalf("it does not get to the spool: %+v", r.Status())
		}
		time.Sleep(time.Millisecond)
	}
}

// TestSpoolFull shows a spool that is too small: what does not fit is told.
func TestSpoolFull(t *testing.T) {
	s := &slow{Store: open(t), gate: make(chan struct{})}
	close(s.gate)
	s.fail(errors.New("the database is away"))
	r := record(t, history.Options{Store: s, Spool: filepath.Join(t.TempDir(), "spool"), SpoolBytes: 1, Retry: time.Millisecond, QueueMessages: 10})
	deadline := time.Now().Add(time.Minute)
	for i := 0; r.Status().State != history.Full || r.Status().Lost == 0; i++ {
		r.Record([]model.Message{message(i)})
		if time.Now().After(deadline) {
			t.Fatalf("%+v", r.Status())
		}
	}
	if err := r.Close(); err == nil {
		t.Error("Close says nothing of what was lost")
	}
}

func TestRecordAllocates(t *testing.T) {
	s := &slow{Store: open(t), gate: make(chan struct{})}
	defer close(s.gate)
	r, err := history.NewRecorder(history.Options{Store: s, QueueMessages: 1_000_000, BatchMessages: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	batch := []model.Message{message(1)}
	r.Record(batch)
	if n := testing.AllocsPerRun(5000, func() { r.Record(batch) }); n > 0 {
		t.Errorf("recording a message allocates %v times", n)
	}
}

func TestDeviceTime(t *testing.T) {
	want := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		payload string
		want    time.Time
	}{
		{`{"ts":1772366400}`, want}, {`{"timestamp": 1772366400000}`, want}, {`{"a":1,"time":1772366400000000}`, want},
		{`{"ts":1772366400000000000}`, want}, {`{"time":"2026-03-01T13:00:00+01:00"}`, want}, {`{"time":"noon"}`, time.Time{}},
		{`{"time":12}`, time.Time{}}, {`12`, time.Time{}}, {``, time.Time{}}, {`{"times":1772366400}`, time.Time{}}, {`{"ts"`, time.Time{}},
		{`{"ts":1e400}`, time.Time{}}, {`{"time":"2026-03-01T13:00`, time.Time{}},
	} {
		if got := history.DeviceTime([]byte(c.payload)); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.payload, got, c.want)
		}
	}
}
