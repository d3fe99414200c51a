//go:build !hub && linux

package main

import (
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// TestSignalsAreNotLost takes the signals from others just when one has come, which
// may still be on its way to who listens: it is heard, each time.
func TestSignalsAreNotLost(t *testing.T) {
	runtime.LockOSThread() // a signal to a thread has come when the call that sends it returns
	defer runtime.UnlockOSThread()
	for i := range 300 {
		s := &signals{came: make(chan os.Signal, 1)}
		s.listen()
		signal.Notify(make(chan os.Signal, 1), os.Interrupt) // Fyne's
		if err := syscall.Tgkill(os.Getpid(), syscall.Gettid(), syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		s.retake()
		select {
		case <-s.came:
		case <-time.After(5 * time.Second):
			t.Fatalf("signal %d was lost", i)
		}
		signal.Stop(s.came)
	}
}
