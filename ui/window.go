package ui

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// Title is the window's title, and so its class under X11: it never changes.
const Title = "Pilothouse"

// Options are what the window shows and what it remembers.
type Options struct {
	App fyne.App
	// Source is the broker that is watched first.
	Source
	// Land is the map's land, and Credit the attribution it asks for.
	Land   *plot.Land
	Credit string
	// Settings are what was remembered; Save is told of changes when the window
	// closes.
	Settings Settings
	Save     func(Settings) error
	// Notice is something to say at the start, empty for nothing.
	Notice string
	// Boards are what the operator has composed, and Workspace keeps what becomes
	// of them; nil keeps nothing.
	Boards    workspace.Workspace
	Workspace WorkspaceFile
	// Board is the board to open, empty for the one left last. Kiosk shows it and
	// nothing else, on the full screen.
	Board string
	Kiosk bool
	// End ends the process, once the window was closed and the settings saved. It
	// is called on the main goroutine, or on another when that does not answer,
	// and closes the window with [Window.Close]. Nil leaves the end to Fyne.
	End func()
	// Observe, if not nil, is told what each frame cost, on the main goroutine.
	Observe func(Frame)
	// Commands keep the saved commands; nil keeps none.
	Commands CommandStore
	// User is who is at it, for the log of commands.
	User string
	// About is the version, Folder where data is kept, and Crashes the reports of
	// runs that ended badly, for the about page.
	About   string
	Folder  string
	Crashes []string
	// Welcome greets somebody who starts the program for the first time.
	Welcome bool
	// OpenURL is the URL of a broker to open the sheet of connections with; empty
	// for none.
	OpenURL string
	// Connections are the brokers elsewhere that can be watched; nil when none can.
	Connections Connections
	// Program is what can be set beside the window; nil when nothing can.
	Program Program
}

// Demo starts and stops the ferry fleet. Both return at once.
type Demo interface {
	Running() bool
	SetRunning(on bool)
}

// Window is the program's window.
type Window struct {
	o      Options
	win    fyne.Window
	life   context.Context
	end    context.CancelFunc
	begun  bool           // frames are drawn
	left   sync.WaitGroup // views that are on their way out
	closed sync.Once
	kept   sync.Once // the settings

	leaving sync.Once
	gone    chan struct{} // closed when the end has begun

	*view
	looks   *looks
	slumber *slumber
	chart   *chartSet
	book    *commandBook
	page    string
	back    []string
	kiosk   kiosk
	bound   map[string]bool // the shortcuts that Fyne tells of, by its names
	hints   *widgets.Hints
	sheet   dialog.Dialog // that lies over the pages, nil while none does

	hideMu sync.Mutex
	hidden bool
}

// page is one of the window's pages.
type page interface {
	source
	object() fyne.CanvasObject
}

// New makes the window with its pages, without showing it.
func New(o Options) (*Window, error) {
	o.App.Settings().SetTheme(themeFor(o.Settings.Theme))
	looks, err := newLooks()
	if err != nil {
		return nil, fmt.Errorf("prepare the fonts: %w", err)
	}
	w := &Window{o: o, win: o.App.NewWindow(Title), looks: looks, chart: newChartSet(chartsOf(&o.Settings)), book: newCommandBook(o.Commands),
		gone: make(chan struct{})}
	w.slumber = newSlumber(w.win)
	w.life, w.end = context.WithCancel(context.Background())
	w.build()
	for _, notice := range []string{o.Notice, w.book.notice} {
		if notice != "" {
			w.notices.add(toastWarning, notice, "")
		}
	}
	w.resize()
	w.shortcuts()
	w.listen()
	if o.Welcome && !o.Kiosk {
		w.welcome.show()
	}
	first := orElse(o.Settings.Page, pageOverview)
	if w.kiosk.on {
		first = pageBoards
	}
	w.goTo(first, false)
	if o.OpenURL != "" {
		w.OpenLink(o.OpenURL)
	}
	return w, nil
}

