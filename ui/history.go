package ui

import (
	"context"

	"github.com/pilothouse/pilothouse/model/history"
)

// History is what was recorded, as the window wants it.
type History interface {
	// Status is a snapshot of how recording goes; it never blocks. on is false
	// while nothing is recorded: err is why, nil when that is as it was asked
	// for.
	Status() (s history.Status, on bool, err error)
	// Retention is what is kept for how long.
	Retention() history.Retention
	// Reader reads what was recorded; nil while there is nothing to read from.
	// It is used away from the main goroutine.
	Reader() history.Reader
	// NewPlayer makes a player of the past; onChange may be called from any
	// goroutine.
	NewPlayer(onChange func()) (*history.Player, error)
	// AddBookmark and RemoveBookmark keep and forget moments. They wait for the
	// disk.
	AddBookmark(ctx context.Context, b history.Bookmark) (int64, error)
	RemoveBookmark(ctx context.Context, id int64) error
}
