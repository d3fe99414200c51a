package sqlite

import (
	"context"
	"database/sql"
	"runtime"
	"strings"
)

// bulkRows is how many rows one statement of a bulk inserts.
const bulkRows = 32

// bulk inserts rows of one table, many with each statement.
type bulk struct {
	many, one *sql.Stmt
	width     int
	args      []any
}

func (w *writer) newBulk(ctx context.Context, into string, width int) (*bulk, error) {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", width), ",") + ")"
	one, err := w.statement(ctx, "INSERT INTO "+into+" VALUES"+row)
	if err != nil {
		return nil, err
	}
	many, err := w.statement(ctx, "INSERT INTO "+into+" VALUES"+strings.TrimSuffix(strings.Repeat(row+",", bulkRows), ","))
	if err != nil {
		return nil, err
	}
	return &bulk{many: many, one: one, width: width}, nil
}

// add takes in one row, and writes when there are enough.
func (b *bulk) add(ctx context.Context, args ...any) error {
	b.args = append(b.args, args...)
	if len(b.args) < b.width*bulkRows {
		return nil
	}
	_, err := b.many.ExecContext(ctx, b.args...)
	b.clear()
	giveWay()
	return err
}

// flush writes the rows that wait.
func (b *bulk) flush(ctx context.Context) error {
	defer b.clear()
	for args := b.args; len(args) > 0; args = args[b.width:] {
		if _, err := b.one.ExecContext(ctx, args[:b.width]...); err != nil {
			return err
		}
	}
	return nil
}

// clear forgets the rows that wait.
func (b *bulk) clear() {
	clear(b.args)
	b.args = b.args[:0]
}

// giveWay lets the live path have the processor first, where there are none to
// spare. What is written is asked for it every some ten microseconds: left alone it
// would keep a processor for the ten milliseconds that the runtime grants.
func giveWay() { runtime.Gosched() }
