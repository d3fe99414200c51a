package postgres_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pilothouse/pilothouse/model/history/historytest"
)

// server is a real PostgreSQL that a test started, as an unprivileged user where
// the test runs as root.
type server struct {
	bin, dir string
	port     int
	who      *syscall.SysProcAttr
	cmd      *exec.Cmd
	dbs      atomic.Int64
}

// binaries finds the programs of the newest PostgreSQL from Debian's packages.
func binaries(t testing.TB) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		historytest.Missing(t, "PostgreSQL is not installed here (apt-get install postgresql): the shared history is not tested")
	}
	return filepath.Dir(found[len(found)-1])
}

// unprivileged is how to start a program as a user that PostgreSQL accepts.
func unprivileged(t testing.TB, dir string) *syscall.SysProcAttr {
	t.Helper()
	if os.Getuid() != 0 {
		return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid) // Unix numbers
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, Pdeathsig: syscall.SIGKILL}
	}
	historytest.Missing(t, "PostgreSQL refuses root, and there is no user postgres or nobody: the shared history is not tested")
	return nil
}

// startServer makes and starts a server that ends with the test.
func startServer(t testing.TB) *server {
	t.Helper()
	dir, err := os.MkdirTemp("", "pilothouse-pg-")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{bin: binaries(t), dir: dir}
	t.Cleanup(func() {
		s.stop(t)
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s.who = unprivileged(t, dir)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	init := exec.Command(filepath.Join(s.bin, "initdb"), "-D", filepath.Join(dir, "data"), "-A", "trust", "-U", "tester", "-E", "UTF8", "--no-locale", "--no-sync")
	init.SysProcAttr, init.Dir = s.who, dir
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	s.start(t)
	return s
}

// start starts the server and waits until it answers.
func (s *server) start(t testing.TB) {
	t.Helper()
	s.cmd = exec.Command(filepath.Join(s.bin, "postgres"), "-D", filepath.Join(s.dir, "data"), "-p", strconv.Itoa(s.port),
		"-h", "127.0.0.1", "-k", s.dir, "-c", "shared_buffers=32MB", "-c", "max_connections=40", "-c", "max_wal_size=256MB")
	s.cmd.SysProcAttr, s.cmd.Dir = s.who, s.dir
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		c, err := pgx.Connect(ctx, s.url("postgres"))
		if err == nil {
			err = c.Close(ctx)
		}
		cancel()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("PostgreSQL does not start: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// stop ends the server at once, as a crash would.
func (s *server) stop(t testing.TB) {
	t.Helper()
	if s.cmd == nil {
		return
	}
	if err := s.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Error(err)
	}
	_ = s.cmd.Wait() // killed
	s.cmd = nil
}

func (s *server) url(db string) string {
	return fmt.Sprintf("postgres://tester@127.0.0.1:%d/%s?sslmode=disable", s.port, db)
}

// database makes an empty database and returns its URL.
func (s *server) database(t testing.TB, before ...string) string {
	t.Helper()
	name := fmt.Sprintf("test%d", s.dbs.Add(1))
	s.exec(t, "postgres", "CREATE DATABASE "+name)
	if len(before) > 0 {
		s.exec(t, name, strings.Join(before, ";"))
	}
	return s.url(name)
}

func (s *server) exec(t testing.TB, db, text string) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, s.url(db))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, text); err != nil {
		t.Fatal(err)
	}
}
