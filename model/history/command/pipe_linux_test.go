package command_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestExportIntoPipe writes into what is there but is no file, and leaves it what
// it is: a pipe, and so a device.
func TestExportIntoPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	read := make(chan string)
	go func() {
		defer close(read)
		if text, err := os.ReadFile(pipe); err == nil {
			read <- string(text)
		}
	}()
	var stderr bytes.Buffer
	if code := commands(record(t), nil).Export(context.Background(), []string{"--out", pipe}, nil, &stderr); code != 0 {
		t.Fatalf("%d, %s", code, &stderr)
	}
	info, err := os.Lstat(pipe)
	if err != nil || info.Mode().Type() != os.ModeNamedPipe {
		t.Fatalf("the pipe has become %v, %v", info.Mode(), err)
	}
	if text := <-read; strings.Count(text, "\n") != 12 {
		t.Errorf("%d rows came through the pipe", strings.Count(text, "\n"))
	}
}
