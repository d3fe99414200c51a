//go:build !hub

package main

import (
	"errors"

	"github.com/pilothouse/pilothouse/demo"
	"github.com/pilothouse/pilothouse/model/workspace"
)

// openWorkspace opens the workspace file at path, or the one in the data folder,
// which begins with the demo's boards. A file that cannot be used is left alone
// and named in the error, and nothing is kept.
func (p *Program) openWorkspace(path string) (*workspace.File, workspace.Workspace, error) {
	own := path == ""
	if own {
		path = p.Dir.Path(workspace.DefaultName)
	}
	f, w, exists, err := workspace.Open(path)
	if own && !exists {
		var cause error
		w, cause = demo.Boards()
		err = errors.Join(err, cause)
	}
	return f, w, err
}
