package widgets

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// TestEveryWidgetIsPictured looks for golden pictures of each widget that can be
// made.
func TestEveryWidgetIsPictured(t *testing.T) {
	called := map[string]string{"RowsWithoutHeader": "rows", "CommandButton": "command", "StatusShape": "shape", "Bar": "surface",
		"Entry": "", "MultiLineEntry": ""} // the toolkit's own
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, is := d.(*ast.FuncDecl)
			if !is || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "New") || strings.HasSuffix(name, "_test.go") {
				continue
			}
			widget := strings.TrimPrefix(f.Name.Name, "New")
			folder, known := called[widget]
			if !known {
				folder = strings.ToLower(widget)
			}
			seen++
			for _, theme := range []string{"dark", "light"} {
				if pictures, _ := filepath.Glob(filepath.Join("testdata", folder, "*_"+theme+".png")); folder != "" && len(pictures) == 0 {
					t.Errorf("there is no picture of %s in the %s theme", widget, theme)
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d widgets were found", seen)
	}
	if _, err := os.Stat("testdata"); err != nil {
		t.Error(err)
	}
}

// timelineOf is a timeline with something of everything.
func timelineOf(change func(*TimelineData)) *Timeline {
	end := time.Date(2026, 6, 1, 12, 0, 0, 0, time.Local)
	d := TimelineData{From: end.Add(-10 * time.Minute), To: end, Now: end, First: end.Add(-8 * time.Minute),
		DensityFrom: end.Add(-7 * time.Minute), DensityStep: time.Minute, Density: []float64{1, 4, 0, 9, 3, 2, 6},
		Gaps:  []TimelineSpan{{From: end.Add(-4 * time.Minute), To: end.Add(-3 * time.Minute), Title: "not running"}},
		Marks: []TimelineMark{{At: end.Add(-2 * time.Minute), Title: "lost", Ink: ColorLost}, {At: end.Add(-time.Minute), Title: "look here", Bookmark: true}}}
	if change != nil {
		change(&d)
	}
	l := NewTimeline()
	l.Set(d)
	return l
}

func TestTimelineGolden(t *testing.T) {
	picture := func(name string, build func() fyne.CanvasObject) {
		golden(t, "timeline/"+name, 600, timelineHeight, build)
	}
	picture("live", func() fyne.CanvasObject { return timelineOf(nil) })
	picture("past", func() fyne.CanvasObject {
		return timelineOf(func(d *TimelineData) { d.At = d.Now.Add(-5 * time.Minute) })
	})
	picture("empty", func() fyne.CanvasObject {
		return timelineOf(func(d *TimelineData) {
			d.First, d.Density, d.Gaps, d.Marks, d.Note = time.Time{}, nil, nil, nil, "Nothing is recorded: history is off"
		})
	})
	picture("focused", func() fyne.CanvasObject {
		l := timelineOf(nil)
		l.FocusGained()
		return l
	})
}

func TestBadgeButtonGolden(t *testing.T) {
	for name, act := range map[string]func(*BadgeButton){
		"plain": func(*BadgeButton) {}, "hovered": func(b *BadgeButton) { b.MouseIn(nil) }, "focused": (*BadgeButton).FocusGained,
		"connecting": func(b *BadgeButton) { b.Set("connecting to ferries", StatusLate, ColorLate) },
	} {
		golden(t, "badgebutton/"+name, 200, 32, func() fyne.CanvasObject {
			b := NewBadgeButton("ferries", ColorMuted, func() {})
			act(b)
			return container.NewCenter(b)
		})
	}
}

func TestIconButtonGolden(t *testing.T) {
	golden(t, "iconbutton/states", 100, 44, func() fyne.CanvasObject {
		hovered := newIconButton(theme.ZoomOutIcon(), "Zoom out", func() {})
		hovered.MouseIn(nil)
		return container.NewHBox(newIconButton(theme.ZoomInIcon(), "Zoom in", func() {}), hovered)
	})
}

func TestSurfaceGolden(t *testing.T) {
	golden(t, "surface/card_and_bar", 200, 60, func() fyne.CanvasObject { return container.NewGridWithColumns(2, NewSurface(), NewBar()) })
}

// TestFocusedGolden shows what has the keyboard: each is marked in the same way.
func TestFocusedGolden(t *testing.T) {
	golden(t, "chartview/focused", 520, 220, func() fyne.CanvasObject {
		c := chartShown(t)
		c.FocusGained()
		return c
	})
	golden(t, "mapview/focused", 420, 260, func() fyne.CanvasObject {
		m := mapShown(t)
		m.FocusGained()
		return m
	})
}

func TestMoreBannersGolden(t *testing.T) {
	golden(t, "banner/past", 620, 44, func() fyne.CanvasObject {
		b := NewBanner()
		b.Set(BannerData{Text: "The past: 2026-06-01 11:56:30", Detail: "Commands are locked; recording goes on", Ink: ColorPast, Bold: true, Action: "Back to live"})
		return b
	})
}

func TestMoreCommandSheetsGolden(t *testing.T) {
	golden(t, "commandsheet/confirm", 460, 170, func() fyne.CanvasObject {
		s := NewCommandSheet(SheetOptions{Action: "Send"})
		s.SetAudience("Nobody is listening.", true)
		s.SetPreview("plant/valve/open\n{\"id\":\"…\"}", "")
		return s
	})
}

func TestHintButtonGolden(t *testing.T) {
	golden(t, "hintbutton/plain", 44, 40, func() fyne.CanvasObject { return NewHintButton(theme.ListIcon(), "Bookmarks", func() {}) })
}
