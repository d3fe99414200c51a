//go:build !hub

package main

import (
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
)

// signals are those that ask the program to end: an interrupt from the terminal,
// the terminal's own end, or a session's.
//
// Fyne 2.8.1 listens to interrupts and to the end of a session itself once its
// loop begins, and ends in its own way, which may crash. They are taken from it
// before the loop runs anything.
type signals struct {
	came chan os.Signal
	ask  chan chan bool // whether one came
	done chan struct{}
	all  sync.WaitGroup
	end  func()
}

// heedSignals has end called when a signal asks the program to end. The next one
// ends the process at once. stop goes back to what was before.
func heedSignals(a fyne.App, end func()) (stop func()) {
	s := &signals{came: make(chan os.Signal, 1), ask: make(chan chan bool), done: make(chan struct{}), end: end}
	s.listen()
	a.Lifecycle().SetOnStarted(s.takeOver)
	s.all.Go(s.run)
	return func() {
		close(s.done)
		s.all.Wait()
		signal.Stop(s.came)
	}
}

func (s *signals) listen() {
	signal.Notify(s.came, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signal.Notify(s.came, syscall.SIGHUP)
	}
}

// run waits for the signals.
func (s *signals) run() {
	came := false
	take := func() {
		came = true
		signal.Stop(s.came)
		s.end()
	}
	for {
		select {
		case <-s.done:
			return
		case <-s.came:
			take()
		case answer := <-s.ask:
			select {
			case <-s.came:
				take()
			default:
			}
			answer <- came
		}
	}
}

// takeOver is called on the main goroutine when Fyne's loop is about to run.
func (s *signals) takeOver() {
	for !fyneListens() {
		time.Sleep(100 * time.Microsecond)
	}
	s.retake()
	answer := make(chan bool)
	s.ask <- answer
	if <-answer {
		signal.Stop(s.came) // the next one ends the process
		select {}           // Fyne may have heard it, too: the window ends without its loop
	}
}

// retake takes the signals from everybody else. signal.Reset loses those that are on
// their way to who listens; signal.Stop waits until they have been handed out.
func (s *signals) retake() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	signal.Stop(c)
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	s.listen() // at once: until then they are nobody's
}

// fyneListens tells whether the goroutine in which Fyne listens to signals has
// come to wait for them. Fyne starts it before its loop, and has nothing that
// tells more.
func fyneListens() bool {
	stacks := make([]byte, 1<<16)
	n := runtime.Stack(stacks, true)
	for n == len(stacks) {
		stacks = make([]byte, 2*n)
		n = runtime.Stack(stacks, true)
	}
	for stack := range strings.SplitSeq(string(stacks[:n]), "\n\n") {
		if strings.Contains(stack, ".catchTerm(") {
			head, _, _ := strings.Cut(stack, "\n")
			return strings.Contains(head, "[chan receive")
		}
	}
	return true // there is no such goroutine: nobody to wait for
}
