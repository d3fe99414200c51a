package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/model/history/block"
)

// salvage reads what can be read of the file into a new one, which it makes.
func (s *Store) salvage(ctx context.Context, fresh string, r *Recovery) (err error) {
	to, err := sql.Open("sqlite", (&Store{path: fresh, opts: Options{VFS: s.opts.VFS}}).dsn(false))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	to.SetMaxOpenConns(1)
	from, err := sql.Open("sqlite", s.dsn(true))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	from.SetMaxOpenConns(1)
	format, err := formatOf(ctx, from)
	if err != nil || format < 1 || format > Format { // of which the header cannot be read
		format = Format
	}
	if err := migrateTo(ctx, to, 0, format); err != nil {
		return err
	}
	for _, table := range tables(format) {
		t := copier{from: from, to: to, table: table}
		if err := t.copy(ctx); err != nil {
			return fmt.Errorf("table %s: %w", table.name, err)
		}
		r.Rows += t.rows
		if t.lost {
			r.Lost = append(r.Lost, table.name)
		}
	}
	if err := migrateTo(ctx, to, format, Format); err != nil {
		return err
	}
	if err := dropDamaged(ctx, to, r); err != nil {
		return err
	}
	if err := rebuildBlocks(ctx, to, r); err != nil {
		return err
	}
	if err := adopt(ctx, to); err != nil {
		return err
	}
	if _, err := to.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return explain(err)
	}
	return nil
}

// table is what is copied of a table: by its rowid, or by a key.
type table struct {
	name, columns string
	key           string // empty for the rowid
}

// tables are those of a format that are copied row by row. What says where sealed
// blocks are is made again from the blocks.
func tables(format int) []table {
	list := []table{
		{"topic", "id, name", ""}, {"series", "id, topic, pointer", ""}, {"publisher", "id, client, identity, addr, tls", ""},
		{"payload", "id, data", ""}, {"message_data", "id, topic, data", ""}, {"sample_data", "id, series, data", ""},
		{"rollup_data", "id, series, hour, minutes, seconds", ""},
		{"rollup", "series, hour, count, min, max, sum, first, last, first_at, last_at", "series, hour"},
		{"event", "id, at, kind, device, client, addr, text, was, now, serious", ""},
		{"session", "id, at, publisher, opened, ending, why", ""},
		{"command", "id, sent, device, topic, state, detail, whole", "rowid"},
		{"progress", "name, value", "rowid"}, {"sealing", "name, row, owner, done", "rowid"}, {"gap", "id, start, stop, kind, lost, why", ""},
	}
	if format >= 2 {
		list = append(list, table{"alarm", "id, at, alarm, source, state, severity, text, who", ""}, table{"bookmark", "id, at, title, note", ""})
	}
	if format >= 3 {
		return append(list, table{"recent_message", "id, start, heads, data, properties, crc", ""}, table{"recent_sample", "id, start, list, crc", ""})
	}
	return append(list, table{"message", "id, at, topic, publisher, flags, device_at, data, same, properties", ""}, table{"sample", "rowid, series, at, value", ""})
}

// copier copies the readable rows of one table.
type copier struct {
	from, to *sql.DB
	table    table
	rows     int64
	lost     bool
	insert   string
}

// stretchRows is how many rows are copied in one transaction.
const stretchRows = 5000

func (c *copier) copy(ctx context.Context) error {
	n := strings.Count(c.table.columns, ",") + 1
	c.insert = "INSERT OR IGNORE INTO " + c.table.name + "(" + c.table.columns + ") VALUES(" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")"
	if c.table.key != "" {
		return c.bothEnds(ctx)
	}
	next, step := int64(-1<<62), int64(1)
	top := c.top(ctx)
	for {
		read, last, err := c.stretch(ctx, fmt.Sprintf("rowid >= %d ORDER BY rowid", next), n)
		if last > next {
			next, step = last+1, 1
		}
		var write *writeError
		switch {
		case errors.As(err, &write):
			return err
		case err == nil && read < stretchRows:
			return nil
		case err == nil:
			continue
		}
		// Behind a damaged page: step over it, ever further.
		c.lost = true
		if next < 0 {
			next = 0
		}
		if next += step; next > top {
			return nil
		}
		step *= 2
	}
}

