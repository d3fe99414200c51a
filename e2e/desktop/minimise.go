//go:build linux

package desktop

import (
	"context"
	"encoding/binary"
	"io"
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

// setState writes WM_STATE. No tool at hand gives a property that type.
func (w *Window) setState(ctx context.Context, state uint32) error {
	return w.speak(ctx, func(conn io.ReadWriter, window uint32) error {
		atom, err := atomOf(conn, "WM_STATE")
		if err != nil {
			return err
		}
		const units = 8 // of four bytes: the request and two values of 32 bits
		request := []byte{changeProperty, 0, units, 0}
		for _, v := range []uint32{window, atom, atom, 32, 2, state, 0} {
			request = binary.LittleEndian.AppendUint32(request, v)
		}
		_, err = conn.Write(request)
		return err
	})
}
