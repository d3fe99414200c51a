//go:build linux

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// TestEndsAndStartsAgain starts the program and ends it again and again, by each
// way to the end in turn and often before it has drawn anything: each time it
// ends with status 0, leaves neither a process nor a crash report, and keeps its
// settings and messages. STARTS=n does it n times.
func TestEndsAndStartsAgain(t *testing.T) {
	desktop.Require(t)
	starts := 10
	if n, err := strconv.Atoi(os.Getenv("STARTS")); err == nil {
		starts = n
	}
	ctx, cancel := context.WithTimeout(context.Background(), desktop.Deadline)
	defer cancel()
	display, err := desktop.StartDisplay(ctx, large)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := display.Close(); err != nil {
			t.Error(err)
		}
	})
	r := restarts{t: t, display: display, dir: t.TempDir(), address: freeAddress(t)}
	for i := range starts {
		r.once(i)
	}
}

// restarts are runs of the program on one folder.
type restarts struct {
	t       *testing.T
	display *desktop.Display
	dir     string
	address string
	said    int // messages that are retained
}

// once starts the program and ends it in the i-th way.
func (r *restarts) once(i int) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), desktop.Deadline)
	defer cancel()
	page := []string{"charts", "topics", "map"}[i%3]
	process, err := r.display.Start(program, desktop.Options{Args: []string{
		"--data-dir", r.dir, "--listen", r.address, "--page", page, "--demo=" + strconv.FormatBool(i%2 == 0),
	}})
	if err != nil {
		r.t.Fatal(err)
	}
	window, err := process.Window(ctx, "Pilothouse")
	if err != nil {
		r.t.Fatal(err)
	}
	if i%5 != 1 { // the others end at once
		publish(r.t, r.address, "-r", "-t", "kept/"+strconv.Itoa(i), "-m", "on")
		r.said++
		r.hears(ctx)
	}
	ways := []func() error{func() error { return window.Close(ctx) }}
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		if signal.Ignored(s) { // by whoever started the tests, as nohup does: the program is right to ignore it too
			continue
		}
		ways = append(ways, func() error { return process.Signal(s) })
	}
	if err := ways[i%len(ways)](); err != nil {
		r.t.Fatal(err)
	}
	select {
	case <-process.Done():
	case <-ctx.Done():
		_ = process.Signal(syscall.SIGQUIT) // it says what it is about
		<-process.Done()
		r.t.Logf("what it said:\n%s", process.Output())
		r.t.Fatalf("run %d does not end in way %d: %v", i, i%len(ways), process.Stop())
	}
	if err := errors.Join(process.Err(), process.Fault(), r.left(page)); err != nil {
		r.t.Errorf("run %d, ended in way %d: %v; it said:\n%s", i, i%len(ways), err, process.Output())
	}
	if err := process.Signal(0); !errors.Is(err, syscall.ESRCH) {
		r.t.Errorf("run %d leaves a process: %v", i, err)
	}
}

// hears asks for all that was ever said.
func (r *restarts) hears(ctx context.Context) {
	r.t.Helper()
	host, port := split(r.t, r.address)
	out, err := exec.CommandContext(ctx, need(r.t, "mosquitto_sub"), "-h", host, "-p", port, "-t", "kept/#", "-C", strconv.Itoa(r.said)).CombinedOutput()
	if err != nil {
		r.t.Fatalf("of %d messages the broker has kept %q: %v", r.said, out, err)
	}
}

// left looks at the folder that a run left, whose page was shown.
func (r *restarts) left(page string) error {
	crashes, err := filepath.Glob(filepath.Join(r.dir, "crash*"))
	if err != nil || len(crashes) > 0 {
		return fmt.Errorf("there are crash reports: %v, %w", crashes, err)
	}
	var kept struct{ Settings struct{ Page string } }
	raw, err := os.ReadFile(filepath.Join(r.dir, "settings.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("the settings were not kept")
	}
	if err == nil {
		err = json.Unmarshal(raw, &kept)
	}
	if err == nil && kept.Settings.Page != page {
		err = fmt.Errorf("the page %s was shown, kept is %s", page, kept.Settings.Page)
	}
	return err
}
