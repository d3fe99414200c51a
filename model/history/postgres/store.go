package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pilothouse/pilothouse/model/history"
)

// Store is history in a database. Make one with Open.
type Store struct {
	pool      *pgxpool.Pool
	timescale bool
	names     *names
	days      days
	writing   sync.Mutex
	payloads  payloads
}

// NewerFormatError tells that the database was set up by a newer program. It was
// not touched.
type NewerFormatError struct{ Format int }

// Error implements error.
func (e *NewerFormatError) Error() string {
	return fmt.Sprintf("the history in the database has format %d, and this version reads up to %d: use a newer version, or another database", e.Format, Format)
}

// connectTime is how long a connection may take to come up.
const connectTime = 5 * time.Second

// Open connects to a database by its URL, such as
// postgres://user:password@host/name?sslmode=verify-full, and sets up the schema
// pilothouse in it if need be.
func Open(ctx context.Context, address string) (*Store, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("open the shared history: the address is not one of a PostgreSQL database: %s", hidden(err, address))
	}
	config.ConnConfig.RuntimeParams["search_path"] = "pilothouse"
	config.ConnConfig.RuntimeParams["application_name"] = "pilothouse"
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTime
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the shared history: %w", err)
	}
	s := &Store{pool: pool, names: newNames(), payloads: newPayloads()}
	if err := s.setUp(ctx); err != nil {
		pool.Close()
		var refused *pgconn.ConnectError
		if errors.As(err, &refused) || errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("%w: %w", history.ErrAway, err)
		}
		return nil, fmt.Errorf("open the shared history on %s: %w", config.ConnConfig.Host, err)
	}
	return s, nil
}

// hidden is an error about an address without the password in it.
func hidden(err error, address string) string {
	text := err.Error()
	if u, e := url.Parse(address); e == nil && u.User != nil {
		if secret, ok := u.User.Password(); ok && secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

// setUpLock keeps two programs from setting up or maintaining at once.
const (
	setUpLock    = 0x50484c54
	maintainLock = setUpLock + 1
)

// setUp makes the schema, or brings it to this format.
func (s *Store) setUp(ctx context.Context) error {
	return s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", setUpLock); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, "SELECT to_regproc('public.create_hypertable') IS NOT NULL").Scan(&s.timescale); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS pilothouse; SET LOCAL search_path = pilothouse, public;
			CREATE TABLE IF NOT EXISTS format(version integer NOT NULL)`)
		if err != nil {
			return err
		}
		var format int
		if err := tx.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM format").Scan(&format); err != nil {
			return err
		}
		if format > Format {
			return &NewerFormatError{format}
		}
		for _, statements := range migrations()[format:] {
			if err := s.migrate(ctx, tx, statements); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, "DELETE FROM format")
		if err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO format(version) VALUES($1)", Format)
		}
		return err
	})
}

func (s *Store) migrate(ctx context.Context, tx pgx.Tx, statements string) error {
	by := "PARTITION BY RANGE (at)"
	if s.timescale {
		by = ""
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf(statements, by)); err != nil {
		return fmt.Errorf("set up the tables: %w", err)
	}
	if s.timescale {
		if _, err := tx.Exec(ctx, hypertables); err != nil {
			return fmt.Errorf("set up TimescaleDB: %w", err)
		}
	}
	return nil
}

// transact runs f in a transaction.
func (s *Store) transact(ctx context.Context, f func(pgx.Tx) error) error {
	return explain(pgx.BeginFunc(ctx, s.pool, f))
}

// explain turns an error of PostgreSQL into one of package history where there
// is one for it.
func explain(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == "53100" { // disk_full
		return fmt.Errorf("%w (%w)", history.ErrFull, err)
	}
	return err
}

// wrap says what was being done.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, explain(err))
}

// Close ends the store. It may be called twice.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}
