//go:build linux

package desktop

import (
	"context"
	"fmt"
	"strings"
	"syscall"
)

// Goroutines ends a program in Go by SIGQUIT, upon which it writes what each of its
// goroutines is doing, and counts them.
func (p *Process) Goroutines(ctx context.Context) (int, error) {
	endGroup(p.command, syscall.SIGQUIT)
	select {
	case <-p.done:
	case <-ctx.Done():
		return 0, fmt.Errorf("counting the goroutines of %s: %w", p.path, ctx.Err())
	}
	return strings.Count("\n"+p.Output(), "\ngoroutine "), nil
}
