//go:build linux

package main

import (
	"image"
	"image/color"
	"testing"
)

// TestShownReadsTheRail draws the mark of each page.
func TestShownReadsTheRail(t *testing.T) {
	blank := image.NewRGBA(image.Rect(0, 0, 100, 800))
	if got := shown(blank); got != "" {
		t.Errorf("without a mark it is the page %q", got)
	}
	for i, page := range pages {
		p := image.NewRGBA(blank.Rect)
		for y := range 34 {
			p.Set(1, 20+i*58+y, color.White)
		}
		if got := shown(p); got != page {
			t.Errorf("the mark of %s is read as %q", page, got)
		}
	}
}
