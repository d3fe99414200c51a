package sqlite

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/block"
)

// maxSpan is how much time one block spans at most, so that a question about a
// moment need not look at blocks that began long before.
const maxSpan = 24 * time.Hour

// packedBlock is a block that is to be written.
type packedBlock struct {
	owner   int64 // topic or series
	data    []byte
	start   int64
	stop    int64
	count   int64
	summary block.Summary // of samples
}

// due tells whether rows have to be sealed.
func (s *Store) due(now time.Time) bool {
	s.seal.RLock()
	defer s.seal.RUnlock()
	return s.crowded() || s.old.head != nil || s.head.oldest > 0 && now.UnixMicro()-s.head.oldest >= s.opts.SealAge.Microseconds()
}

// crowded tells that as much is recent as is to be sealed. The caller holds the
// lock.
func (s *Store) crowded() bool {
	h := s.head
	if h.memory() >= s.opts.SealBytes {
		return true
	}
	return (h.messages.n >= s.opts.SealMessages || h.samples.n >= s.opts.SealSamples) &&
		h.messages.n+h.samples.n >= worthwhile*(h.topics.count+h.series.count)
}

// worthwhile is how many messages or samples a block is to hold on average: sealing
// costs more for each block than for what is in it.
const worthwhile = 10

// Due tells whether Maintain has something to seal, so that whoever writes need
// not wait for the time of upkeep.
func (s *Store) Due() bool {
	s.seal.RLock()
	defer s.seal.RUnlock()
	return s.crowded()
}

// waitForRoom waits while what is recent is more than memory is to hold and the
// head before it is being sealed: else sealing that does not keep up would let it
// grow without end.
func (s *Store) waitForRoom(ctx context.Context) error {
	for {
		s.seal.RLock()
		busy := s.busy
		full := s.head.memory() >= 2*s.opts.SealBytes
		s.seal.RUnlock()
		if !full || busy == nil {
			return nil
		}
		select {
		case <-busy:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sealPace is how many blocks one transaction of sealing writes, and deletePace
// how many rows one takes away.
func sealPace() pace   { return pace{n: 100, least: 10, most: 400} }
func deletePace() pace { return pace{n: 64, least: 4, most: 512} }

// sealed is a head that is being sealed, and how far that has come. It is copied
// for each question.
type sealed struct {
	head *head // nil when none is
	// topics and series are up to which they are in blocks, nMessages and nSamples
	// how many that are.
	topics, series      int64
	nMessages, nSamples int
}

// Seal turns what is recent into blocks, topic by topic and series by series in
// many small transactions, so that recording goes on between them. Table sealing
// says up to where it has come, so that what is in blocks is not read again after a
// crash. It is called by Maintain when it is due.
func (s *Store) Seal(ctx context.Context) error {
	if s.write == nil {
		return history.ErrReadOnly
	}
	s.sealing.Lock()
	defer s.sealing.Unlock()
	defer s.announce()()
	if err := s.sealOld(ctx); err != nil { // one that failed half-way
		return err
	}
	s.setAside()
	return s.sealOld(ctx)
}

// announce says that sealing has begun, and what it returns that it has ended.
func (s *Store) announce() (ended func()) {
	busy := make(chan struct{})
	s.seal.Lock()
	s.busy = busy
	s.seal.Unlock()
	return func() {
		s.seal.Lock()
		s.busy = nil
		s.seal.Unlock()
		close(busy)
	}
}

// setAside begins a new head; the one before it is to be sealed.
func (s *Store) setAside() {
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	s.seal.Lock()
	defer s.seal.Unlock()
	if s.head.empty() {
		return
	}
	s.old = sealed{head: s.head, topics: minTime, series: minTime}
	s.head = newHead()
	s.head.lastMessage, s.head.lastSample = s.old.head.lastMessage, s.old.head.lastSample
	s.write.payloads.clear() // what the new one points to is not that of the old one
}

// sealOld seals what was set aside, as far as it is not sealed yet.
func (s *Store) sealOld(ctx context.Context) error {
	old := s.old // only Seal changes it
	if old.head == nil {
		return nil
	}
	for _, p := range []packer{
		{table: "message", last: old.head.lastMessage, owners: old.head.topics.after(old.topics), pack: old.head.packMessages},
		{table: "sample", last: old.head.lastSample, owners: old.head.series.after(old.series), pack: old.head.packSamples},
	} {
		for size := sealPace(); ; {
			blocks := p.next(size.n)
			if len(blocks) == 0 {
				break
			}
			err := s.step(ctx, &size, func(int) error { return s.sealBlocks(ctx, p.table, p.last, blocks) })
			if err != nil {
				return s.wrap("seal the history", err)
			}
		}
	}
	return s.finishSealing(ctx)
}

// packer packs what is in a head, some owners at a time.
type packer struct {
	table  string
	last   int64
	owners []int64
	pack   func(out []packedBlock, owner int64) []packedBlock
}

// next packs the blocks of the next owners: about n, and all of each owner.
func (p *packer) next(n int) []packedBlock {
	var out []packedBlock
	for len(out) < n && len(p.owners) > 0 {
		giveWay()
		out = p.pack(out, p.owners[0])
		p.owners = p.owners[1:]
	}
	return out
}

// sealBlocks writes blocks of some topics or series, and notes that they are
// sealed. It is a step.
func (s *Store) sealBlocks(ctx context.Context, table string, last int64, blocks []packedBlock) error {
	ids, owner, n := s.write.nextIDs, blocks[len(blocks)-1].owner, 0
	for _, b := range blocks {
		n += int(b.count)
	}
	return s.transactUnder(ctx, &s.seal, func(tx *sql.Tx) error {
		messages, samples := blocks, []packedBlock(nil)
		if table == "sample" {
			messages, samples = nil, blocks
		}
		if err := writeBlocks(ctx, tx, messages, samples, &ids); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO sealing(name, row, owner) VALUES(?, ?, ?)", table, last, owner)
		return err
	}, func() {
		s.write.nextIDs = ids
		if table == "sample" {
			s.old.series, s.old.nSamples = owner, s.old.nSamples+n
		} else {
			s.old.topics, s.old.nMessages = owner, s.old.nMessages+n
		}
	})
}

// finishSealing takes away the rows of what was set aside, some at a time, all of
// which are in blocks, and at last the payloads that only they pointed to.
func (s *Store) finishSealing(ctx context.Context) error {
	old := s.old.head
	for _, t := range []struct {
		last int64
		drop string
	}{
		{old.lastMessage, "DELETE FROM recent_message WHERE id IN (SELECT id FROM recent_message WHERE id <= ? ORDER BY id LIMIT ?)"},
		{old.lastSample, "DELETE FROM recent_sample WHERE id IN (SELECT id FROM recent_sample WHERE id <= ? ORDER BY id LIMIT ?)"},
	} {
		size := deletePace()
		for more := true; more; {
			err := s.step(ctx, &size, func(n int) (err error) {
				more, err = s.deleteSealed(ctx, t.drop, t.last, n)
				return err
			})
			if err != nil {
				return s.wrap("take away what is sealed", err)
			}
		}
	}
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	err := s.transactUnder(ctx, &s.seal, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM sealing"); err != nil {
			return err
		}
		first := s.head.firstPayload
		if first == 0 {
			first = math.MaxInt64
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM payload WHERE id < ?", first)
		return err
	}, func() { s.old = sealed{} })
	return s.wrap("take away what is sealed", err)
}

// deleteSealed takes away up to n rows up to one. It is a step.
func (s *Store) deleteSealed(ctx context.Context, drop string, last int64, n int) (more bool, err error) {
	err = s.transact(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, drop, last, n)
		if err != nil {
			return err
		}
		gone, err := done.RowsAffected()
		more = gone == int64(n)
		return err
	})
	return more, err
}

