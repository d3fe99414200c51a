package sqlite

import (
	"context"
	"database/sql"
	"maps"
	"math"
	"slices"
	"time"

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

// Seal turns all rows of messages and samples into blocks. It is called by
// Maintain when it is due.
func (s *Store) Seal(ctx context.Context) error {
	s.seal.RLock()
	old := s.head.freeze()
	s.seal.RUnlock()
	if old.nMessages+old.nSamples == 0 {
		return nil
	}
	messages, samples := packMessages(old), packSamples(old)
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	ids := s.write.nextIDs
	err := s.transactUnder(ctx, &s.seal, func(tx *sql.Tx) error {
		if err := writeBlocks(ctx, tx, messages, samples, &ids); err != nil {
			return err
		}
		return deleteSealed(ctx, tx, old)
	}, func() {
		s.head = s.head.without(old)
		s.write.nextIDs = ids
		s.write.payloads.clear()
	})
	return s.wrap("seal the history", err)
}

// deleteSealed takes away the rows that are in blocks now, and the payloads that
// only they pointed to.
func deleteSealed(ctx context.Context, tx *sql.Tx, old *head) error {
	for _, d := range []struct {
		text string
		arg  int64
	}{
		{"DELETE FROM message WHERE id <= ?", old.lastMessage},
		{"DELETE FROM sample WHERE rowid <= ?", old.lastSample},
		{"DELETE FROM payload WHERE id < (SELECT coalesce(min(same), ?) FROM message)", math.MaxInt64},
	} {
		if _, err := tx.ExecContext(ctx, d.text, d.arg); err != nil {
			return err
		}
	}
	return nil
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
