//go:build !hub

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/demo"
	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/plot"
)

// runDefault opens the window.
func runDefault(args []string, stdout, stderr io.Writer) int {
	cfg, err := parseConfig(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "pilothouse:", err)
		return 2
	case cfg.Version:
		fmt.Fprintln(stdout, versionText())
		return 0
	}
	if err := show(cfg, stderr); err != nil {
		fmt.Fprintln(stderr, "pilothouse:", err)
		return 1
	}
	return 0
}

// show runs the program in a window, or hands over to the one that runs already.
func show(cfg Config, out io.Writer) (err error) {
	display := checkDisplay()
	if _, err := os.Stat(cfg.DataDir); display != nil && err != nil {
		return display // nobody runs here, and nothing is begun
	}
	if cfg.Dir, err = hub.OpenDir(cfg.DataDir); err != nil {
		if errors.Is(err, hub.ErrInUse) && cfg.handOver(out) {
			return nil
		}
		return err
	}
	if display != nil {
		return errors.Join(display, cfg.Dir.Close())
	}
	a := app.NewWithID("io.github.pilothouse.Pilothouse")
	a.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon()))
	p, err := New(cfg, a)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	defer heedSignals(a, stop)()
	return p.Run(ctx)
}

// Program is a hub with a window on it.
type Program struct {
	*hub.Hub
	cfg    Config
	window *ui.Window
	desk   *deskConnections
	door   *hub.Door // where other starts of the program come to; nil for none

	endReports func() error // of crashes; nil when there would be none
	closed     sync.Once
}

// New fits the program together on an app, without showing the window. The
// caller closes it.
func New(cfg Config, app fyne.App) (_ *Program, err error) {
	cfg.Config.Version = version
	if cfg.Dir == nil {
		if cfg.Dir, err = hub.OpenDir(cfg.DataDir); err != nil {
			return nil, err
		}
	}
	settings, first, notice := loadSettings(cfg.Dir)
	cfg.takeSettings(&settings)
	if err := speak(cfg.Language, settings.Language); err != nil {
		notice = errors.Join(notice, err)
	}
	cfg.Config.Say = i18n.T
	h, err := hub.New(cfg.Config)
	if err != nil {
		return nil, err
	}
	p := &Program{Hub: h, cfg: cfg}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	crashed := p.reportCrashes()
	if cfg.wantsDemo(settings, first) {
		p.Fleet.SetRunning(true)
	}
	land, err := mapLand()
	if err != nil {
		return nil, err
	}
	if cfg.Page != "" {
		settings.Page = cfg.Page
	}
	if settings.Chart == nil {
		settings.Chart = firstChart()
	}
	kept, boards, worse := p.openWorkspace(cfg.Workspace)
	p.desk = newDeskConnections(p)
	source, elsewhere := p.desk.first()
	p.window, err = ui.New(ui.Options{
		App: app, Source: source, Land: land, Credit: assets.SolentAttribution,
		Settings: settings, Save: func(s ui.Settings) error { return saveSettings(p.Dir, s) },
		Notice: sayAll(crashed, notice, p.Moved, worse, elsewhere, p.Connections().Fault()), End: p.end,
		About: versionText(), Folder: p.Dir.Path(""), Crashes: p.Dir.CrashReports(), Welcome: first && cfg.undirected(),
		Boards: boards, Workspace: kept, Board: cfg.Board, Kiosk: cfg.Kiosk, Connections: p.desk, Program: deskProgram{p},
		Commands: &savedCommands{dir: p.Dir}, User: operator(), OpenURL: cfg.Link,
	})
	if err != nil {
		return p, err
	}
	return p, p.openDoor()
}

// speak chooses the window's language: the first that is named, else the
// system's.
func speak(names ...string) error {
	language, err := i18n.Choose(names...)
	return errors.Join(err, i18n.Use(language))
}

// deskWatch is who is at the broker, as the window wants it.
type deskWatch struct {
	*hub.Watch
	rogue *hub.Rogue
}

// Impostor implements ui.Watch.
func (w deskWatch) Impostor() ui.Impostor {
	if w.rogue == nil {
		return nil
	}
	return w.rogue
}

// reportCrashes prepares a report for the case that this run ends badly. It
// returns what there is to say of the last one.
func (p *Program) reportCrashes() error {
	stop, report, err := p.Dir.Crashes(versionText())
	if err != nil {
		return err
	}
	p.endReports = stop
	if report != "" {
		return fmt.Errorf("the program ended unexpectedly last time; what happened is in %s: please add it to a bug report", report)
	}
	return nil
}

// undirected tells that the command line says nothing of what to show: somebody
// who just looks is greeted.
func (c *Config) undirected() bool {
	return !c.DemoSet && c.Page == "" && c.Connect == "" && c.Workspace == "" && c.Link == "" && c.Board == "" && !c.Kiosk
}

// wantsDemo tells whether the fleet sails: as the command line says, else as the
// operator chose last, else on the first start unless another broker is watched.
func (c *Config) wantsDemo(s ui.Settings, first bool) bool {
	switch {
	case c.DemoSet:
		return c.Demo
	case c.Connect != "":
		return false
	case s.Demo != nil:
		return *s.Demo
	}
	return first
}

// firstChart is what the chart shows until something is chosen: the speed of the
// ferries.
func firstChart() []model.SeriesKey {
	var keys []model.SeriesKey
	for _, s := range demo.Ships() {
		if len(keys) < 6 {
			keys = append(keys, model.SeriesKey{Topic: "solent/ferries/" + s.ID + "/position", Pointer: "/sog"})
		}
	}
	return keys
}

// sayAll joins what there is to say at the start.
func sayAll(errs ...error) string {
	if err := errors.Join(errs...); err != nil {
		return err.Error()
	}
	return ""
}

// The area that the map of the Solent covers, as its file says.
var (
	solentSouthWest = model.LatLon{Lat: 50.45, Lon: -2.05}
	solentNorthEast = model.LatLon{Lat: 51.0, Lon: -0.7}
)

// mapLand is the map of the program: the world, and the Solent in detail.
func mapLand() (*plot.Land, error) {
	world, err := model.ParseLand(assets.WorldLand())
	if err != nil {
		return nil, fmt.Errorf("read the map of the world: %w", err)
	}
	solent, err := model.ParseLand(assets.SolentLand())
	if err != nil {
		return nil, fmt.Errorf("read the map of the Solent: %w", err)
	}
	return plot.NewLand(
		plot.LandLayer{Rings: world.Rings()},
		plot.LandLayer{Rings: solent.WithoutPonds(5).Rings(), SouthWest: solentSouthWest, NorthEast: solentNorthEast},
	), nil
}

// Run shows the window until it is closed or ctx ends; then the process ends. It
// is for the main goroutine.
func (p *Program) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, p.window.Quit)
	defer stop()
	p.window.Run()
	return nil
}

// end closes everything in order and ends the process.
func (p *Program) end() {
	if err := p.Close(); err != nil {
		slog.Error("The program did not end in order", "error", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Close ends everything, the window first; it may be called twice.
func (p *Program) Close() error {
	var err error
	p.closed.Do(func() {
		if p.door != nil {
			err = p.door.Close()
		}
		if p.desk != nil {
			p.desk.end() // what the window waits for
		}
		if p.window != nil {
			p.window.Close()
		}
		if p.desk != nil {
			p.desk.close()
		}
		if p.endReports != nil {
			err = errors.Join(err, p.endReports())
		}
		err = errors.Join(err, p.Hub.Close())
	})
	return err
}
