//go:build !hub

package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/model/connection"
	"github.com/pilothouse/pilothouse/model/workspace"
)

// handOverTime is how long the window that runs already may take to answer.
const handOverTime = 10 * time.Second

// handOver has the window that runs already come to the front and open what the
// command line names. It reports whether that window took it.
func (c *Config) handOver(out io.Writer) bool {
	ctx, cancel := context.WithTimeout(context.Background(), handOverTime)
	defer cancel()
	what := hub.Request{Link: c.Link}
	if c.Workspace != "" {
		path, err := filepath.Abs(c.Workspace)
		if err != nil {
			return false
		}
		what.File = path
	}
	if err := hub.Knock(ctx, c.DataDir, what); err != nil {
		fmt.Fprintln(out, "pilothouse:", err)
		return false
	}
	var left []string
	for name := range c.Given {
		if name != "data-dir" {
			left = append(left, "--"+name)
		}
	}
	if slices.Sort(left); len(left) > 0 {
		fmt.Fprintln(out, "pilothouse: it runs already and was brought to the front; for what runs, these options change nothing:", strings.Join(left, " "))
	}
	return true
}

// openDoor lets later starts of the program hand over to this one.
func (p *Program) openDoor() (err error) {
	p.door, err = hub.OpenDoor(p.Dir, p.visited)
	return err
}

// visited does what a later start of the program asks for.
func (p *Program) visited(r hub.Request) error {
	var kept *workspace.File
	var boards workspace.Workspace
	if r.File != "" {
		if !strings.HasSuffix(r.File, workspaceSuffix) {
			return fmt.Errorf("%s is no workspace: its name ends in %s", r.File, workspaceSuffix)
		}
		var err error
		if kept, boards, _, err = workspace.Open(r.File); err != nil {
			return err
		}
	}
	if r.Link != "" && !connection.IsURL(r.Link) {
		return fmt.Errorf("%q is no address of a broker", r.Link)
	}
	p.window.Do(func() {
		p.window.Raise()
		if kept != nil {
			p.window.OpenWorkspace(kept, boards)
		}
		if r.Link != "" {
			p.window.OpenLink(r.Link)
		}
	})
	return nil
}