// build makes the frame and the pages.
func (w *Window) build() {
	w.view = newView(w.life, &w.o.Source)
	w.notices = newNotices(w.o.Store, w.openDeviceNow, tellDesktop(w.o.App))
	w.notices.past = w.stores.inPast
	w.notices.quiet = func() bool { return w.o.Settings.Quiet }
	w.hints = widgets.NewHints()
	deps := w.deps()
	if w.o.History != nil {
		deps.exports = &exports{deps: deps, win: w.win, history: w.o.History}
	}
	bars := newFrameBars(deps, w.o.LinkName, w.o.Source.losses, w.openPalette, w.openConnections, w.o.History)
	w.sent = newSentLog(deps, w.win)
	always := []source{bars, w.notices, w.watchBadge(), w.sent, &limitWatch{store: w.o.Store, charts: w.chart}}
	if w.o.History != nil {
		w.time = newTimeBar(deps, w.win, newPast(w.ctx, w.o.History, w.stores, deps.poke))
		always = append(always, w.time)
	}
	w.presenter = newPresenter(w.stores, w.Do, w.isHidden, always...)
	w.presenter.painted, w.presenter.observe, w.presenter.alert = onPainted, w.o.Observe, w.notices
	w.presenter.sleep = w.slumber.sleep
	w.topics, w.devices = newTopicsPage(deps), newDevicesPage(deps)
	w.mapped = newMapPage(deps, w.o.Land, w.o.Credit)
	w.charts = newChartsPage(deps, w.win, w.o.History, time.Duration(w.o.Settings.ChartWindow)*time.Second)
	w.welcome = newWelcome(w)
	w.pages[pageOverview], w.pages[pageTopics], w.pages[pageDevices] = newOverviewPage(deps, w.welcome.body), w.topics, w.devices
	w.watched = newWatchPage(deps, w.win, w.o.Watch)
	w.pages[pageMap], w.pages[pageCharts], w.pages[pageWatch] = w.mapped, w.charts, w.watched
	w.boards = newBoardsPage(deps, w.win, &w.o)
	w.pages[pageBoards] = w.boards

	w.nav = widgets.NewNavRail(navItems())
	w.nav.OnSelect = func(key string) { w.goTo(key, true) }
	w.palette = widgets.NewPalette(i18n.T("Search devices, topics, pages, actions"))
	w.palette.OnQuery = func(text string) { w.palette.SetResults(w.search(text)) }
	w.palette.OnChoose = w.chosen
	w.stack = container.NewStack()
	top, bottom := container.NewVBox(bars.top, bars.banner), container.New(layout.NewCustomPaddedVBoxLayout(0))
	pages := container.NewStack(container.NewWithoutLayout(newWatchman(w.win, w.setHidden)), w.stack)
	if w.time != nil {
		top.Add(w.time.banner)
		bottom.Add(w.time.body)
		pages.Add(w.time.edge)
	}
	pages.Add(w.notices.toasts)
	bottom.Add(bars.bottom)
	middle := container.NewBorder(top, bottom, nil, nil, pages)
	w.win.SetContent(container.NewStack(container.NewBorder(nil, nil, w.nav, nil, middle), w.hints))
	w.win.SetPadded(false)
	if w.o.Kiosk {
		w.enterKiosk(w.nav, bars.top, bottom)
	}
}

// deps are what the pages share.
func (w *Window) deps() pageDeps {
	v := w.view // which another takes the place of when another broker is watched
	return pageDeps{
		ctx: w.ctx, store: w.o.Store, stores: w.stores, link: w.link(), looks: w.looks, chart: w.chart, address: w.o.Address,
		poke: func() { v.presenter.poke() }, wake: func() { v.presenter.wake() }, do: w.Do,
		toast:     func(l toastLevel, text string) { w.notices.add(l, text, "") },
		openTopic: w.openTopic, openDevice: w.openDevice, openMap: w.openMap,
		plot:     func(key model.SeriesKey) { w.charts.add(key); w.goTo(pageCharts, true) },
		copyText: w.copyText, send: w.send, win: w.win, hints: w.hints, sheet: w.showSheet, user: w.o.User, book: w.book, launch: w.launch,
		editCommand: w.editCommand, savedCommands: w.savedCommands, showSent: func(id string) { w.sent.show(id) },
	}
}

// link is the connection, which sends nothing while the past is shown.
func (w *Window) link() Link { return lockedLink{w.o.Link, w.stores} }

// Sizes of the window in logical units: at first, and at least.
const (
	firstWidth, firstHeight = 1200, 760
	leastWidth, leastHeight = 640, 400
)

func (w *Window) resize() {
	width, height := w.o.Settings.Width, w.o.Settings.Height
	if width < leastWidth || height < leastHeight {
		width, height = firstWidth, firstHeight
	}
	w.win.Resize(fyne.NewSize(width, height))
}