// writeBlocks inserts blocks and where they are.
func writeBlocks(ctx context.Context, tx *sql.Tx, messages, samples []packedBlock, ids *ids) error {
	var stmts [4]*sql.Stmt
	for i, text := range []string{
		"INSERT INTO message_data(id, topic, data) VALUES(?, ?, ?)", insertMessageBlock,
		"INSERT INTO sample_data(id, series, data) VALUES(?, ?, ?)", insertSampleBlock,
	} {
		stmt, err := tx.PrepareContext(ctx, text)
		if err != nil {
			return err
		}
		defer func() { _ = stmt.Close() }()
		stmts[i] = stmt
	}
	for i, b := range messages {
		if i%4 == 0 {
			giveWay()
		}
		ids.messageBlock++
		if _, err := stmts[0].ExecContext(ctx, ids.messageBlock, b.owner, b.data); err != nil {
			return err
		}
		if _, err := stmts[1].ExecContext(ctx, b.owner, b.start, ids.messageBlock, b.stop, b.count, len(b.data)); err != nil {
			return err
		}
	}
	for i, b := range samples {
		if i%4 == 0 {
			giveWay()
		}
		ids.sampleBlock++
		if _, err := stmts[2].ExecContext(ctx, ids.sampleBlock, b.owner, b.data); err != nil {
			return err
		}
		if _, err := stmts[3].ExecContext(ctx, sampleBlockRow(b.owner, ids.sampleBlock, b.summary, int64(len(b.data)))...); err != nil {
			return err
		}
	}
	return nil
}

// maxBlockBytes is the size of payloads above which a block of messages takes no
// further message.
const maxBlockBytes = 256 << 10

// packMessages packs the messages of a topic.
func (h *head) packMessages(out []packedBlock, topic int64) []packedBlock {
	return appendMessages(out, topic, h.chain(h.topics.last(topic), nil))
}

// appendMessages packs messages of a topic in order of time into blocks.
func appendMessages(out []packedBlock, topic int64, list []block.Message) []packedBlock {
	for i := 0; i < len(list); {
		j, size := i, 0
		for j < len(list) && j-i < block.MaxMessages && list[j].At-list[i].At < maxSpan.Microseconds() && (j == i || size < maxBlockBytes) {
			size += len(list[j].Payload)
			j++
		}
		out = append(out, packedBlock{owner: topic, data: block.PackMessages(list[i:j]), start: list[i].At, stop: list[j-1].At, count: int64(j - i)})
		i = j
	}
	return out
}

// packSamples packs the samples of a series.
func (h *head) packSamples(out []packedBlock, series int64) []packedBlock {
	return appendPacked(out, series, h.run(h.series.last(series), run{}).sorted())
}

// appendPacked packs samples in order of time into blocks.
func appendPacked(out []packedBlock, series int64, r run) []packedBlock {
	for i := 0; i < len(r.at); {
		j := min(i+block.MaxSamples, len(r.at))
		if k, _ := slices.BinarySearch(r.at[i:j], r.at[i]+maxSpan.Microseconds()); i+k < j {
			j = i + k
		}
		out = append(out, packedBlock{
			owner: series, count: int64(j - i), data: block.PackSamples(r.at[i:j], r.value[i:j]), summary: block.Summarise(r.at[i:j], r.value[i:j]),
		})
		i = j
	}
	return out
}
