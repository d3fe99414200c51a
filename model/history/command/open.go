package command

import (
	"context"
	"strings"

	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/postgres"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
)

// OpenStore opens history: a database by its URL (postgres://...), else a file.
// A file that is opened for reading may be recorded into by another program
// meanwhile.
func OpenStore(ctx context.Context, where string, readOnly bool) (history.Store, error) {
	if strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://") {
		s, err := postgres.Open(ctx, where)
		if err != nil {
			return nil, err // a nil *postgres.Store in the interface would not be nil
		}
		return s, nil
	}
	s, err := sqlite.Open(ctx, where, sqlite.Options{ReadOnly: readOnly})
	if err != nil {
		return nil, err
	}
	return s, nil
}
