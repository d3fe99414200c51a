//go:build linux

// Screenshots makes the pictures of the documentation: it runs the program with its
// demo on a virtual display, once for each theme, lets the fleet sail for a while,
// goes to each page, chooses something to show and writes what the window shows to
// PAGE-THEME.png, in few enough colours to stay small. A picture of another page
// than it is named after is an error.
//
//	go run ./e2e/cmd/screenshots -program bin/pilothouse -out docs/screenshots
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/e2e/desktop"
)

// starting is how long the program may take to show its window.
const starting = time.Minute

// settings are the flags.
type settings struct {
	program string
	out     string
	pages   []string
	themes  []string
	size    image.Point
	settle  time.Duration
	limit   int64
}

func main() {
	s, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err = s.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func parse(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("screenshots", flag.ContinueOnError)
	flags.StringVar(&s.program, "program", "bin/pilothouse", "the program to run")
	flags.StringVar(&s.out, "out", "docs/screenshots", "the folder for the pictures")
	chosen := flags.String("pages", strings.Join(pages, ","), "the pages to show")
	themes := flags.String("themes", "dark,light", "the themes to show them in")
	flags.IntVar(&s.size.X, "width", 1280, "of the window, in pixels")
	flags.IntVar(&s.size.Y, "height", 800, "of the window, in pixels")
	flags.DurationVar(&s.settle, "settle", 3*time.Minute, "how long the demo runs before its pictures: tracks and lines worth looking at take time")
	flags.Int64Var(&s.limit, "limit", 250_000, "the size of a file that is too large, in bytes")
	err := flags.Parse(args)
	s.pages, s.themes = strings.Split(*chosen, ","), strings.Split(*themes, ",")
	return s, err
}

// pages are the pages in the order of the rail on the left, which is that of their
// keys too.
var pages = []string{"overview", "topics", "devices", "map", "charts", "watch", "boards"}

// run takes all pictures, one theme after the other.
func (s settings) run(ctx context.Context) error {
	program, err := filepath.Abs(s.program)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.out, 0o755); err != nil {
		return err
	}
	for _, theme := range s.themes {
		if err := s.shoot(ctx, program, theme); err != nil {
			return fmt.Errorf("the %s theme: %w", theme, err)
		}
	}
	return nil
}

// shoot runs the program on a new display, with no settings of anyone, and takes the
// pictures of a theme.
func (s settings) shoot(ctx context.Context, program, theme string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, starting+s.settle+time.Duration(len(s.pages))*paging)
	defer cancel()
	display, err := desktop.StartDisplay(ctx, s.size)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, display.Close()) }()
	process, err := display.Start(program, desktop.Options{
		Args: []string{"--demo", "--page", "overview"},
		Env:  []string{"FYNE_THEME=" + theme},
	})
	if err != nil {
		return err
	}
	window, err := process.Window(ctx, "")
	if err != nil {
		return err
	}
	if err := window.Resize(ctx, s.size); err != nil {
		return err
	}
	if err := wait(ctx, process, s.settle); err != nil {
		return err
	}
	for _, page := range s.pages {
		name := filepath.Join(s.out, page+"-"+theme+".png")
		if err := s.picture(ctx, process, window, page, name); err != nil {
			return fmt.Errorf("page %s: %w", page, err)
		}
		fmt.Println(name)
	}
	return nil
}

// picture goes to a page and writes its picture.
func (s settings) picture(ctx context.Context, process *desktop.Process, window *desktop.Window, page, name string) error {
	key := slices.Index(pages, page) + 1
	if key == 0 {
		return fmt.Errorf("there is none of that name: there are %s", strings.Join(pages, ", "))
	}
	if err := errors.Join(window.Key(ctx, "ctrl+"+strconv.Itoa(key)), wait(ctx, process, redraw), s.choose(ctx, process, window, page)); err != nil {
		return err
	}
	picture, err := window.Picture(ctx)
	if err != nil {
		return err
	}
	if got := shown(picture); got != page {
		return fmt.Errorf("the picture is one of %q", got)
	}
	return s.write(ctx, name, picture)
}

// shown is the page that is marked in the rail, by the bar at the window's edge; empty
// for none.
func shown(p image.Image) string {
	const first, every = 37, 58
	empty := p.At(1, p.Bounds().Max.Y-40)
	for i, page := range pages {
		if !desktop.Near(p.At(1, first+i*every), empty, 24) {
			return page
		}
	}
	return ""
}

// choose gives a page something to show more of: a topic, a device.
func (s settings) choose(ctx context.Context, process *desktop.Process, window *desktop.Window, page string) error {
	var err error
	if text := map[string]string{"topics": "red-falcon position", "devices": "red osprey"}[page]; text != "" {
		err = errors.Join(window.Key(ctx, "ctrl+k"), window.Type(ctx, text), window.Key(ctx, "Return"), wait(ctx, process, redraw))
	}
	// Out of the way: what is under the pointer is drawn as hovered.
	return errors.Join(err, window.Move(ctx, image.Pt(s.size.X-1, 0)), wait(ctx, process, redraw))
}

// paging is how long the program may take to show another page.
const paging = 30 * time.Second

// redraw is how long the program is given to show what was asked for.
const redraw = 2 * time.Second

// wait lets the program run for a while.
func wait(ctx context.Context, process *desktop.Process, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-process.Done():
		return fmt.Errorf("the program ended: %w; it said:\n%s", process.Err(), process.Output())
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write stores the picture in at most 255 colours, which a window of flat
// colours does not miss.
func (s settings) write(ctx context.Context, name string, picture image.Image) error {
	if err := desktop.WritePNG(name, picture); err != nil {
		return err
	}
	shrink := exec.CommandContext(ctx, "convert", name, "-strip", "+dither", "-colors", "255",
		"-define", "png:compression-level=9", "PNG8:"+name)
	if output, err := shrink.CombinedOutput(); err != nil {
		return fmt.Errorf("reducing the colours of %s: %w: %s", name, err, output)
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.Size() > s.limit {
		return fmt.Errorf("%s is %d bytes, more than %d", name, info.Size(), s.limit)
	}
	return nil
}
