package ui

import (
	"context"
	"sync"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// Source is a broker that is watched.
type Source struct {
	Store *model.Store
	Link  Link
	// LinkName is what to call the link.
	LinkName string
	// Address is where a device connects, as a URL; empty when none can.
	Address string
	// Losses counts what was dropped outside of the store and the link.
	Losses func() []model.DropCount
	// Demo controls the ferry fleet; nil when it cannot sail here.
	Demo Demo
	// Watch is who is at the broker; nil when a broker elsewhere is watched.
	Watch Watch
	// History is what was recorded; nil for none, and then there is no time bar.
	History History
}

// losses are what Losses says; any goroutine may ask.
func (s Source) losses() []model.DropCount {
	if s.Losses == nil {
		return nil
	}
	return s.Losses()
}

// view is what the window shows of one broker: its pages and what lies round
// them. Another takes its place when another broker is watched.
type view struct {
	ctx   context.Context
	stop  context.CancelFunc
	drawn sync.WaitGroup

	presenter *presenter
	stores    *stores
	nav       *widgets.NavRail
	palette   *widgets.Palette
	notices   *notices
	time      *timeBar // nil without history
	stack     *fyne.Container
	pages     map[string]page

	topics  *topicsPage
	devices *devicesPage
	mapped  *mapPage
	charts  *chartsPage
	watched *watchPage
	boards  *boardsPage
	sent    *sentLog
	welcome *welcome
}

func newView(life context.Context, s *Source) *view {
	v := &view{stores: newStores(s.Store), pages: map[string]page{}}
	v.ctx, v.stop = context.WithCancel(life)
	return v
}

// start draws frames until the view is stopped.
func (v *view) start() {
	v.drawn.Go(func() { v.presenter.run(v.ctx) })
}

// finish stops drawing and waits until nothing of the view is at work any more:
// from then on nobody reads from its source.
func (v *view) finish() {
	v.stop()
	v.drawn.Wait()
	v.boards.finish()
	v.charts.older.group.Wait()
	if e := v.charts.deps.exports; e != nil {
		e.group.Wait()
	}
	if v.time != nil {
		v.time.close()
	}
}

// Turn watches another broker, on the same page. left is called, on a goroutine of
// its own, when nothing reads from the one before any more; it may be nil. It is
// for the main goroutine.
func (w *Window) Turn(s Source, left func()) {
	w.o.Source = s
	w.renew(left)
}

// renew makes all pages anew.
func (w *Window) renew(left func()) {
	before, page := w.view, w.page
	before.stop()
	before.boards.keep.wait() // what follows saves into the same file
	w.o.Boards, w.o.Settings.Board, w.o.Board = before.boards.edit.Workspace(), before.boards.current, ""
	w.o.Settings.ChartWindow = int(before.charts.want.get().window.Seconds())
	w.back, w.page = nil, ""
	w.build()
	if w.begun {
		w.view.start()
	}
	w.goTo(page, false)
	w.left.Go(func() {
		before.finish()
		if left != nil {
			left()
		}
	})
}

// OpenWorkspace shows the boards of another workspace file. It is for the main
// goroutine.
func (w *Window) OpenWorkspace(file WorkspaceFile, boards workspace.Workspace) {
	before := w.boards
	before.keep.wait()
	w.o.Workspace, w.o.Boards, w.o.Board = file, boards, ""
	w.boards = newBoardsPage(before.deps, w.win, &w.o)
	w.pages[pageBoards] = w.boards
	w.left.Go(before.finish)
	if w.page == pageBoards {
		w.page = ""
	}
	w.goTo(pageBoards, true)
}

// BoardNames are the boards that there are. It is for the main goroutine.
func (w *Window) BoardNames() []string { return w.boards.edit.Names() }

// OpenLink opens the sheet of connections, filled in from a broker's URL. It is
// for the main goroutine.
func (w *Window) OpenLink(url string) { w.openConnectionsAt(url) }

// Raise brings the window to the front. It is for the main goroutine.
func (w *Window) Raise() {
	w.win.Show()
	w.win.RequestFocus()
}
