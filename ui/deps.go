package ui

import (
	"context"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// pageDeps are what pages share: where they read, whom they tell, where they
// send people. The functions are for the main goroutine unless they say
// otherwise.
type pageDeps struct {
	ctx context.Context
	// store is the live store; pages show the one of stores.
	store  *model.Store
	stores *stores
	link   Link
	looks  *looks
	chart  *chartSet
	// address is where a device connects, empty when it cannot connect here.
	address string

	// poke asks for a frame at once, because of an interaction, after which the
	// window is lively for a while; wake asks because work in the background is
	// done. Any goroutine may call them.
	poke, wake func()
	// do runs a function on the main goroutine, soon; any goroutine may.
	do func(func())
	// toast says something in passing.
	toast func(level toastLevel, text string)
	// openTopic, openDevice and openMap go there.
	openTopic, openDevice, openMap func(path string)
	// plot puts a series on the chart and goes there.
	plot func(model.SeriesKey)
	// copyText puts text on the clipboard and says so.
	copyText func(said, text string)
	// exports saves what was recorded; nil without a record.
	exports *exports
	// win is the window, for questions.
	win fyne.Window
	// hints says over the pages what the button under the pointer means.
	hints *widgets.Hints
	// sheet lays a dialog over the pages, which Escape takes away.
	sheet func(d dialog.Dialog, size fyne.Size)
	// user is who is at it; book holds the saved commands.
	user string
	book *commandBook
	// send sends a command whose button was tapped, or held if it is to be, once
	// what it asks for was given; sent is told its id. It may be nil.
	send func(o model.Order, sent func(id string))
	// launch sends a command at once, for which everything was asked. It returns
	// its id, empty when it could not be sent, which has been said then.
	launch func(model.Order) (id string)
	// showSent shows the log of all commands, with how far that one got.
	showSent func(id string)
	// editCommand shows a saved command in a form, by its number; savedCommands
	// lists them.
	editCommand   func(at int, c model.SavedCommand)
	savedCommands func()
}

// knowsPublishers tells whether the link can say who publishes.
func (d *pageDeps) knowsPublishers() bool { return d.link.Status().KnowsPublishers }

// plotted tells whether a series is on the chart; any goroutine may ask.
func (d *pageDeps) plotted(key model.SeriesKey) bool { return d.chart.has(key) }

// spark draws a sparkline of a size in logical units; any goroutine may ask.
func (d *pageDeps) spark(values []float64, width, height float32) *image.RGBA {
	const sharp = 2 // good on an ordinary screen and on a doubled one
	return plot.Spark(values, int(width*sharp), int(height*sharp), d.looks.get().spark)
}

// connectHint says how a first device connects.
func (d *pageDeps) connectHint() string {
	if d.address == "" {
		return i18n.T("Nothing was published at this broker yet.")
	}
	return i18n.Tf("Connect a device to %s, or try:\nmosquitto_pub -p %s -t kitchen/thermometer -m 21.5", d.address, portOf(d.address))
}

func portOf(address string) string {
	for i := len(address) - 1; i >= 0; i-- {
		if address[i] == ':' {
			return address[i+1:]
		}
	}
	return "1883"
}

// iconButton is a button without words on a page; hint is what it means.
func (d *pageDeps) iconButton(icon fyne.Resource, hint string, do func()) *widgets.HintButton {
	b := widgets.NewHintButton(icon, hint, do)
	d.hints.Tell(b)
	return b
}
