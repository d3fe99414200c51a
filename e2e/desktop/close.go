//go:build linux

package desktop

import (
	"context"
	"encoding/binary"
	"io"
)

// Close asks the program to close the window as a window manager does when its
// button is pressed: with WM_DELETE_WINDOW, by the Inter-Client Communication
// Conventions Manual, section 4.2.8.1.
func (w *Window) Close(ctx context.Context) error {
	return w.speak(ctx, func(conn io.ReadWriter, window uint32) error {
		protocols, err := atomOf(conn, "WM_PROTOCOLS")
		if err != nil {
			return err
		}
		remove, err := atomOf(conn, "WM_DELETE_WINDOW")
		if err != nil {
			return err
		}
		const (
			units         = 11 // of four bytes: the request and an event
			clientMessage = 33
			format        = 32 // bits of each value
		)
		request := []byte{sendEvent, 0, units, 0}
		request = binary.LittleEndian.AppendUint32(request, window)
		request = append(request, 0, 0, 0, 0, clientMessage, format, 0, 0) // to whoever made the window
		for _, v := range []uint32{window, protocols, remove, 0, 0, 0, 0} {
			request = binary.LittleEndian.AppendUint32(request, v)
		}
		_, err = conn.Write(request)
		return err
	})
}
