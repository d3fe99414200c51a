package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/pilothouse/pilothouse/model"
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
	// upkeep is set while a step of upkeep has the writer, relaxed while commits do
	// not wait for the disk.
	upkeep, relaxed bool

	topic, series, publisher, payload, message, sample *sql.Stmt
	event                                              *bulk
	prepared                                           []*sql.Stmt // all of them

	payloads payloads
	rows     newRows
	hinted   []*knownTopic // by the hint of their messages
	coming   []*knownTopic // whose series are expected
	// pub is the publisher that came last, pubID its number.
	pub   *model.Publisher
	pubID int64
	// nextRow and nextSample are the numbers of the last message and the last
	// sample. They only grow: what is recent is sealed up to a number.
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
		{&w.message, insertMessages},
		{&w.sample, insertSamples},
	} {
		if *p.stmt, err = w.statement(ctx, p.text); err != nil {
			return err
		}
	}
	w.event, err = w.newBulk(ctx, "event(at, kind, device, client, addr, text, was, now, serious)", 9)
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
	if err := w.relax(ctx, w.upkeep); err != nil {
		return explain(err)
	}
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

// relax says whether commits wait for the disk. Those of upkeep need not: they
// change where things are and not what is there, the log keeps the order in which
// they came, and the next batch, or a checkpoint, syncs all of it.
func (w *writer) relax(ctx context.Context, yes bool) error {
	if w.relaxed == yes {
		return nil
	}
	level := "FULL"
	if yes {
		level = "NORMAL"
	}
	_, err := w.conn.ExecContext(ctx, "PRAGMA synchronous("+level+")")
	if err == nil {
		w.relaxed = yes
	}
	return err
}

// noLock is the lock of a transaction that needs none.
type noLock struct{}

func (noLock) Lock()   {}
func (noLock) Unlock() {}

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
