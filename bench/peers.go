package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// kind is a server as it is set up for a case.
type kind int

// The kinds.
const (
	none kind = iota
	ours
	oursLocal   // counts in a session inside the process
	oursDurable // keeps things on disk
	oursVouched // with identities, rules and the publisher of each message
	mosquitto
	mosquittoDurable // saves on each change
	nats
)

// String names k.
func (k kind) String() string {
	return [...]string{"none", "pilothouse", "pilothouse in process", "pilothouse durable", "pilothouse vouching",
		"mosquitto", "mosquitto durable", "nats-server"}[k]
}

// server is a running server.
type server struct {
	kind     kind
	addr     string
	password string   // of every client, empty for none
	count    *counter // of messages in the process, nil where there is none
	cmd      *exec.Cmd
	ask      *bufio.ReadWriter // the standard input and output of our own
}

// start starts a server that keeps its things in dir.
func start(ctx context.Context, k kind, natsPath, dir string) (*server, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &server{kind: k}
	switch k {
	case mosquitto, mosquittoDurable:
		return s, s.startMosquitto(ctx, dir)
	case nats:
		return s, s.startNATS(ctx, natsPath, dir)
	}
	return s, s.startOurs(ctx, dir)
}

// startOurs runs this program again, as a server.
func (s *server) startOurs(ctx context.Context, dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if s.count, err = newCounter(filepath.Join(dir, "count")); err != nil {
		return err
	}
	s.cmd = exec.CommandContext(ctx, self, "serve", "-kind", strconv.Itoa(int(s.kind)), "-dir", dir)
	s.cmd.Stderr = os.Stderr
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.ask = bufio.NewReadWriter(bufio.NewReader(out), bufio.NewWriter(in))
	line, err := s.ask.ReadString('\n')
	if err != nil {
		return errors.Join(fmt.Errorf("it did not say its address: %w", err), s.stop())
	}
	s.addr, s.password, _ = strings.Cut(strings.TrimSpace(line), " ")
	return nil
}

// mallocs is how many objects the server has allocated so far.
func (s *server) mallocs() (uint64, error) {
	if _, err := s.ask.WriteString("mallocs\n"); err != nil {
		return 0, err
	}
	if err := s.ask.Flush(); err != nil {
		return 0, err
	}
	line, err := s.ask.ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimSpace(line), 10, 64)
}

func (s *server) startMosquitto(ctx context.Context, dir string) error {
	path, err := exec.LookPath("mosquitto")
	if err != nil {
		if path, err = exec.LookPath("/usr/sbin/mosquitto"); err != nil {
			return errors.New("mosquitto is not installed: apt-get install mosquitto")
		}
	}
	port, err := s.freePort(ctx)
	if err != nil {
		return err
	}
	conf := fmt.Sprintf("listener %d 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 1000\nset_tcp_nodelay true\nuser root\n", port)
	if s.kind == mosquittoDurable {
		conf += fmt.Sprintf("persistence true\npersistence_location %s/\nautosave_on_changes true\nautosave_interval 1\n", dir)
	}
	file := filepath.Join(dir, "mosquitto.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		return err
	}
	return s.launch(ctx, dir, exec.CommandContext(ctx, path, "-c", file))
}

func (s *server) startNATS(ctx context.Context, path, dir string) error {
	port, err := s.freePort(ctx)
	if err != nil {
		return err
	}
	conf := fmt.Sprintf("host: 127.0.0.1\nport: -1\nserver_name: bench\njetstream { store_dir: %q }\nmqtt { host: 127.0.0.1, port: %d, max_ack_pending: 1000 }\n", dir, port)
	file := filepath.Join(dir, "nats.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		return err
	}
	return s.launch(ctx, dir, exec.CommandContext(ctx, path, "-c", file))
}

// freePort finds a port and makes it the server's address.
func (s *server) freePort(ctx context.Context) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	s.addr = l.Addr().String()
	_, port, _ := net.SplitHostPort(s.addr)
	if err := l.Close(); err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}

// launch starts a program that is not ours and waits until it lets a client in.
func (s *server) launch(ctx context.Context, dir string, cmd *exec.Cmd) error {
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return err
	}
	defer drop(log) // the program has a descriptor of its own
	cmd.Stdout, cmd.Stderr = log, log
	s.cmd = cmd
	if err := cmd.Start(); err != nil {
		return err
	}
	deadline := time.Now().Add(patience)
	for {
		c, err := dial(ctx, s, "probe", true)
		if err == nil {
			return c.Close()
		}
		if time.Now().After(deadline) {
			said, _ := os.ReadFile(log.Name())
			return errors.Join(fmt.Errorf("%v lets nobody in: %w; it said: %s", s.kind, err, said), s.stop())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// stop ends the server.
func (s *server) stop() error {
	_ = s.cmd.Process.Kill() // it may have ended by itself
	_ = s.cmd.Wait()         // says only that it was killed
	if s.count != nil {
		return s.count.close()
	}
	return nil
}
