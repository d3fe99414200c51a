//go:build linux

package e2e

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// program is the path of the program under test.
var program string

func TestMain(m *testing.M) {
	status, err := withProgram(m.Run)
	if err == nil && status == 0 {
		err = goleak.Find()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// withProgram compiles the program, runs the tests and cleans up.
func withProgram(run func() int) (int, error) {
	folder, err := os.MkdirTemp("", "pilothouse-e2e-")
	if err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if len(desktop.Missing()) == 0 {
		if program, err = desktop.Program("..", folder); err != nil {
			return 1, err
		}
	}
	return run(), nil
}