// top is a rowid beyond which there are none: the last readable one, if the way
// to it is.
func (c *copier) top(ctx context.Context) int64 {
	var top sql.NullInt64
	if c.from.QueryRowContext(ctx, "SELECT max(rowid) FROM "+c.table.name).Scan(&top) == nil {
		return top.Int64
	}
	return 1 << 40
}

// bothEnds copies what can be read of a table from its beginning on, and from
// its end back.
func (c *copier) bothEnds(ctx context.Context) error {
	n := strings.Count(c.table.columns, ",") + 1
	var write *writeError
	if _, _, err := c.whole(ctx, "ORDER BY "+c.table.key, n); err == nil || errors.As(err, &write) {
		return err
	}
	c.lost = true
	descending := strings.ReplaceAll(c.table.key, ",", " DESC,") + " DESC"
	if _, _, err := c.whole(ctx, "ORDER BY "+descending, n); errors.As(err, &write) {
		return err
	}
	return nil
}

// writeError tells that the new file, not the damaged one, is the trouble.
type writeError struct{ err error }

func (e *writeError) Error() string { return "write the new file: " + e.err.Error() }
func (e *writeError) Unwrap() error { return e.err }

// stretch copies up to stretchRows rows; last is the rowid of the last.
func (c *copier) stretch(ctx context.Context, where string, n int) (read int, last int64, err error) {
	return c.run(ctx, fmt.Sprintf("SELECT rowid, %s FROM %s WHERE %s LIMIT %d", c.table.columns, c.table.name, where, stretchRows), n, true)
}

func (c *copier) whole(ctx context.Context, order string, n int) (read int, last int64, err error) {
	return c.run(ctx, fmt.Sprintf("SELECT %s FROM %s %s", c.table.columns, c.table.name, order), n, false)
}

// run copies what a query returns until it fails; what came before is kept.
func (c *copier) run(ctx context.Context, query string, n int, byRow bool) (read int, last int64, err error) {
	tx, err := c.to.BeginTx(ctx, nil)
	if err != nil {
		return 0, 0, &writeError{explain(err)}
	}
	defer func() {
		if done := tx.Commit(); done != nil {
			err = &writeError{explain(done)}
		}
	}()
	insert, err := tx.PrepareContext(ctx, c.insert)
	if err != nil {
		return 0, 0, &writeError{explain(err)}
	}
	last = -1 << 62
	values, into := make([]any, n), make([]any, 0, n+1)
	var row int64
	if byRow {
		into = append(into, &row)
	}
	for i := range values {
		into = append(into, &values[i])
	}
	err = each(ctx, c.from, func(r *sql.Rows) error {
		if err := r.Scan(into...); err != nil {
			return err
		}
		read, last = read+1, row
		done, err := insert.ExecContext(ctx, values...)
		if err != nil {
			// A row that breaks a constraint is damage too.
			if errors.Is(explain(err), context.Canceled) || ctx.Err() != nil {
				return &writeError{err}
			}
			c.lost = true
			return nil
		}
		k, err := done.RowsAffected()
		c.rows += k
		return err
	}, query)
	return read, last, err
}

// rebuildBlocks makes again what says where sealed blocks are. Blocks that
// cannot be read are taken out.
func rebuildBlocks(ctx context.Context, db *sql.DB, r *Recovery) error {
	messages, err := rebuild(ctx, db, "SELECT id, topic, length(data), data FROM message_data WHERE id > ? ORDER BY id LIMIT 64", messageMeta, insertMessageBlock)
	if err != nil {
		return err
	}
	samples, err := rebuild(ctx, db, "SELECT id, series, length(data), data FROM sample_data WHERE id > ? ORDER BY id LIMIT 64", sampleMeta, insertSampleBlock)
	if err != nil {
		return err
	}
	for _, t := range []struct {
		name, drop string
		bad        []int64
	}{{"message_data", dropMessageData, messages}, {"sample_data", dropSampleData, samples}} {
		if len(t.bad) > 0 && !slices.Contains(r.Lost, t.name) {
			r.Lost = append(r.Lost, t.name)
		}
		for _, id := range t.bad {
			if _, err := db.ExecContext(ctx, t.drop, id); err != nil {
				return explain(err)
			}
		}
	}
	slices.Sort(r.Lost)
	return nil
}

