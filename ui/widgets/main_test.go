package widgets

import (
	"image"
	"image/color"
	"testing"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/ui/plot"
)

// TestMain checks that no widget leaves a goroutine behind. The one that
// listens for settings belongs to Fyne's test app and lives as long as it.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func statusPicture(s Status, c color.Color) *image.RGBA { return plot.StatusImage(s, 24, c) }
