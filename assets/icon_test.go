package assets_test

import (
	"bytes"
	"image/png"
	"testing"

	"github.com/pilothouse/pilothouse/assets"
)

func TestIcon(t *testing.T) {
	picture, err := png.Decode(bytes.NewReader(assets.Icon()))
	if err != nil {
		t.Fatalf("decoding the icon: %v", err)
	}
	if size := picture.Bounds().Size(); size.X != 512 || size.Y != 512 {
		t.Errorf("the icon is %v, want 512 by 512", size)
	}
	if _, _, _, alpha := picture.At(0, 0).RGBA(); alpha != 0 {
		t.Errorf("the icon's corner has alpha %d, want it transparent", alpha)
	}
}

func TestIconIsACopy(t *testing.T) {
	assets.Icon()[0] = 0
	if assets.Icon()[0] == 0 {
		t.Error("writing to one icon changed the next")
	}
}
