//go:build linux

package desktop

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Size is the memory of the program that is resident, in bytes, and how many
// threads it has.
func (p *Process) Size() (resident int64, threads int, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, 0, fmt.Errorf("asking for the size of %s: %w", p.path, err)
	}
	number := func(name string) int {
		_, after, _ := strings.Cut(string(status), "\n"+name+":")
		if words := strings.Fields(after); len(words) > 0 {
			if n, bad := strconv.Atoi(words[0]); bad == nil {
				return n
			}
		}
		err = fmt.Errorf("asking for the size of %s: /proc does not tell %s", p.path, name)
		return 0
	}
	return int64(number("VmRSS")) << 10, number("Threads"), err
}
