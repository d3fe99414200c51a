package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history/block"
)

// writer is the one connection that writes.
type writer struct {
	mu sync.Mutex // held for a transaction
	// asked counts the batches that came.
	asked atomic.Uint64
	// commits counts transactions.
	commits atomic.Uint64
	db      *sql.DB
	conn    *sql.Conn

	topic, series, publisher, payload *sql.Stmt
	message, sample                   *bulk
	prepared                          []*sql.Stmt // all of them

	payloads payloads
	// nextRow and nextSample are the last rows of tables message and sample. They
	// only grow: rows are sealed up to a number.
	nextRow, nextSample int64
	nextIDs             ids
}

// ids are the next numbers of topics, series, publishers, payloads and blocks.
type ids struct{ topic, series, publisher, payload, messageBlock, sampleBlock int64 }

func openWriter(ctx context.Context, dsn string) (*writer, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	w := &writer{db: db, payloads: newPayloads()}
	if err := w.prepare(ctx); err != nil {
		return nil, errors.Join(explain(err), w.close())
	}
	return w, nil
}

func (w *writer) prepare(ctx context.Context) (err error) {
	if w.conn, err = w.db.Conn(ctx); err != nil {
		return err
	}
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&w.topic, "INSERT INTO topic(id, name) VALUES(?, ?)"},
		{&w.series, "INSERT INTO series(id, topic, pointer) VALUES(?, ?, ?)"},
		{&w.publisher, "INSERT INTO publisher(id, client, identity, addr, tls) VALUES(?, ?, ?, ?, ?)"},
		{&w.payload, "INSERT INTO payload(id, data) VALUES(?, ?)"},
	} {
		if *p.stmt, err = w.statement(ctx, p.text); err != nil {
			return err
		}
	}
	if w.message, err = w.newBulk(ctx, "message(id, at, topic, publisher, flags, device_at, data, same, properties)", 9); err != nil {
		return err
	}
	w.sample, err = w.newBulk(ctx, "sample(rowid, series, at, value)", 4)
	return err
}

// statement prepares a statement that is closed with the writer.
func (w *writer) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	stmt, err := w.conn.PrepareContext(ctx, text)
	if err == nil {
		w.prepared = append(w.prepared, stmt)
	}
	return stmt, err
}

func (w *writer) close() error {
	var errs []error
	// A statement of a connection keeps its file open.
	for _, stmt := range w.prepared {
		errs = append(errs, stmt.Close())
	}
	if w.conn != nil {
		errs = append(errs, w.conn.Close())
	}
	return errors.Join(append(errs, w.db.Close())...)
}

// transact runs f in a transaction that is on disk when it returns nil.
func (w *writer) transact(ctx context.Context, f func(*sql.Tx) error) error {
	return w.transactUnder(ctx, noLock{}, f, func() {})
}

// transactUnder is transact, with a lock held from before the commit until done
// has been called after it.
func (w *writer) transactUnder(ctx context.Context, lock sync.Locker, f func(*sql.Tx) error, done func()) error {
	tx, err := w.conn.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	if err = f(tx); err != nil {
		_ = tx.Rollback() // nothing of it is kept either way
		return explain(err)
	}
	lock.Lock()
	defer lock.Unlock()
	if err = tx.Commit(); err != nil {
		_ = tx.Rollback()
		return explain(err)
	}
	w.commits.Add(1)
	done()
	return nil
}

// noLock is the lock of a transaction that needs none.
type noLock struct{}

func (noLock) Lock()   {}
func (noLock) Unlock() {}

// bulkRows is how many rows one statement of a bulk inserts.
const bulkRows = 64

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
	b.args = b.args[:0]
	return err
}

// flush writes the rows that wait.
func (b *bulk) flush(ctx context.Context) error {
	args := b.args
	b.args = b.args[:0]
	for ; len(args) > 0; args = args[b.width:] {
		if _, err := b.one.ExecContext(ctx, args[:b.width]...); err != nil {
			return err
		}
	}
	return nil
}

// fresh is the names that a transaction made, which count once it is committed.
type fresh struct {
	topics     map[string]int64
	series     map[model.SeriesKey]int64
	publishers map[model.Publisher]int64
	ids        ids
}

func (w *writer) newFresh() *fresh {
	return &fresh{topics: map[string]int64{}, series: map[model.SeriesKey]int64{}, publishers: map[model.Publisher]int64{}, ids: w.nextIDs}
}

// topicID finds or makes the number of a topic.
func (s *Store) topicID(ctx context.Context, f *fresh, name string) (int64, error) {
	if id, ok := s.names.topic(name); ok {
		return id, nil
	}
	if id, ok := f.topics[name]; ok {
		return id, nil
	}
	f.ids.topic++
	id := f.ids.topic
	f.topics[name] = id
	_, err := s.write.topic.ExecContext(ctx, id, name)
	return id, err
}

func (s *Store) seriesID(ctx context.Context, f *fresh, key model.SeriesKey) (int64, error) {
	if id, ok := s.names.seriesID(key); ok {
		return id, nil
	}
	if id, ok := f.series[key]; ok {
		return id, nil
	}
	topic, err := s.topicID(ctx, f, key.Topic)
	if err != nil {
		return 0, err
	}
	f.ids.series++
	id := f.ids.series
	f.series[key] = id
	_, err = s.write.series.ExecContext(ctx, id, topic, key.Pointer)
	return id, err
}

// publisherID is 0 for no publisher.
func (s *Store) publisherID(ctx context.Context, f *fresh, p *model.Publisher) (int64, error) {
	if p == nil {
		return 0, nil
	}
	if id, ok := s.names.publisherID(*p); ok {
		return id, nil
	}
	if id, ok := f.publishers[*p]; ok {
		return id, nil
	}
	if f.ids.publisher >= maxPublishers {
		return 0, nil
	}
	f.ids.publisher++
	id := f.ids.publisher
	f.publishers[*p] = id
	_, err := s.write.publisher.ExecContext(ctx, id, p.ClientID, p.Identity, p.Addr, p.TLS)
	return id, err
}

// committed makes the names of a transaction known.
func (s *Store) committed(f *fresh) {
	for name, id := range f.topics {
		s.names.addTopic(id, name)
	}
	for key, id := range f.series {
		s.names.addSeries(id, key)
	}
	for p, id := range f.publishers {
		s.names.addPublisher(id, p)
	}
	s.write.nextIDs = f.ids
}

// messageRow and sampleRow are what was written, for the head.
type messageRow struct {
	topic int64
	m     block.Message
}

type sampleRow struct {
	series, at int64
	v          float64
}
