//go:build linux

package desktop

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of the times in /proc, which the kernel fixes at 100 Hz
// for programs.
const clockTick = 10 * time.Millisecond

// CPU is the processor time the program has used so far, in all its threads,
// those of a software renderer included.
func (p *Process) CPU() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("asking for the processor time of %s: %w", p.path, err)
	}
	// The fields after the name, which may hold blanks, begin with the third.
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	const user, system = 14 - 3, 15 - 3
	if len(fields) <= system {
		return 0, fmt.Errorf("asking for the processor time of %s: %q is too short", p.path, stat)
	}
	var ticks int64
	for _, i := range []int{user, system} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("asking for the processor time of %s: %w", p.path, err)
		}
		ticks += n
	}
	return time.Duration(ticks) * clockTick, nil
}
