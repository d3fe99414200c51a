//go:build !hub

package main

import (
	"errors"

	"github.com/pilothouse/pilothouse/demo"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/i18n"
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
		inLanguage(&w)
		err = errors.Join(err, cause)
	}
	return f, w, err
}

// inLanguage puts the texts of the demo's boards into the window's language. From
// then on they are the operator's.
func inLanguage(w *workspace.Workspace) {
	for i := range w.Boards {
		b := &w.Boards[i]
		b.Name = i18n.T(b.Name)
		for j := range b.Tiles {
			t := &b.Tiles[j]
			t.Title, t.Text = i18n.T(t.Title), i18n.T(t.Text)
			if t.Send != nil {
				t.Send.Label = i18n.T(t.Send.Label)
			}
		}
	}
}
