// Package brokertest is what the tests of the broker and of what is around it share:
// waiting, and reading packets off a connection as a client does.
package brokertest

import (
	"bufio"
	"io"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/packet"
)

// Eventually polls until ok, and fails t when that takes longer than patience.
func Eventually(t testing.TB, what string, patience time.Duration, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within %v", what, patience)
		}
	}
}

// Read reads one packet of a version from a connection.
func Read(r *bufio.Reader, v packet.Version) (packet.Packet, error) {
	for n := 2; ; n++ {
		head, err := r.Peek(n)
		if err != nil {
			return nil, err
		}
		h, used, err := packet.ParseHeader(head)
		if err != nil {
			return nil, err
		}
		if used == 0 {
			continue
		}
		if _, err := r.Discard(used); err != nil {
			return nil, err
		}
		body := make([]byte, h.Length)
		if _, err := io.ReadFull(r, body); err != nil {
			return nil, err
		}
		return packet.Decode(h, body, v)
	}
}
