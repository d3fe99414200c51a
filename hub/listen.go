package hub

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// nearPorts is how many ports after a taken one are tried.
const nearPorts = 20

// listenNear opens the address, or the next free port when that is taken; moved
// says so then.
func listenNear(ctx context.Context, address string) (ln net.Listener, moved, err error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, nil, fmt.Errorf("listen on %q: %w", address, err)
	}
	first, err := strconv.Atoi(port)
	if err != nil || first < 0 || first > 65535 {
		return nil, nil, fmt.Errorf("listen on %q: the port is a number from 0 to 65535", address)
	}
	var lc net.ListenConfig
	ln, err = lc.Listen(ctx, "tcp", address)
	if err == nil || first == 0 || !portTaken(err) {
		if err != nil {
			return nil, nil, fmt.Errorf("let devices connect at %s: %w; choose another address with --listen", address, err)
		}
		return ln, nil, nil
	}
	for next := first + 1; next <= min(first+nearPorts, 65535); next++ {
		if ln, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(next))); err == nil {
			return ln, fmt.Errorf("port %d is in use by another program: devices connect to port %d instead", first, next), nil
		}
	}
	return nil, nil, fmt.Errorf("let devices connect at %s: it and the %d ports after it are in use; choose another with --listen", address, nearPorts)
}

// portTaken reports whether an address could not be opened because it is in use.
func portTaken(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
