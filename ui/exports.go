package ui

import (
	"context"
	"errors"
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
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// exports saves what was recorded to files, away from the main goroutine, with
// progress and a way to stop.
type exports struct {
	deps    pageDeps
	win     fyne.Window
	history History
	group   sync.WaitGroup
}

// exportWhat says what to save: records of a kind, of the topics of a filter; or the
// numbers of some series.
type exportWhat struct {
	name     string // of the file, without its ending
	kind     exchange.Kind
	filter   string
	keys     []model.SeriesKey
	from, to time.Time
}

// exportFormats are the formats with what they are called and how files end.
var exportFormats = []struct {
	format      exchange.Format
	title, ends string
}{{exchange.CSV, "CSV", ".csv"}, {exchange.JSONLines, "JSON Lines", ".jsonl"}, {exchange.Parquet, "Parquet", ".parquet"}}

// menu are the items that save what is recorded; what is asked when one is
// chosen.
func (e *exports) menu(of string, what func() exportWhat) []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, f := range exportFormats {
		items = append(items, fyne.NewMenuItem(i18n.Tf("%s as %s", of, f.title), func() { e.ask(what(), f.format, f.ends) }))
	}
	return items
}

// exportKind is a kind of record with what it is called.
type exportKind struct {
	kind  exchange.Kind
	title string
}

func exportKinds() []exportKind {
	return []exportKind{{exchange.Messages, i18n.T("Messages")}, {exchange.Samples, i18n.T("Recorded numbers")}, {exchange.Events, i18n.T("Events")},
		{exchange.Alarms, i18n.T("Alarms")}, {exchange.Commands, i18n.T("Commands")}, {exchange.Gaps, i18n.T("Gaps in the record")}}
}

// menus are a menu for each kind of record in a stretch of time, which is asked for
// when something is chosen.
func (e *exports) menus(stretch func() (from, to time.Time)) []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, k := range exportKinds() {
		what := func() exportWhat {
			from, to := stretch()
			return exportWhat{name: k.kind.String() + from.Local().Format(" 2006-01-02 1504"), kind: k.kind, filter: "#", from: from, to: to}
		}
		item := fyne.NewMenuItem(k.title, nil)
		item.ChildMenu = fyne.NewMenu("", e.menu(k.title, what)...)
		items = append(items, item)
	}
	return items
}

// exportMenu offers everything that was recorded in the stretch in view.
func (b *timeBar) exportMenu() {
	popUp(b.deps.exports.menus(func() (from, to time.Time) {
		d := b.line.Data()
		return d.From, d.To
	}), b.win, b.save)
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
			e.deps.toast(toastError, i18n.Tf("Not exported: %v", errorText(err)))
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
	d := dialog.NewCustomWithoutButtons(i18n.Tf("Exporting %s", f.URI().Name()),
		container.NewVBox(bar, rows, widget.NewButton(i18n.T("Cancel"), cancel)), e.win)
	d.Resize(fyne.NewSize(360, 0))
	d.Show()
	progress := func(p exchange.Progress) {
		e.deps.do(func() {
			bar.SetValue(p.Share)
			rows.SetText(i18n.N("%d row", "%d rows", int(p.Rows)))
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
		e.deps.toast(toastInfo, i18n.T("Export stopped; the file was removed"))
	case err != nil:
		e.deps.toast(toastError, i18n.Tf("Not exported: %v", errorText(err)))
	default:
		e.deps.toast(toastInfo, i18n.Tf("Saved %s: %s", name, i18n.N("%d row", "%d rows", int(rows))))
	}
}

// exportTo writes what was recorded to w and returns how many rows there were.
func exportTo(ctx context.Context, r history.Reader, w io.Writer, what exportWhat, format exchange.Format, progress func(exchange.Progress)) (int64, error) {
	if r == nil {
		return 0, i18n.Errorf("there is no history to export")
	}
	o := exchange.Options{What: what.kind, Filter: what.filter, From: what.from, To: what.to, Format: format, Progress: progress}
	if what.keys != nil {
		o.Filter, o.What = "#", exchange.Samples
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
