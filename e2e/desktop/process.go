//go:build linux

package desktop

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// keptOutput is how many bytes of the end of a program's output are kept.
const keptOutput = 1 << 20

// Options say how a program is started.
type Options struct {
	// Args are the arguments after the program's name.
	Args []string
	// Env is added to the display's environment, as NAME=value. It wins.
	Env []string
	// Size of the screen in pixels, for Open only; the default is 1280 by 800.
	Width, Height int
}

// Process is a program that runs on a display.
type Process struct {
	display *Display
	path    string
	command *exec.Cmd
	output  tail
	done    chan struct{}
	err     error // of the process's end, once done is closed
}

// Start runs the program at path on the display. Its working directory is the
// home folder of the display, so that Fyne finds no FyneApp.toml and keeps its
// thread checks.
func (d *Display) Start(path string, o Options) (*Process, error) {
	p := &Process{display: d, path: path, done: make(chan struct{})}
	p.command = exec.Command(path, o.Args...)
	p.command.Env = d.environment(o.Env)
	p.command.Dir = d.home
	p.command.Stdout, p.command.Stderr = &p.output, &p.output
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.command.WaitDelay = patience

	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, fmt.Errorf("starting %s: the display %s is closed", path, d.name)
	}
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	d.processes = append(d.processes, p)
	go func() {
		p.err = p.command.Wait()
		close(p.done)
	}()
	return p, nil
}

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is how the program ended; nil while it runs and after a status of 0.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Output is the end of what the program has written so far, at most a
// mebibyte, standard output and standard error together.
func (p *Process) Output() string { return p.output.String() }

// Signal sends a signal to the program and all it has started; 0 only tells
// whether there is still any of it. The error is syscall.ESRCH when there is not.
func (p *Process) Signal(signal syscall.Signal) error {
	return syscall.Kill(-p.command.Process.Pid, signal)
}

// Fault is what the program said that a sound one never says, see faults.
func (p *Process) Fault() error {
	output := p.Output()
	for _, fault := range faults {
		if strings.Contains(output, fault) {
			return fmt.Errorf("the program said %q:\n%s", fault, output)
		}
	}
	return nil
}

// Stop asks the program to end with SIGTERM, and ends it when it has not done
// so within five seconds; that is an error. By the way it ends, a program in Go
// tells what it was doing in its output. A program that has ended already is
// left alone.
func (p *Process) Stop() error {
	select {
	case <-p.done:
		return nil
	default:
	}
	endGroup(p.command, syscall.SIGTERM)
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-p.done:
		return nil
	case <-late.C:
		endGroup(p.command, syscall.SIGQUIT)
		kill := time.AfterFunc(time.Second, func() { endGroup(p.command, syscall.SIGKILL) })
		defer kill.Stop()
		<-p.done
		return fmt.Errorf("stopping %s: it did not end within %v of SIGTERM and was killed", p.path, patience)
	}
}

// WaitOutput waits until the program has written text.
func (p *Process) WaitOutput(ctx context.Context, text string) error {
	return p.until(ctx, fmt.Sprintf("output %q", text), func() (bool, error) {
		return strings.Contains(p.Output(), text), nil
	})
}

// until polls a condition until it holds, the program ends or ctx does.
func (p *Process) until(ctx context.Context, what string, holds func() (bool, error)) error {
	err := Until(ctx, what, func() (bool, error) {
		ok, err := holds()
		if ok || err != nil {
			return ok, err
		}
		select {
		case <-p.done:
			if p.err != nil {
				return false, fmt.Errorf("the program ended: %w", p.err)
			}
			return false, errors.New("the program ended without an error")
		default:
			return false, nil
		}
	})
	if err != nil {
		return fmt.Errorf("%w; %s said:\n%s", err, p.path, p.Output())
	}
	return nil
}

// Until calls holds every 50 milliseconds until it reports true, fails, or ctx
// ends; what says in the error what was waited for.
func Until(ctx context.Context, what string, holds func() (bool, error)) error {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		ok, err := holds()
		if err != nil {
			return fmt.Errorf("waiting for %s: %w", what, err)
		}
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		case <-ticker.C:
		}
	}
}

// tail is a writer that keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if extra := len(t.text) - keptOutput; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
