package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"maps"
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
	h := s.head
	return h.nMessages >= s.opts.SealMessages || h.nSamples >= s.opts.SealSamples ||
		h.oldest > 0 && now.UnixMicro()-h.oldest >= s.opts.SealAge.Microseconds()
}

// sealPace is how many blocks one transaction of sealing writes, and deletePace
// how many rows one takes away.
func sealPace() pace   { return pace{n: 100, least: 10, most: 400} }
func deletePace() pace { return pace{n: 2_000, least: 250, most: 16_000} }

// Seal turns all rows of messages and samples into blocks, topic by topic and
// series by series in many small transactions, so that recording goes on between
// them. Table sealing says up to where it has come, so that rows that are in
// blocks are not read again after a crash. It is called by Maintain when it is
// due.
func (s *Store) Seal(ctx context.Context) error {
	if s.write == nil {
		return history.ErrReadOnly
	}
	s.sealing.Lock()
	defer s.sealing.Unlock()
	if err := s.finishSealing(ctx); err != nil { // one that failed half-way
		return err
	}
	s.seal.RLock()
	old := s.head.freeze()
	s.seal.RUnlock()
	if old.nMessages+old.nSamples == 0 {
		return nil
	}
	for _, p := range []struct {
		table  string
		last   int64
		blocks []packedBlock
	}{{"message", old.lastMessage, packMessages(old)}, {"sample", old.lastSample, packSamples(old)}} {
		for size := sealPace(); len(p.blocks) > 0; {
			err := s.step(ctx, &size, func(n int) error {
				n = wholeOwners(p.blocks, n)
				now := p.blocks[:n]
				p.blocks = p.blocks[n:]
				return s.sealBlocks(ctx, p.table, p.last, now, old)
			})
			if err != nil {
				return s.wrap("seal the history", err)
			}
		}
	}
	return s.finishSealing(ctx)
}

// wholeOwners is how many of the first blocks to write together: about n, but all
// of each topic or series.
func wholeOwners(blocks []packedBlock, n int) int {
	n = min(n, len(blocks))
	for n < len(blocks) && blocks[n].owner == blocks[n-1].owner {
		n++
	}
	return n
}

// sealBlocks writes blocks of some topics or series, and forgets their recent
// rows. It is a step.
func (s *Store) sealBlocks(ctx context.Context, table string, last int64, blocks []packedBlock, old *head) error {
	ids := s.write.nextIDs
	return s.transactUnder(ctx, &s.seal, func(tx *sql.Tx) error {
		messages, samples := blocks, []packedBlock(nil)
		if table == "sample" {
			messages, samples = nil, blocks
		}
		if err := writeBlocks(ctx, tx, messages, samples, &ids); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO sealing(name, row, owner) VALUES(?, ?, ?)", table, last, blocks[len(blocks)-1].owner)
		return err
	}, func() {
		s.write.nextIDs = ids
		s.head = s.head.without(old, table == "message", blocks)
	})
}

// finishSealing takes away the rows that are in blocks, some at a time.
func (s *Store) finishSealing(ctx context.Context) error {
	for _, t := range sealedTables() {
		size := deletePace()
		for more := true; more; {
			err := s.step(ctx, &size, func(n int) (err error) {
				more, err = s.deleteSealed(ctx, t, n)
				return err
			})
			if err != nil {
				return s.wrap("take away what is sealed", err)
			}
		}
	}
	return nil
}

// sealedTable is a table whose rows are sealed into blocks, by the statements that
// tell which of its rows are, and take some of them away.
type sealedTable struct{ name, span, drop string }

func sealedTables() []sealedTable {
	return []sealedTable{
		{"message", "SELECT row, owner, coalesce(done, (SELECT min(id) FROM message)) FROM sealing WHERE name = ?",
			"DELETE FROM message WHERE id >= ? AND id <= ? AND topic <= ?"},
		{"sample", "SELECT row, owner, coalesce(done, (SELECT min(rowid) FROM sample)) FROM sealing WHERE name = ?",
			"DELETE FROM sample WHERE rowid >= ? AND rowid <= ? AND series <= ?"},
	}
}

// deleteSealed takes away up to n of the rows of a table that are in blocks; when
// none is left it takes away the payloads that only they pointed to. It is a step.
func (s *Store) deleteSealed(ctx context.Context, t sealedTable, n int) (more bool, err error) {
	err = s.transact(ctx, func(tx *sql.Tx) error {
		var last, to int64
		var from sql.NullInt64
		err := tx.QueryRowContext(ctx, t.span, t.name).
			Scan(&last, &to, &from)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if more = from.Valid && from.Int64 <= last; more {
			upTo := min(last, from.Int64+int64(n)-1)
			_, err = tx.ExecContext(ctx, t.drop, from.Int64, upTo, to)
			if err == nil {
				_, err = tx.ExecContext(ctx, "UPDATE sealing SET done = ? WHERE name = ?", upTo+1, t.name)
			}
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM sealing WHERE name = ?", t.name); err != nil || t.name != "message" {
			return err
		}
		s.write.payloads.clear()
		_, err = tx.ExecContext(ctx, "DELETE FROM payload WHERE id < (SELECT coalesce(min(same), ?) FROM message)", math.MaxInt64)
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
	for _, b := range messages {
		ids.messageBlock++
		if _, err := stmts[0].ExecContext(ctx, ids.messageBlock, b.owner, b.data); err != nil {
			return err
		}
		if _, err := stmts[1].ExecContext(ctx, b.owner, b.start, ids.messageBlock, b.stop, b.count, len(b.data)); err != nil {
			return err
		}
	}
	for _, b := range samples {
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

// packMessages packs the messages of a head, topic by topic.
func packMessages(h *head) []packedBlock {
	var out []packedBlock
	for _, topic := range slices.Sorted(maps.Keys(h.messages)) {
		list := sortedMessages(h.messages[topic])
		for i := 0; i < len(list); {
			j, size := i, 0
			for j < len(list) && j-i < block.MaxMessages && list[j].At-list[i].At < maxSpan.Microseconds() && (j == i || size < maxBlockBytes) {
				size += len(list[j].Payload)
				j++
			}
			out = append(out, packedBlock{owner: topic, data: block.PackMessages(list[i:j]), start: list[i].At, stop: list[j-1].At, count: int64(j - i)})
			i = j
		}
	}
	return out
}

// packSamples packs the samples of a head, series by series.
func packSamples(h *head) []packedBlock {
	var out []packedBlock
	for _, series := range slices.Sorted(maps.Keys(h.samples)) {
		out = appendPacked(out, series, h.samples[series].sorted())
	}
	return out
}

// appendPacked packs samples in order of time into blocks.
func appendPacked(out []packedBlock, series int64, r run) []packedBlock {
	for i := 0; i < len(r.at); {
		j := min(i+block.MaxSamples, len(r.at))
		if k, _ := slices.BinarySearch(r.at[i:j], r.at[i]+maxSpan.Microseconds()); i+k < j {
			j = i + k
		}
		out = append(out, packedBlock{
			owner: series, data: block.PackSamples(r.at[i:j], r.value[i:j]), summary: block.Summarise(r.at[i:j], r.value[i:j]),
		})
		i = j
	}
	return out
}
