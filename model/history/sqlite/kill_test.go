package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/historytest"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// Batches of the crash tests: perBatch messages with a sample each, numbered on.
const perBatch = 200

func numbered(n int) *history.Batch {
	b := &history.Batch{}
	for i := n * perBatch; i < (n+1)*perBatch; i++ {
		at := historytest.Start().Add(time.Duration(i) * time.Millisecond)
		topic := fmt.Sprintf("t/%d", i%20)
		b.Messages = append(b.Messages, historytest.Message(topic, strconv.Itoa(i), at, nil))
		b.Samples = append(b.Samples, history.Sample{Key: model.SeriesKey{Topic: topic}, At: at, Value: float64(i)})
	}
	return b
}

// crashing are options under which everything happens often.
func crashing() sqlite.Options { return sqlite.Options{SealMessages: 2000, SealSamples: 2000} }

// batches counts the whole batches in a history and fails unless they are all
// there from the first on, messages and samples, each once.
func batches(t testing.TB, s *sqlite.Store) int {
	t.Helper()
	ctx, from, to := context.Background(), historytest.Start(), historytest.Start().Add(1000*time.Hour)
	n := 0
	err := s.Each(ctx, "#", from, to, func(m history.Message) bool {
		if string(m.Payload) != strconv.Itoa(n) {
			t.Errorf("message %d is %s", n, m.Payload)
			return false
		}
		n++
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	samples := 0
	for topic := range 20 {
		next := topic
		err := s.Samples(ctx, model.SeriesKey{Topic: fmt.Sprintf("t/%d", topic)}, from, to, func(v model.Sample) bool {
			if v.Value != float64(next) {
				t.Errorf("sample %v, want %d", v.Value, next)
				return false
			}
			next += 20
			samples++
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if samples != n || n%perBatch != 0 {
		t.Fatalf("%d messages and %d samples, want as many, in whole batches", n, samples)
	}
	return n / perBatch
}

// atLeast is a number from the environment, else the short one.
func atLeast(t testing.TB, name string, short int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return short
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s=%q is no number", name, text)
	}
	return n
}

// killedEnv holds the path that a child process records into.
const killedEnv = "PILOTHOUSE_HISTORY_KILLED"

// largeEnv lets the child leave recent rows as they are.
const largeEnv = "PILOTHOUSE_HISTORY_LARGE"

// recordUntilKilled is the child of TestKill: it writes until it is killed, and
// says after each batch how many are on disk. It returns the exit status when it
// cannot, or when nobody listens.
func recordUntilKilled(path string) int {
	ctx := context.Background()
	o, upkeep := crashing(), os.Getenv(largeEnv) == ""
	if !upkeep {
		o = sqlite.Options{}
	}
	s, err := sqlite.Open(ctx, path, o)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	n := 0
	if err := s.Each(ctx, "#", historytest.Start(), historytest.Start().Add(1000*time.Hour), func(history.Message) bool { n++; return true }); err != nil {
		fmt.Println(err)
		return 1
	}
	for n /= perBatch; ; n++ {
		err := s.Write(ctx, numbered(n))
		if err == nil && upkeep && n%7 == 0 {
			err = s.Maintain(ctx, time.Now(), history.Retention{})
		}
		if err != nil {
			fmt.Println(err)
			return 1
		}
		if _, err := fmt.Printf("kept %d\n", n+1); err != nil {
			return 1
		}
	}
}

// TestKill kills a program that records, again and again: 3 times, or as often
// as KILLS says. No batch that was on disk is lost, and none is there in part.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	r := rand.New(rand.NewPCG(3, 4))
	kept := 0
	for i := range atLeast(t, "KILLS", 3) {
		kept = max(kept, killOnce(t, path, kept+1+r.IntN(15)))
		began := time.Now()
		s := open(t, path, crashing())
		opened := time.Since(began)
		got := batches(t, s)
		if got < kept {
			t.Fatalf("after kill %d there are %d batches, %d were on disk", i, got, kept)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		kept = got
		t.Logf("kill %d: %d batches, opened in %v", i, got, opened.Round(time.Millisecond))
	}
}

// killOnce starts a child, waits until it has kept so many batches, kills it and
// returns what it said last.
func killOnce(t *testing.T, path string, until int, env ...string) (kept int) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(append(os.Environ(), killedEnv+"="+path), env...)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if n, ok := cutNumber(line); ok {
			kept = n
		} else if err == nil {
			t.Errorf("the child says %q", line)
		}
		if err != nil {
			break
		}
		if kept >= until && child.ProcessState == nil {
			if err := child.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	return kept
}

func cutNumber(line string) (n int, ok bool) {
	_, err := fmt.Sscanf(line, "kept %d\n", &n)
	return n, err == nil
}

// TestKillLarge kills a program that records into a history of 20,000 samples, or
// 10 million when KILLS is set, of which a tenth is recent, as many as usually
// are. Nothing is lost, and the large one opens in under two seconds of a
// processor, whatever else the machine does.
func TestKillLarge(t *testing.T) {
	samples, long := 20_000, os.Getenv("KILLS") != ""
	if long {
		samples = 10_000_000
	}
	path := filepath.Join(t.TempDir(), "history.db")
	s := open(t, path, sqlite.Options{})
	at := fill(t, s, sensor(), samples/10*9).Add(time.Second)
	for recent := historytest.Walk(sensor(), at, time.Second, samples/10); len(recent) > 0; {
		n := min(5000, len(recent))
		if err := s.Write(context.Background(), &history.Batch{Samples: recent[:n]}); err != nil {
			t.Fatal(err)
		}
		at, recent = recent[n-1].At, recent[n:]
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	kept := killOnce(t, path, 20, largeEnv+"=1")
	began, processor := time.Now(), historytest.ProcessorTime(false)
	s = open(t, path, sqlite.Options{})
	took, opened := time.Since(began), historytest.ProcessorTime(false)-processor
	t.Logf("%d samples opened in %v, %v of a processor", samples, took.Round(time.Millisecond), opened.Round(time.Millisecond))
	defer func() { _ = s.Close() }()
	if long && opened > 2*time.Second {
		t.Errorf("it took %v to open, want 2 s at most", opened)
	}
	if got := batches(t, s); got < kept {
		t.Errorf("%d batches, %d were on disk", got, kept)
	}
	var count int64
	for _, c := range historytest.Must[[]history.Column](t)(s.Columns(context.Background(), sensor(), historytest.Start(), at.Add(time.Second), 10)) {
		count += c.Count
	}
	if count != int64(samples) || s.Recovered() != nil {
		t.Errorf("%d samples, want %d; recovered: %v", count, samples, s.Recovered())
	}
}
