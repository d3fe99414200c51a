package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/pilothouse/pilothouse/model/history/block"
)

// blockRows reads blocks of samples one after another with one question, which
// costs a fraction of a question for each.
type blockRows struct {
	v    *view
	rows *sql.Rows // nil for no blocks
}

// blocks begins to read the blocks of some numbers, in their order. The caller
// closes it.
func (v *view) blocks(ctx context.Context, ids []int64) (blockRows, error) {
	if len(ids) == 0 {
		return blockRows{v: v}, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return blockRows{}, err
	}
	// A CROSS JOIN keeps the order of its left side; next checks it.
	rows, err := v.q.QueryContext(ctx, "SELECT d.id, d.data FROM json_each(?) j CROSS JOIN sample_data d ON d.id = j.value", string(list))
	if err != nil {
		return blockRows{}, v.s.damaged(err)
	}
	return blockRows{v, rows}, nil
}

// next opens the next block, which has to be that of a number. It is valid until
// the next call.
func (b blockRows) next(id int64) (block.Samples, error) {
	if !b.rows.Next() {
		if err := b.rows.Err(); err != nil {
			return block.Samples{}, b.v.s.damaged(err)
		}
		return block.Samples{}, b.v.s.damaged(fmt.Errorf("block %d of samples is missing: %w", id, block.ErrDamaged))
	}
	var got int64
	var data sql.RawBytes
	if err := b.rows.Scan(&got, &data); err != nil {
		return block.Samples{}, b.v.s.damaged(err)
	}
	if got != id {
		return block.Samples{}, b.v.s.damaged(fmt.Errorf("block %d of samples is missing: %w", id, block.ErrDamaged))
	}
	opened, err := block.OpenSamples(data)
	return opened, b.v.s.damaged(err)
}

// close ends the reading.
func (b blockRows) close() error {
	if b.rows == nil {
		return nil
	}
	return explain(b.rows.Close())
}
