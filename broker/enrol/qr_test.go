package enrol

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const invitation = "https://192.168.178.23:8884/enrol/#ABCDEFGHIJKLMNOPQRSTUVWXYZ.0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// TestQRIsRead has another program read what the terminal shows.
func TestQRIsRead(t *testing.T) {
	program, err := exec.LookPath("zbarimg")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("zbarimg is not installed")
		}
		t.Skip("zbarimg is not installed")
	}
	rows, err := QR(invitation)
	if err != nil {
		t.Fatal(err)
	}
	for _, colour := range []bool{true, false} {
		var text bytes.Buffer
		if err := WriteQR(&text, rows, colour); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "qr.png")
		var picture bytes.Buffer
		if err := png.Encode(&picture, drawn(t, text.String())); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, picture.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(program, "-q", "--raw", path).Output()
		if err != nil || strings.TrimSpace(string(out)) != invitation {
			t.Errorf("zbarimg read %q, %v", out, err)
		}
	}
}

// drawn is the picture that a terminal with a black background makes of the text.
func drawn(t *testing.T, text string) image.Image {
	t.Helper()
	text = strings.NewReplacer(whiteOnBlack, "", plainAgain, "").Replace(text)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	const scale = 4
	width := len([]rune(lines[0]))
	picture := image.NewGray(image.Rect(0, 0, width*scale, 2*len(lines)*scale))
	for y := range 2 * len(lines) {
		row := []rune(lines[y/2])
		if len(row) != width {
			t.Fatalf("line %d has %d characters, the first %d", y/2, len(row), width)
		}
		for x, r := range row {
			if r == '█' || r == '▀' && y%2 == 0 || r == '▄' && y%2 == 1 {
				for i := range scale * scale {
					picture.SetGray(x*scale+i%scale, y*scale+i/scale, color.Gray{Y: 255})
				}
			}
		}
	}
	return picture
}

// TestQRShape checks the three finder patterns and the size.
func TestQRShape(t *testing.T) {
	rows, err := QR(invitation)
	if err != nil {
		t.Fatal(err)
	}
	size := len(rows)
	if (size-17)%4 != 0 || size > 60 {
		t.Errorf("%d modules", size)
	}
	for _, corner := range []image.Point{{0, 0}, {size - 7, 0}, {0, size - 7}} {
		for i := range 49 {
			x, y := i%7, i/7
			ring := min(x, y, 6-x, 6-y)
			if dark := rows[corner.Y+y][corner.X+x]; dark != (ring != 1) {
				t.Errorf("the finder pattern at %v is wrong at %d,%d", corner, x, y)
			}
		}
	}
	if _, err := QR(strings.Repeat("x", 3000)); err == nil {
		t.Error("3000 characters fit into a QR code")
	}
	if err := WriteQR(broken{}, rows, true); err == nil {
		t.Error("a broken terminal took it")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken") }
