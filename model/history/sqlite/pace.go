package sqlite

import (
	"context"
	"time"
)

// pace is how much one step of upkeep does. A batch waits for at most one step,
// so that steps become smaller while they take long, on whatever machine and disk.
type pace struct{ n, least, most int }

// Steps that take longer than longStep are halved, and doubled when they take
// less than shortStep.
const (
	longStep  = 25 * time.Millisecond
	shortStep = 8 * time.Millisecond
)

// took notes how long a step took.
func (p *pace) took(d time.Duration) {
	switch {
	case d > longStep:
		p.n = max(p.least, p.n/2)
	case d < shortStep:
		p.n = min(p.most, p.n*2)
	}
}

// step does one step of upkeep, of the size that p says, with the writer to
// itself. Where batches came meanwhile it then leaves them the machine for as
// long, unless so much is recent that sealing has to hurry.
func (s *Store) step(ctx context.Context, p *pace, f func(n int) error) error {
	asked := s.write.asked.Load()
	if s.stepped != nil {
		s.stepped()
	}
	s.write.mu.Lock()
	began := time.Now()
	s.write.upkeep = true
	err := f(p.n)
	s.write.upkeep = false
	took := time.Since(began)
	s.write.mu.Unlock()
	p.took(took)
	if err != nil || s.write.asked.Load() == asked || s.Due() {
		return err
	}
	rest := time.NewTimer(took)
	defer rest.Stop()
	select {
	case <-rest.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
