package sqlite

import (
	"context"
	"time"

	"github.com/pilothouse/pilothouse/model/history"
)

// Maintain seals rows when it is due, makes the roll-ups of hours that are over,
// and lets go of what retention says.
func (s *Store) Maintain(ctx context.Context, now time.Time, r history.Retention) error {
	if s.write == nil {
		return history.ErrReadOnly
	}
	if s.due(now) {
		if err := s.Seal(ctx); err != nil {
			return err
		}
	}
	s.upkeep.Lock()
	defer s.upkeep.Unlock()
	if err := s.rollUp(ctx, now); err != nil {
		return err
	}
	if err := s.retain(ctx, now, r); err != nil {
		return err
	}
	return s.checkpoints.failure()
}

// relieve seals when it is due in the midst of other upkeep, which may take minutes:
// what is recent would fill memory until it ends.
func (s *Store) relieve(ctx context.Context) error {
	if !s.Due() {
		return nil
	}
	return s.Seal(ctx)
}
