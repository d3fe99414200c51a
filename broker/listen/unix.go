package listen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// probeTime is how long another program may take to answer on a socket file that
// is already there.
const probeTime = time.Second

// Unix listens on a Unix socket at path that the owner alone may use (mode 0600,
// from its first moment). A socket file on which nobody listens is replaced;
// anything else at path is an error. Close removes the file, unless another has
// taken its place. Clients are named "unix:" and the path.
func Unix(path string) (net.Listener, error) {
	ln, err := listenUnix(path)
	if err != nil {
		return nil, fmt.Errorf("listen on the Unix socket %s: %w", path, err)
	}
	return ln, nil
}

func listenUnix(path string) (net.Listener, error) {
	if err := removeStale(path); err != nil {
		return nil, err
	}
	// The socket is made in a directory that is closed to others, so that it
	// cannot be reached before its mode is set.
	dir, err := os.MkdirTemp(filepath.Dir(path), ".sock")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	hidden := filepath.Join(dir, "s")
	inner, err := net.ListenUnix("unix", &net.UnixAddr{Name: hidden, Net: "unix"})
	if err != nil {
		return nil, err
	}
	inner.SetUnlinkOnClose(false)
	l := &unixListener{UnixListener: inner, addr: &net.UnixAddr{Name: path, Net: "unix"}}
	if l.file, err = publish(hidden, path); err != nil {
		_ = inner.Close()
		return nil, err
	}
	return l, nil
}

// publish gives the socket its mode and its place.
func publish(hidden, path string) (fs.FileInfo, error) {
	if err := os.Chmod(hidden, 0o600); err != nil {
		return nil, err
	}
	file, err := os.Lstat(hidden)
	if err != nil {
		return nil, err
	}
	return file, os.Rename(hidden, path)
}

// removeStale makes way for a new socket, if what is at path is an old one.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return errors.New("there is a file that is not a socket: move it away, or choose another path")
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeTime)
	defer cancel()
	nc, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err == nil {
		_ = nc.Close()
		return errors.New("another program listens there: stop it, or choose another path")
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("find out whether the socket is in use: %w", err)
	}
	return os.Remove(path)
}

// unixListener is a Unix socket that knows its file.
type unixListener struct {
	*net.UnixListener
	addr  *net.UnixAddr
	file  fs.FileInfo
	close sync.Once
	err   error
}

// Addr implements net.Listener.
func (l *unixListener) Addr() net.Addr { return l.addr }

// Accept implements net.Listener.
func (l *unixListener) Accept() (net.Conn, error) {
	nc, err := l.UnixListener.Accept()
	if err != nil {
		return nil, err
	}
	return &unixConn{Conn: nc, addr: unixPeer(l.addr.Name)}, nil
}

// Close implements net.Listener. It can be called twice.
func (l *unixListener) Close() error {
	l.close.Do(func() {
		if now, err := os.Lstat(l.addr.Name); err == nil && os.SameFile(now, l.file) {
			l.err = os.Remove(l.addr.Name)
		}
		l.err = errors.Join(l.err, l.UnixListener.Close())
	})
	return l.err
}

// unixConn gives a client, which has no address of its own, that of the socket.
type unixConn struct {
	net.Conn
	addr unixPeer
}

// RemoteAddr implements net.Conn.
func (c *unixConn) RemoteAddr() net.Addr { return c.addr }

// unixPeer is a client of the socket at a path.
type unixPeer string

// Network implements net.Addr.
func (unixPeer) Network() string { return "unix" }

// String implements net.Addr.
func (p unixPeer) String() string { return "unix:" + string(p) }