// listen follows the theme and the window's visibility.
func (w *Window) listen() {
	w.o.App.Settings().AddListener(func(fyne.Settings) {
		w.looks.renew()
		w.presenter.poke()
	})
	w.o.App.Lifecycle().SetOnEnteredForeground(func() { w.setHidden(false) })
	w.win.SetCloseIntercept(w.quit)
}

// Do runs f on the main goroutine, later; any goroutine may call it, while the
// window runs. Unlike fyne.Do it wakes a window that is left alone.
func (w *Window) Do(f func()) { w.slumber.do(f) }

func (w *Window) isHidden() bool {
	w.hideMu.Lock()
	defer w.hideMu.Unlock()
	return w.hidden
}

func (w *Window) setHidden(hidden bool) {
	w.hideMu.Lock()
	w.hidden = hidden
	w.hideMu.Unlock()
	w.presenter.poke()
}

// goTo shows a page; remember puts the one left on the way back.
func (w *Window) goTo(name string, remember bool) {
	p, ok := w.pages[name]
	if !ok || name == w.page || w.kiosk.on && name != pageBoards {
		return
	}
	if remember && w.page != "" {
		w.back = append(w.back, w.page)
		w.back = w.back[max(0, len(w.back)-maxBack):]
	}
	w.page = name
	if w.time != nil {
		w.time.onPage(name)
	}
	w.nav.SetSelected(name)
	w.stack.Objects = []fyne.CanvasObject{p.object()}
	w.stack.Refresh()
	if name == pageWatch { // who is there now
		w.presenter.show(p)
	} else {
		w.presenter.show(timed{p, w.stores})
	}
}

// maxBack is how many pages the way back remembers.
const maxBack = 50

func (w *Window) goBack() {
	if n := len(w.back); n > 0 {
		name := w.back[n-1]
		w.back = w.back[:n-1]
		w.goTo(name, false)
	}
}

func (w *Window) openTopic(path string) {
	w.goTo(pageTopics, true)
	w.topics.open(path)
}

func (w *Window) openDevice(root string) {
	w.goTo(pageDevices, true)
	w.devices.open(root)
}

// openDeviceNow goes to a device as it is now.
func (w *Window) openDeviceNow(root string) {
	if w.time != nil {
		w.time.goLive()
	}
	w.openDevice(root)
}

func (w *Window) openMap(root string) {
	w.goTo(pageMap, true)
	w.mapped.goTo(root)
}

// addDevice shows how a device is added.
func (w *Window) addDevice() {
	w.goTo(pageWatch, true)
	w.watched.enrol(watch.InviteFor{}, 0)
}

// watchBadge is the count beside the Watch page's name.
func (w *Window) watchBadge() *watchBadge {
	return &watchBadge{
		watch: w.o.Watch,
		set:   func(n int, ink fyne.ThemeColorName) { w.nav.SetBadge(pageWatch, n, ink) },
		tell:  func(text string) { w.notices.happened(text, "") },
	}
}

func (w *Window) copyText(said, text string) {
	w.o.App.Clipboard().SetContent(text)
	w.notices.add(toastInfo, said, "")
}

// The names of the pages.
const (
	pageOverview = "overview"
	pageTopics   = "topics"
	pageDevices  = "devices"
	pageMap      = "map"
	pageCharts   = "charts"
	pageWatch    = "watch"
	pageBoards   = "boards"
)

// PageNames are the names of the pages in their order.
func PageNames() []string {
	return []string{pageOverview, pageTopics, pageDevices, pageMap, pageCharts, pageWatch, pageBoards}
}

func navItems() []widgets.NavItem {
	labels := []string{i18n.T("Overview"), i18n.T("Topics"), i18n.T("Devices"), i18n.T("Map"), i18n.T("Charts"), i18n.T("Watch"), i18n.T("Boards")}
	items := make([]widgets.NavItem, len(labels))
	for i, name := range PageNames() {
		icon := theme.NewThemedResource(fyne.NewStaticResource(name+".svg", assets.NavIcon(name)))
		items[i] = widgets.NavItem{Key: name, Label: labels[i], Icon: icon}
	}
	return items
}

// pageLabel is what the page with a name is called.
func pageLabel(name string) string {
	items := navItems()
	if i := slices.IndexFunc(items, func(it widgets.NavItem) bool { return it.Key == name }); i >= 0 {
		return items[i].Label
	}
	return name
}
