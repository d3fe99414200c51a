package demo

import (
	_ "embed" // the boards

	"github.com/pilothouse/pilothouse/model/workspace"
)

//go:embed boards.json
var boards []byte

// Boards is the workspace that the fleet comes with: a board of the fleet, one
// for each ferry, and one tile for each ferry.
func Boards() (workspace.Workspace, error) { return workspace.Decode(boards) }
