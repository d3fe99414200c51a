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

// States of a window, by the Inter-Client Communication Conventions Manual,
// section 4.1.3.1.
const (
	normalState = 1
	iconicState = 3
)

// Minimise does what a window manager does to minimise the window: it takes it
// off the screen and says so in its WM_STATE.
func (w *Window) Minimise(ctx context.Context) error {
	if err := w.setState(ctx, iconicState); err != nil {
		return err
	}
	return w.do(ctx, "windowunmap", "--sync", w.id)
}

// Restore brings a minimised window back and gives it the keyboard.
func (w *Window) Restore(ctx context.Context) error {
	if err := w.do(ctx, "windowmap", "--sync", w.id); err != nil {
		return err
	}
	if err := w.setState(ctx, normalState); err != nil {
		return err
	}
	return w.Focus(ctx)
}

// setState writes WM_STATE. No tool at hand gives a property that type, so this
// speaks X11 itself.
func (w *Window) setState(ctx context.Context, state uint32) error {
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
	if err := changeState(conn, uint32(id), state); err != nil {
		return fmt.Errorf("setting the state of window %s: %w", w.id, err)
	}
	return nil
}

// Requests of the X11 protocol, by their opcodes.
const (
	internAtom     = 16
	changeProperty = 18
)

// changeState opens a session on conn and writes the property; it returns when
// that has been done.
func changeState(conn io.ReadWriter, window, state uint32) error {
	if _, err := greet(conn); err != nil {
		return err
	}
	atom, err := atomOf(conn, "WM_STATE")
	if err != nil {
		return err
	}
	const units = 8 // of four bytes: the request and two values of 32 bits
	request := []byte{changeProperty, 0, units, 0}
	for _, v := range []uint32{window, atom, atom, 32, 2, state, 0} {
		request = binary.LittleEndian.AppendUint32(request, v)
	}
	if _, err := conn.Write(request); err != nil {
		return err
	}
	_, err = atomOf(conn, "WM_STATE") // answered after the change, or after its error
	return err
}

// atomOf asks for the number of a name of eight letters.
func atomOf(conn io.ReadWriter, name string) (uint32, error) {
	request := append([]byte{internAtom, 0, byte(2 + len(name)/4), 0, byte(len(name)), 0, 0, 0}, name...)
	if _, err := conn.Write(request); err != nil {
		return 0, err
	}
	reply, err := answer(conn)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(reply[8:]), nil
}