// dropDamaged takes out the rows of recent messages and samples that are not what
// was written.
func dropDamaged(ctx context.Context, db *sql.DB, r *Recovery) error {
	drop := map[string]string{"recent_message": "DELETE FROM recent_message WHERE id = ?", "recent_sample": "DELETE FROM recent_sample WHERE id = ?"}
	bad := make(map[string][]int64)
	err := each(ctx, db, func(rows *sql.Rows) error {
		var m messagesRow
		err := rows.Scan(&m.id, &m.start, &m.heads, &m.data, &m.properties, &m.crc)
		if _, damaged := m.load(newHead(), minTime, nil); damaged != nil {
			bad["recent_message"] = append(bad["recent_message"], m.id)
		}
		return err
	}, "SELECT id, start, heads, data, properties, crc FROM recent_message")
	if err != nil {
		return err
	}
	err = each(ctx, db, func(rows *sql.Rows) error {
		var id, crc int64
		var list []byte
		err := rows.Scan(&id, &list, &crc)
		if checksum(list) != crc || readSamples(list, func(int64, int64, float64) {}) != nil {
			bad["recent_sample"] = append(bad["recent_sample"], id)
		}
		return err
	}, "SELECT id, list, crc FROM recent_sample")
	if err != nil {
		return err
	}
	for name, ids := range bad {
		if !slices.Contains(r.Lost, name) {
			r.Lost = append(r.Lost, name)
		}
		for _, id := range ids {
			if _, err := db.ExecContext(ctx, drop[name], id); err != nil {
				return explain(err)
			}
		}
		r.Rows -= int64(len(ids))
	}
	return nil
}

// Statements that say where a sealed block is.
const (
	insertMessageBlock = "INSERT INTO message_block(topic, start, id, stop, count, bytes) VALUES(?, ?, ?, ?, ?, ?)"
	insertSampleBlock  = "INSERT INTO sample_block(series, start, id, stop, count, min, max, sum, first, last, bytes) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

// rebuild reads blocks one by one and inserts what meta says of each; it returns
// those that cannot be read.
func rebuild(ctx context.Context, db *sql.DB, query string, meta func(id, owner, size int64, data []byte) ([]any, error), insert string) (bad []int64, err error) {
	for last := int64(-1); ; {
		var rows [][]any
		before := last
		err := each(ctx, db, func(r *sql.Rows) error {
			var owner, size int64
			var data []byte
			if err := r.Scan(&last, &owner, &size, &data); err != nil {
				return err
			}
			if row, err := meta(last, owner, size, data); err == nil {
				rows = append(rows, row)
			} else {
				bad = append(bad, last)
			}
			return nil
		}, query, last)
		if err != nil || last == before {
			return bad, err
		}
		for _, row := range rows {
			if _, err := db.ExecContext(ctx, insert, row...); err != nil {
				return bad, explain(err)
			}
		}
	}
}

func messageMeta(id, topic, size int64, data []byte) ([]any, error) {
	b, err := block.OpenMessages(data)
	if err != nil {
		return nil, err
	}
	var count, start, stop int64
	for i := range b.Frames() {
		f, err := b.Frame(i)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			start = f[0].At
		}
		stop = f[len(f)-1].At
		count += int64(len(f))
	}
	return []any{topic, start, id, stop, count, size}, nil
}

func sampleMeta(id, series, size int64, data []byte) ([]any, error) {
	b, err := block.OpenSamples(data)
	if err != nil {
		return nil, err
	}
	var sum block.Summary
	if err := b.Each(-1<<62, 1<<62, func(at []int64, v []float64) { sum.Merge(block.Summarise(at, v)) }); err != nil {
		return nil, err
	}
	return sampleBlockRow(series, id, sum, size), nil
}

// sampleBlockRow is the row of table sample_block for a block.
func sampleBlockRow(series, id int64, s block.Summary, size int64) []any {
	return []any{series, s.FirstAt, id, s.LastAt, s.Count, s.Min, s.Max, s.Sum, s.First, s.Last, size}
}

// removeFile removes a file that may not be there.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
