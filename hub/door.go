package hub

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"runtime"
	"sync"
	"time"
)

// Request is what a later start of the program asks the one that runs for: to
// come to the front, and to open a workspace file or a broker's URL where one is
// named.
type Request struct {
	File string `json:"file,omitempty"`
	Link string `json:"link,omitempty"`
}

// Door is where later starts of the program with the same data folder come to. It
// is a Unix socket in that folder, or where there can be none a port of the
// loopback; a secret in a file of the folder, readable by its owner alone, lets
// nobody else in.
type Door struct {
	dir    *Dir
	secret string
	do     func(Request) error

	listener net.Listener
	cancel   context.CancelFunc
	group    sync.WaitGroup
	closed   sync.Once
}

// sign is the file that says where the door is.
type sign struct {
	Network string `json:"network"`
	Address string `json:"address"`
	Secret  string `json:"secret"`
}

// visit is what goes through the door, in a line each way.
type visit struct {
	Secret  string  `json:"secret"`
	Request Request `json:"request"`
}

// answer is what comes back; Err is empty when all is well.
type answer struct {
	Err string `json:"error,omitempty"`
}

// Names and bounds of the door.
const (
	signName   = "door.json"
	socketName = "door.sock"
	// longestSocket is how long the path of a Unix socket may be everywhere.
	longestSocket = 100
	maxVisit      = 64 << 10
	visitTime     = 5 * time.Second
	visitsAtOnce  = 4
	knockAgain    = 50 * time.Millisecond
)

// OpenDoor opens the door of a data folder that is held. do is told of each
// request, on goroutines of its own. The caller closes it before the folder.
func OpenDoor(dir *Dir, do func(Request) error) (*Door, error) {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	d := &Door{dir: dir, secret: hex.EncodeToString(b[:]), do: do}
	var ctx context.Context
	ctx, d.cancel = context.WithCancel(context.Background())
	network, address := "tcp", "127.0.0.1:0"
	if path := dir.Path(socketName); runtime.GOOS != "windows" && len(path) <= longestSocket {
		network, address = "unix", path
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("remove the socket of an earlier run: %w", err)
		}
	}
	var lc net.ListenConfig
	var err error
	if d.listener, err = lc.Listen(ctx, network, address); err != nil {
		return nil, fmt.Errorf("let later starts of the program hand over: %w", err)
	}
	text, err := json.Marshal(sign{network, d.listener.Addr().String(), d.secret}) //nolint:gosec // the file is its owner's alone
	if err == nil {
		err = dir.Write(signName, text) // mode 0600
	}
	if err != nil {
		return nil, errors.Join(err, d.listener.Close())
	}
	d.group.Go(func() { d.serve(ctx) })
	return d, nil
}

// serve lets visits in, a few at once.
func (d *Door) serve(ctx context.Context) {
	room := make(chan struct{}, visitsAtOnce)
	for {
		conn, err := d.listener.Accept()
		if err != nil {
			return // closed, or broken: then later starts say so
		}
		select {
		case room <- struct{}{}:
		default:
			_ = conn.Close() // too many at once
			continue
		}
		d.group.Go(func() {
			defer func() { <-room }()
			d.visit(ctx, conn)
		})
	}
}

// visit answers one visit.
func (d *Door) visit(ctx context.Context, conn net.Conn) {
	defer func() { _ = conn.Close() }() // the answer has been written, or cannot be
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	_ = conn.SetDeadline(time.Now().Add(visitTime))
	var v visit
	if err := readLine(conn, &v); err != nil || subtle.ConstantTimeCompare([]byte(v.Secret), []byte(d.secret)) != 1 {
		return // a stranger gets no answer
	}
	var a answer
	if err := d.do(v.Request); err != nil {
		a.Err = err.Error()
	}
	_ = json.NewEncoder(conn).Encode(a) // the other side tells of a broken line
}

// readLine reads one bounded line of JSON.
func readLine(r io.Reader, into any) error {
	line, err := bufio.NewReader(io.LimitReader(r, maxVisit)).ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, into)
}

// Close closes the door; it may be called twice.
func (d *Door) Close() error {
	var err error
	d.closed.Do(func() {
		d.cancel()
		err = d.listener.Close()
		d.group.Wait()
		if e := os.Remove(d.dir.Path(signName)); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	})
	return err
}

// Knock hands a request to the program that holds a data folder. It waits while
// that program is still starting, until ctx ends.
func Knock(ctx context.Context, folder string, r Request) error {
	beat := time.NewTicker(knockAgain)
	defer beat.Stop()
	for {
		err := knock(ctx, folder, r)
		var refused *refusal
		if err == nil || errors.As(err, &refused) {
			return err
		}
		select {
		case <-beat.C:
		case <-ctx.Done():
			return fmt.Errorf("the Pilothouse that uses %s does not answer: %w: %w", folder, ctx.Err(), err)
		}
	}
}

// refusal is what the program that runs says it cannot do.
type refusal struct{ text string }

func (r *refusal) Error() string { return r.text }

// knock tries once.
func knock(ctx context.Context, folder string, r Request) error {
	dir := Dir{path: folder}
	text, err := readBounded(dir.Path(signName), maxVisit)
	if err != nil {
		return err
	}
	var at sign
	if err := json.Unmarshal(text, &at); err != nil {
		return err
	}
	if at.Network != "unix" && at.Network != "tcp" {
		return fmt.Errorf("%s names the network %q", signName, at.Network)
	}
	ctx, cancel := context.WithTimeout(ctx, visitTime)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, at.Network, at.Address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // the answer has been read by then
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	if err := json.NewEncoder(conn).Encode(visit{at.Secret, r}); err != nil { //nolint:gosec // to whom the secret is from
		return err
	}
	var a answer
	if err := readLine(conn, &a); err != nil {
		return err
	}
	if a.Err != "" {
		return &refusal{a.Err}
	}
	return nil
}
