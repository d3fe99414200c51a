package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"
)

const (
	// crashName is the file that the runtime writes a crash to, and that is
	// empty, or missing, unless one happened.
	crashName = "crash.txt"
	// maxCrashes is how many reports are kept.
	maxCrashes = 10
)

// Crashes has the Go runtime write to a file of the folder what brings the
// program down: the fault and the stacks of all goroutines, below a line that
// says which program it was. crashed names the report of the last run when it
// was brought down, and is empty when it was not; a report that cannot be made is
// err. stop ends it: what happens afterwards goes to standard error alone.
//
// The report holds code positions and addresses, and no contents of memory
// other than the message of the fault.
func (d *Dir) Crashes(program string) (stop func() error, crashed string, err error) {
	path := d.Path(crashName)
	if crashed, err = d.keepCrash(path); err != nil {
		return nil, "", err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, crashed, fmt.Errorf("prepare a crash report: %w", err)
	}
	if err := debug.SetCrashOutput(f, debug.CrashOptions{}); err != nil {
		return nil, crashed, errors.Join(fmt.Errorf("prepare a crash report: %w", err), f.Close())
	}
	if err := d.Write(crashName+".about", fmt.Appendf(nil, "%s\nstarted %s\n\n", program, time.Now().Format(time.RFC3339))); err != nil {
		return nil, crashed, errors.Join(err, f.Close())
	}
	return func() error {
		return errors.Join(debug.SetCrashOutput(nil, debug.CrashOptions{}), f.Close(), os.Remove(path), os.Remove(path+".about"))
	}, crashed, nil
}

// keepCrash gives the report of a crash, if there is one, a name of its own, and
// lets go of the oldest beyond maxCrashes.
func (d *Dir) keepCrash(path string) (crashed string, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for a crash report: %w", err)
	}
	about, _ := os.ReadFile(path + ".about") // the report is worth keeping without
	fault, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("keep the crash report: %w", err)
	}
	name := "crash-" + info.ModTime().Format("20060102-150405") + ".txt"
	if err := d.Write(name, append(about, fault...)); err != nil {
		return "", fmt.Errorf("keep the crash report: %w", err)
	}
	kept, err := filepath.Glob(d.Path("crash-*.txt"))
	if err != nil {
		return "", fmt.Errorf("look for crash reports: %w", err)
	}
	slices.Sort(kept)
	for len(kept) > maxCrashes {
		if err := os.Remove(kept[0]); err != nil {
			return "", fmt.Errorf("let an old crash report go: %w", err)
		}
		kept = kept[1:]
	}
	return d.Path(name), nil
}

// CrashReports are the files of the reports that are kept, the newest first.
func (d *Dir) CrashReports() []string {
	kept, err := filepath.Glob(d.Path("crash-*.txt"))
	if err != nil { // the pattern is none, and so there are no such files
		return nil
	}
	slices.Sort(kept)
	slices.Reverse(kept)
	return kept
}
