//go:build linux

package desktop

import (
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"io"
	"net"
	"strings"
)

// Eye looks at the screen of a display, quickly: a look at one pixel takes well
// below a millisecond. It is for one goroutine.
type Eye struct {
	conn net.Conn
	root uint32
}

// NewEye connects to the display. The caller closes it.
func (d *Display) NewEye(ctx context.Context) (*Eye, error) {
	var dial net.Dialer
	conn, err := dial.DialContext(ctx, "unix", "/tmp/.X11-unix/X"+strings.TrimPrefix(d.name, ":"))
	if err != nil {
		return nil, fmt.Errorf("looking at display %s: %w", d.name, err)
	}
	e := &Eye{conn: conn}
	if e.root, err = greet(conn); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("looking at display %s: %w", d.name, err)
	}
	return e, nil
}

// Close ends the connection.
func (e *Eye) Close() error { return e.conn.Close() }

// greet opens a session on conn, without authorisation, and returns the root
// window of its first screen.
func greet(conn io.ReadWriter) (root uint32, err error) {
	le := binary.LittleEndian
	if _, err := conn.Write([]byte{'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		return 0, err
	}
	var head [8]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return 0, err
	}
	setup := make([]byte, 4*int(le.Uint16(head[6:])))
	if _, err := io.ReadFull(conn, setup); err != nil {
		return 0, err
	}
	if head[0] != 1 {
		return 0, fmt.Errorf("the display refused with status %d", head[0])
	}
	// The fixed part, the vendor's name, the formats, and then the first screen.
	const fixed, format = 32, 8
	if len(setup) < fixed {
		return 0, io.ErrUnexpectedEOF
	}
	at := fixed + (int(le.Uint16(setup[16:]))+3)/4*4 + format*int(setup[21])
	if at+4 > len(setup) {
		return 0, io.ErrUnexpectedEOF
	}
	return le.Uint32(setup[at:]), nil
}

// answer reads the first part of the answer to a request, past events that are
// told to everyone.
func answer(conn io.Reader) (head [32]byte, err error) {
	const failure, reply = 0, 1
	for {
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return head, err
		}
		switch head[0] {
		case reply:
			return head, nil
		case failure:
			return head, fmt.Errorf("X11 error %d", head[1])
		}
	}
}

// getImage is a request of the X11 protocol, by its opcode, and zPixmap the
// format of four bytes a pixel.
const (
	getImage = 73
	zPixmap  = 2
)

// Look is what an area of the screen, of 24 bits a pixel, shows now.
func (e *Eye) Look(area image.Rectangle) (*image.RGBA, error) {
	le := binary.LittleEndian
	request := le.AppendUint32([]byte{getImage, zPixmap, 5, 0}, e.root)
	for _, v := range []int{area.Min.X, area.Min.Y, area.Dx(), area.Dy()} {
		request = le.AppendUint16(request, uint16(v))
	}
	if _, err := e.conn.Write(le.AppendUint32(request, 1<<32-1)); err != nil {
		return nil, fmt.Errorf("looking at the screen: %w", err)
	}
	head, err := answer(e.conn)
	if err != nil {
		return nil, fmt.Errorf("looking at the screen at %v: %w", area, err)
	}
	picture := image.NewRGBA(area)
	pixels := make([]byte, 4*int(le.Uint32(head[4:])))
	if _, err := io.ReadFull(e.conn, pixels); err != nil || len(pixels) < len(picture.Pix) {
		return nil, fmt.Errorf("looking at the screen at %v: too little came: %w", area, err)
	}
	for i := 0; i < len(picture.Pix); i += 4 { // blue, green, red, nothing
		picture.Pix[i], picture.Pix[i+1], picture.Pix[i+2], picture.Pix[i+3] = pixels[i+2], pixels[i+1], pixels[i], 0xff
	}
	return picture, nil
}

// Pixel is the colour of one pixel now.
func (e *Eye) Pixel(at image.Point) (color.Color, error) {
	picture, err := e.Look(image.Rectangle{Min: at, Max: at.Add(image.Pt(1, 1))})
	if err != nil {
		return nil, err
	}
	return picture.At(at.X, at.Y), nil
}
