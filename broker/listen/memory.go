package listen

import (
	"context"
	"net"
	"sync"
)

// memoryBacklog is how many connections may wait to be accepted.
const memoryBacklog = 128

// MemoryListener accepts connections from within this process. Make one with
// [Memory].
type MemoryListener struct {
	waiting chan net.Conn
	done    chan struct{}
	close   sync.Once
}

// Memory makes a listener for clients in this process. Its connections hold no
// bytes: a write returns when the other side has read it all, or its deadline
// has passed. Up to 128 connections wait to be accepted.
func Memory() *MemoryListener {
	return &MemoryListener{waiting: make(chan net.Conn, memoryBacklog), done: make(chan struct{})}
}

// Dial connects to the listener. It waits while too many connections are to be
// accepted, until ctx ends, and fails with net.ErrClosed after Close.
func (l *MemoryListener) Dial(ctx context.Context) (net.Conn, error) {
	select {
	case <-l.done:
		return nil, l.failed("dial", net.ErrClosed)
	default:
	}
	client, server := net.Pipe()
	select {
	case l.waiting <- server:
		select {
		case <-l.done:
			l.drain() // Close may have looked before this one came
		default:
		}
		return client, nil
	case <-l.done:
		return nil, l.failed("dial", net.ErrClosed)
	case <-ctx.Done():
		return nil, l.failed("dial", ctx.Err())
	}
}

// Accept implements net.Listener.
func (l *MemoryListener) Accept() (net.Conn, error) {
	select {
	case <-l.done:
		return nil, l.failed("accept", net.ErrClosed)
	default:
	}
	select {
	case nc := <-l.waiting:
		return nc, nil
	case <-l.done:
		return nil, l.failed("accept", net.ErrClosed)
	}
}

// Close implements net.Listener. Connections that wait to be accepted are
// closed. It can be called twice.
func (l *MemoryListener) Close() error {
	l.close.Do(func() { close(l.done) })
	l.drain()
	return nil
}

// drain closes the connections that nobody will accept.
func (l *MemoryListener) drain() {
	for {
		select {
		case nc := <-l.waiting:
			_ = nc.Close()
		default:
			return
		}
	}
}

// Addr implements net.Listener.
func (l *MemoryListener) Addr() net.Addr { return memoryAddr{} }

func (l *MemoryListener) failed(op string, err error) error {
	return &net.OpError{Op: op, Net: "memory", Addr: memoryAddr{}, Err: err}
}

type memoryAddr struct{}

func (memoryAddr) Network() string { return "memory" }
func (memoryAddr) String() string  { return "memory" }
