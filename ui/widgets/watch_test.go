package widgets

import (
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// guards are the shapes of who is there.
func guards() []Status {
	return []Status{StatusVouched, StatusClaimed, StatusImpostor, StatusCaution, StatusNotice}
}

func TestGuardShapesGolden(t *testing.T) {
	for name, side := range map[string]float32{"small": 12, "large": 32} {
		golden(t, "shape/guards_"+name, 8*side, side, func() fyne.CanvasObject {
			row := container.NewHBox()
			for _, s := range guards() {
				row.Add(NewStatusShape(s, side))
			}
			return row
		})
	}
}

func TestGuardShapesDifferInGrey(t *testing.T) {
	app(t)
	ink := colorOf(NewTile(), theme.ColorNameForeground)
	all := append(statuses(), guards()...)
	for i, a := range all {
		for _, b := range all[i+1:] {
			if d := difference(statusPicture(a, ink), statusPicture(b, ink)); d < 0.06 {
				t.Errorf("%v and %v differ in %.1f %% of their pixels only", a, b, d*100)
			}
		}
	}
}

func sections() *Segmented {
	return NewSegmented([]Segment{{Key: "live", Label: "Live", Counted: true}, {Key: "keys", Label: "Devices & keys", Counted: true}, {Key: "retained", Label: "Retained"}})
}

func TestSegmentedGolden(t *testing.T) {
	golden(t, "segmented/counts", 380, 40, func() fyne.CanvasObject {
		s := sections()
		s.SetCount("live", 5, ColorImpostor)
		s.SetCount("keys", 240, ColorAccent)
		s.SetCount("retained", 7, ColorAccent) // has no room for one
		return s
	})
	golden(t, "segmented/focused", 380, 40, func() fyne.CanvasObject {
		s := sections()
		s.SetSelected("retained")
		s.FocusGained()
		return s
	})
}

func TestSegmentedChooses(t *testing.T) {
	app(t)
	s := sections()
	w := test.NewTempWindow(t, s)
	w.Resize(fyne.NewSize(500, 60))
	var chosen []string
	s.OnSelect = func(key string) { chosen = append(chosen, key) }
	width := s.MinSize().Width
	test.TapAt(s, fyne.NewPos(width-10, 10))
	test.TapAt(s, fyne.NewPos(width-10, 10)) // is on already
	test.TapAt(s, fyne.NewPos(width+30, 10)) // beside it
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	s.SetSelected("live")
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	if len(chosen) != 2 || chosen[0] != "retained" || chosen[1] != "keys" || s.Selected() != "live" {
		t.Errorf("chose %q, %q is on", chosen, s.Selected())
	}
	if s.SetCount("live", 99999, ColorAccent); s.MinSize().Width != width {
		t.Error("a count moved what is beside it")
	}
}

// finder is a pattern as in the corners of a QR code.
func finder() [][]bool {
	rows := make([][]bool, 21)
	for y := range rows {
		rows[y] = make([]bool, 21)
		for x := range rows[y] {
			edge := max(abs(x-3), abs(y-3))
			rows[y][x] = edge == 3 || edge < 2 || x > 8 && y > 8 && (x+y)%2 == 0
		}
	}
	return rows
}

func abs(n int) int { return max(n, -n) }

func TestQRCodeGolden(t *testing.T) {
	golden(t, "qrcode/finder", 220, 200, func() fyne.CanvasObject {
		q := NewQRCode(120)
		q.SetModules(finder())
		return q
	})
}

// TestQRCodeModulesAreSharp reads the code back from the picture, at sizes that
// do not divide.
func TestQRCodeModulesAreSharp(t *testing.T) {
	app(t)
	q := NewQRCode(120)
	q.SetModules(finder())
	for _, side := range []int{29, 120, 211} {
		img := q.draw(side, side+7)
		unit := side / 29
		left, top := (side-29*unit)/2, (side+7-29*unit)/2
		for y := range 29 {
			for x := range 29 {
				dark := y >= 4 && x >= 4 && y < 25 && x < 25 && finder()[y-4][x-4]
				for _, corner := range []image.Point{{}, {unit - 1, unit - 1}} {
					if got := darkAt(img, left+x*unit+corner.X, top+y*unit+corner.Y); got != dark {
						t.Fatalf("side %d: module %d, %d is dark: %v", side, x, y, got)
					}
				}
			}
		}
	}
	if img := q.draw(20, 20); darkAt(img, 10, 10) || img.At(10, 10) != (color.RGBA{}) {
		t.Error("a code that does not fit is drawn")
	}
}

func darkAt(img image.Image, x, y int) bool {
	r, _, _, a := img.At(x, y).RGBA()
	return a > 0 && r < 0x8000
}

func TestTypeConfirmGolden(t *testing.T) {
	golden(t, "typeconfirm/asked", 440, 230, func() fyne.CanvasObject {
		return NewTypeConfirm("Its session ends within a second, and its keys are refused from then on.", "wight-sun", "Revoke",
			widget.NewCheck("Delete its retained messages too", nil))
	})
}

func TestTypeConfirm(t *testing.T) {
	app(t)
	done, left := 0, 0
	c := NewTypeConfirm("About.", "wight-sun", "Revoke", nil)
	c.OnConfirm, c.OnCancel = func() { done++ }, func() { left++ }
	w := test.NewTempWindow(t, c)
	c.Focus(w.Canvas())
	test.Tap(c.do)
	c.entry.OnSubmitted("")
	test.Type(c.entry, "wight-su")
	test.Tap(c.do)
	if done != 0 {
		t.Fatal("done before the word stood there")
	}
	test.Type(c.entry, "n ")
	test.Tap(c.do)
	c.entry.OnSubmitted(c.entry.Text)
	if done != 2 || left != 0 {
		t.Errorf("done %d times, left %d times", done, left)
	}
}
