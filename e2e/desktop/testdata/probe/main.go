// Probe is a window for the tests of package desktop: it shows what it was
// started with, says what it is told, and turns from red to green when its
// button is tapped.
package main

import (
	"flag"
	"fmt"
	"image/color"
	"os"
	"os/signal"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

func main() {
	fault := flag.String("fault", "", "misbehave: thread, panic, or exit")
	page := flag.String("page", "", "the page to show")
	flag.Bool("demo", false, "accepted as the program does")
	flag.String("data-dir", "", "accepted as the program does")
	flag.Parse()
	if *fault == "exit" {
		fmt.Println("leaving at once")
		os.Exit(3)
	}

	a := app.NewWithID("io.github.pilothouse.Probe")
	w := a.NewWindow("Probe (1)")
	lamp := canvas.NewRectangle(color.NRGBA{R: 0xff, A: 0xff})
	lamp.SetMinSize(fyne.NewSize(200, 100))
	entry := widget.NewEntry()
	entry.OnSubmitted = func(text string) { fmt.Printf("submitted: %s\n", text) }
	button := widget.NewButton("Tap", func() {
		fmt.Println("tapped")
		lamp.FillColor = color.NRGBA{G: 0xff, A: 0xff}
		lamp.Refresh()
	})
	w.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyK, Modifier: fyne.KeyModifierControl}, func(fyne.Shortcut) {
		fmt.Println("shortcut")
		w.Canvas().Focus(entry)
	})
	w.SetContent(container.NewVBox(lamp, button, entry, widget.NewLabel("page "+*page)))
	w.Resize(fyne.NewSize(400, 300))
	switch *fault {
	case "thread":
		// Once Fyne runs: before that it does not mind.
		a.Lifecycle().SetOnStarted(func() {
			time.AfterFunc(200*time.Millisecond, func() { lamp.Resize(fyne.NewSize(10, 10)); lamp.Refresh(); fmt.Println("misbehaved") })
		})
	case "panic":
		time.AfterFunc(200*time.Millisecond, func() { panic("told to") })
	}
	w.SetCloseIntercept(func() { os.Exit(0) })
	endAtOnce()
	w.ShowAndRun()
}

// endAtOnce ends the process when it is told to, before Fyne 2.8.1 can: its own
// end now and then hangs.
func endAtOnce() {
	told := make(chan os.Signal, 1)
	signal.Notify(told, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-told
		os.Exit(0)
	}()
}
