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
	used, err := cpuOf(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("asking for the processor time of %s: %w", p.path, err)
	}
	return used, nil
}

// RenderingCPU is that part of CPU which the threads of Mesa's software renderer
// have used: with a graphics processor there are none.
func (p *Process) RenderingCPU() (sum time.Duration, err error) {
	const renderer = "llvmpipe"
	tasks := fmt.Sprintf("/proc/%d/task/", p.command.Process.Pid)
	threads, err := os.ReadDir(tasks)
	if err != nil {
		return 0, fmt.Errorf("asking for the processor time of %s: %w", p.path, err)
	}
	for _, t := range threads {
		name, err := os.ReadFile(tasks + t.Name() + "/comm")
		if err != nil || !strings.HasPrefix(string(name), renderer) {
			continue // it is another, or has ended
		}
		used, err := cpuOf(tasks + t.Name() + "/stat")
		if err != nil {
			return 0, fmt.Errorf("asking for the processor time of %s: %w", p.path, err)
		}
		sum += used
	}
	return sum, nil
}

// cpuOf reads the processor time from a file of /proc (proc_pid_stat(5)).
func cpuOf(path string) (time.Duration, error) {
	stat, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	// The fields after the name, which may hold blanks, begin with the third.
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	const user, system = 14 - 3, 15 - 3
	if len(fields) <= system {
		return 0, fmt.Errorf("%s: %q is too short", path, stat)
	}
	var ticks int64
	for _, i := range []int{user, system} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", path, err)
		}
		ticks += n
	}
	return time.Duration(ticks) * clockTick, nil
}
