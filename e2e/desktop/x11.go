//go:build linux

package desktop

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// Requests of the X11 protocol, by their opcodes.
const (
	internAtom     = 16
	changeProperty = 18
	sendEvent      = 25
)

// speak has say send requests about the window in a session of X11 of its own, and
// returns when the server has carried them out. It is for what no tool at hand
// does.
func (w *Window) speak(ctx context.Context, say func(conn io.ReadWriter, window uint32) error) error {
	id, err := strconv.ParseUint(w.id, 10, 32)
	if err != nil {
		return fmt.Errorf("window %q: %w", w.id, err)
	}
	var dial net.Dialer
	conn, err := dial.DialContext(ctx, "unix", "/tmp/.X11-unix/X"+strings.TrimPrefix(w.process.display.name, ":"))
	if err != nil {
		return fmt.Errorf("window %s: %w", w.id, err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err = greet(conn); err == nil {
		err = say(conn, uint32(id))
	}
	if err == nil {
		_, err = atomOf(conn, "WM_STATE") // answered after what was said, or after its error
	}
	if err != nil {
		return fmt.Errorf("speaking X11 of window %s: %w", w.id, err)
	}
	return nil
}

// atomOf asks for the number of a name.
func atomOf(conn io.ReadWriter, name string) (uint32, error) {
	units := (len(name) + 3) / 4
	request := append([]byte{internAtom, 0, byte(2 + units), 0, byte(len(name)), 0, 0, 0}, name...)
	request = append(request, make([]byte, 4*units-len(name))...)
	if _, err := conn.Write(request); err != nil {
		return 0, err
	}
	reply, err := answer(conn)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(reply[8:]), nil
}
