package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"
)

// NewerFormatError tells that a file was written by a newer program. It was not
// touched.
type NewerFormatError struct {
	Path   string
	Format int
}

// Error implements error.
func (e *NewerFormatError) Error() string {
	return fmt.Sprintf("%s has format %d, and this version reads up to %d: use a newer version, or move the file away to start afresh", e.Path, e.Format, Format)
}

// formatOf is the format of a file, 0 of an empty one.
func formatOf(ctx context.Context, q querier) (format int, err error) {
	var id, tables int
	if err := q.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return 0, explain(err)
	}
	if err := q.QueryRowContext(ctx, "PRAGMA user_version").Scan(&format); err != nil {
		return 0, explain(err)
	}
	if err := q.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return 0, explain(err)
	}
	if id != applicationID && tables > 0 {
		return 0, errors.New("it is an SQLite file of another program: choose another name for the history")
	}
	return format, nil
}

// prepare makes sure that the file is whole and of this format.
func (s *Store) prepare(ctx context.Context) error {
	err := s.migrate(ctx)
	if errors.Is(err, ErrDamaged) || err == nil && s.suspect() {
		return s.recover(ctx)
	}
	return err
}

// migrate brings the file to this format. An older one is copied first.
func (s *Store) migrate(ctx context.Context) (err error) {
	db, err := sql.Open("sqlite", s.dsn(false))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	// A newer file is only looked at: not even its journal mode is touched.
	if err := s.refuseNewer(ctx); err != nil {
		return err
	}
	format, err := formatOf(ctx, db)
	if err != nil || format == Format {
		return err
	}
	if format > 0 {
		copied := fmt.Sprintf("%s.format%d-%s", s.path, format, time.Now().UTC().Format("20060102T150405Z"))
		if _, err := db.ExecContext(ctx, "VACUUM INTO ?", copied); err != nil {
			return fmt.Errorf("copy the file of format %d before it is changed: %w", format, explain(err))
		}
		if err := os.Chmod(copied, 0o600); err != nil {
			return err
		}
	}
	return migrateTo(ctx, db, format, Format)
}

// migrateTo takes a file from one format to another, in one transaction.
func migrateTo(ctx context.Context, db *sql.DB, from, to int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	for i, m := range migrations()[from:to] {
		_, err := tx.ExecContext(ctx, m.statements)
		if err == nil && m.convert != nil {
			err = m.convert(ctx, tx)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("bring the file to format %d: %w", from+i+1, explain(err)), tx.Rollback())
		}
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, to))
	if err != nil {
		return errors.Join(explain(err), tx.Rollback())
	}
	return explain(tx.Commit())
}

// refuseNewer looks at a file without changing anything in it or beside it.
func (s *Store) refuseNewer(ctx context.Context) (err error) {
	if info, err := os.Stat(s.path); err != nil || info.Size() == 0 {
		return nil // it will be made
	}
	db, err := sql.Open("sqlite", s.dsn(true))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	format, err := formatOf(ctx, db)
	if err != nil {
		return err
	}
	if format > Format {
		return &NewerFormatError{Path: s.path, Format: format}
	}
	return nil
}
