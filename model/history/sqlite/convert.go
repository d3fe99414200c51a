package sqlite

import (
	"context"
	"database/sql"

	"github.com/pilothouse/pilothouse/model/history/block"
)

// convertRows brings the recent messages and samples of format 2, which had a row
// each, into the rows of format 3, but for those that are in blocks already.
func convertRows(ctx context.Context, tx *sql.Tx) error {
	if err := convertMessages(ctx, tx); err != nil {
		return err
	}
	if err := convertSamples(ctx, tx); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DROP TABLE message; DROP TABLE sample; DELETE FROM payload; DELETE FROM sealing")
	return err
}

func convertMessages(ctx context.Context, tx *sql.Tx) error {
	var r newRows
	first, bytes := int64(0), 0
	put := func() error {
		if len(r.messages) == 0 {
			return nil
		}
		r.end()
		_, err := tx.ExecContext(ctx, insertMessages,
			first, r.start, string(r.heads), r.data, orNothing(r.noted), checksum(r.heads, r.data, r.noted))
		r.reset()
		return err
	}
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var id, topic int64
		var pub, device sql.NullInt64
		var m block.Message
		var properties sql.NullString
		if err := rows.Scan(&id, &m.At, &topic, &pub, &m.Flags, &device, &m.Payload, &properties); err != nil {
			return err
		}
		if n := int64(len(r.messages)); n == rowMessages || n > 0 && (id != first+n || bytes+len(m.Payload) > rowBytes) {
			if err := put(); err != nil {
				return err
			}
		}
		if len(r.messages) == 0 {
			first, bytes = id, 0
			r.begin(m.At, 0)
		}
		bytes += len(m.Payload)
		v := heldMessage{at: m.At, device: device.Int64, publisher: pub.Int64, flags: uint8(m.Flags), size: uint32(len(m.Payload)), properties: -1}
		if properties.Valid {
			r.noteText([]byte(properties.String))
		}
		r.place(&v, uint64(len(m.Payload)), m.Payload)
		r.add(topic, v, 0)
		return nil
	}, `SELECT m.id, m.at, m.topic, m.publisher, m.flags, m.device_at, coalesce(m.data, p.data, x''), m.properties
		FROM message m LEFT JOIN payload p ON p.id = m.same LEFT JOIN sealing g ON g.name = 'message'
		WHERE g.row IS NULL OR m.id > g.row OR m.topic > g.owner ORDER BY m.id`)
	if err != nil {
		return err
	}
	return put()
}

func convertSamples(ctx context.Context, tx *sql.Tx) error {
	var list []byte
	var first, start, n int64
	put := func() error {
		if n == 0 {
			return nil
		}
		list = append(list, ']')
		_, err := tx.ExecContext(ctx, insertSamples, first, start, string(list), checksum(list))
		list, n = list[:0], 0
		return err
	}
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var id, series, at int64
		var v float64
		if err := rows.Scan(&id, &series, &at, &v); err != nil {
			return err
		}
		if n == rowSamples || n > 0 && id != first+n {
			if err := put(); err != nil {
				return err
			}
		}
		if n == 0 {
			first, start = id, at
		}
		list = appendSample(list, series, at-start, v)
		n++
		return nil
	}, `SELECT a.rowid, a.series, a.at, a.value FROM sample a LEFT JOIN sealing g ON g.name = 'sample'
		WHERE g.row IS NULL OR a.rowid > g.row OR a.series > g.owner ORDER BY a.rowid`)
	if err != nil {
		return err
	}
	return put()
}
