package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/exchange"
)

// exports saves what was recorded to files, away from the main goroutine, with
// progress and a way to stop.
type exports struct {
	deps    pageDeps
	win     fyne.Window
	history History
	group   sync.WaitGroup
}

// exportWhat says what to save: the messages of a filter, or the numbers of some
// series.
type exportWhat struct {
	name     string // of the file, without its ending
	filter   string
	keys     []model.SeriesKey
	from, to time.Time
}

// exportFormats are the formats with what they are called and how files end.
var exportFormats = []struct {
	format      exchange.Format
	title, ends string
}{{exchange.CSV, "CSV", ".csv"}, {exchange.JSONLines, "JSON lines", ".jsonl"}, {exchange.Parquet, "Parquet", ".parquet"}}

// menu are the items that save what is recorded; what is asked when one is
// chosen.
func (e *exports) menu(of string, what func() exportWhat) []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, f := range exportFormats {
		items = append(items, fyne.NewMenuItem(of+" as "+f.title, func() { e.ask(what(), f.format, f.ends) }))
	}
	return items
}

// popUp shows a menu below an object.
func popUp(items []*fyne.MenuItem, win fyne.Window, below fyne.CanvasObject) {
	widget.ShowPopUpMenuAtRelativePosition(fyne.NewMenu("", items...), win.Canvas(), fyne.NewPos(0, below.Size().Height), below)
}

// ask asks for a file and saves into it.
func (e *exports) ask(what exportWhat, format exchange.Format, ends string) {
	d := dialog.NewFileSave(func(f fyne.URIWriteCloser, err error) {
		switch {
		case err != nil:
			e.deps.toast(toastError, "Not exported: "+err.Error())
		case f != nil:
			e.run(what, format, f)
		}
	}, e.win)
	d.SetFileName(what.name + ends)
	d.Show()
}

// run exports with a dialog that shows how far it is.
func (e *exports) run(what exportWhat, format exchange.Format, f fyne.URIWriteCloser) {
	ctx, cancel := context.WithCancel(e.deps.ctx)
	bar, rows := widget.NewProgressBar(), widget.NewLabel("")
	d := dialog.NewCustomWithoutButtons("Exporting "+f.URI().Name(),
		container.NewVBox(bar, rows, widget.NewButton("Cancel", cancel)), e.win)
	d.Resize(fyne.NewSize(360, 0))
	d.Show()
	progress := func(p exchange.Progress) {
		e.deps.do(func() {
			bar.SetValue(p.Share)
			rows.SetText(plural(int(p.Rows), "row"))
		})
	}
	e.group.Go(func() {
		defer cancel()
		n, err := exportTo(ctx, e.history.Reader(), f, what, format, progress)
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil { // half a file helps nobody
			if derr := storage.Delete(f.URI()); derr != nil {
				err = errors.Join(err, derr)
			}
		}
		if e.deps.ctx.Err() != nil {
			return // the window is closing
		}
		e.deps.do(func() {
			d.Hide()
			e.say(f.URI().Name(), n, err)
		})
	})
}

// say tells how an export went.
func (e *exports) say(name string, rows int64, err error) {
	switch {
	case errors.Is(err, context.Canceled):
		e.deps.toast(toastInfo, "Export stopped; the file was removed")
	case err != nil:
		e.deps.toast(toastError, "Not exported: "+err.Error())
	default:
		e.deps.toast(toastInfo, fmt.Sprintf("Saved %s: %s", name, plural(int(rows), "row")))
	}
}

// exportTo writes what was recorded to w and returns how many rows there were.
func exportTo(ctx context.Context, r history.Reader, w io.Writer, what exportWhat, format exchange.Format, progress func(exchange.Progress)) (int64, error) {
	if r == nil {
		return 0, errors.New("there is no history to export")
	}
	o := exchange.Options{Filter: what.filter, From: what.from, To: what.to, Format: format, Progress: progress}
	if what.keys != nil {
		o.Filter, o.Samples = "#", true
		r = onlySeries{r, what.keys}
	}
	return exchange.Export(ctx, r, w, o)
}

// onlySeries reads some series only.
type onlySeries struct {
	history.Reader
	keys []model.SeriesKey
}

// SeriesKeys implements history.Reader.
func (o onlySeries) SeriesKeys(context.Context, string) ([]model.SeriesKey, error) {
	return o.keys, nil
}
