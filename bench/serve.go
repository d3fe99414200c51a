package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"

	"github.com/pilothouse/pilothouse/broker"
	"github.com/pilothouse/pilothouse/broker/durable"
	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/identity/secret"
	"github.com/pilothouse/pilothouse/model"
)

// serveMain is this program as the server: it says its address, answers
// questions on its standard input, and ends with that.
func serveMain(args []string) int {
	fs := flag.NewFlagSet("serve", flag.ExitOnError)
	k := fs.Int("kind", int(ours), "how to set it up")
	dir := fs.String("dir", "", "where to keep things")
	_ = fs.Parse(args) // ends the program when it fails
	if err := serve(kind(*k), *dir); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		return 1
	}
	return 0
}

func serve(k kind, dir string) error {
	o := broker.Options{Access: broker.OpenAccess(), Limits: broker.Limits{
		ConnectionsPerAddr: 10_000,                                                   // all come from one address here
		QueueMessages:      5_000_000, QueueBytes: 1 << 30, QueueBytesTotal: 2 << 30, // for a session that is away
	}}
	password := ""
	if k == oursVouched {
		r, err := vouching(dir)
		if err != nil {
			return err
		}
		defer drop(r)
		password = benchPassword
		o.Access, o.OnEvent = r, r.Observe
	}
	if k == oursDurable {
		s, err := durable.Open(filepath.Join(dir, "broker.db"))
		if err != nil {
			return err
		}
		o.Store = s
	}
	b := broker.New(o)
	defer drop(b)
	var lc net.ListenConfig
	ln, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if k == oursLocal {
		if err := countInside(b, filepath.Join(dir, "count")); err != nil {
			return err
		}
	}
	go func() {
		if err := b.Serve(context.Background(), ln); err != nil {
			fmt.Fprintln(os.Stderr, "serve:", err)
		}
	}()
	fmt.Println(ln.Addr(), password)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Println(m.Mallocs)
	}
	return nil
}

// benchPassword is that of every identity of the benchmark.
const benchPassword = "only for the benchmark"

// vouching is a registry with the publishers and the subscriber as identities,
// each under rules of its own.
func vouching(dir string) (*identity.Registry, error) {
	r, err := identity.Open(identity.Options{Dir: filepath.Join(dir, "identity"), Secrets: secret.Memory(),
		Limits: identity.Limits{Connects: 1000}})
	if err != nil {
		return nil, err
	}
	who := []identity.Identity{{Name: "subscriber", Role: identity.Reader}}
	for i := range publishers {
		who = append(who, identity.Identity{Name: fmt.Sprint("publisher-", i), Publish: []string{"bench/+/value"}})
	}
	for _, i := range who {
		if err := errors.Join(r.Put(i), r.SetPassword(i.Name, benchPassword)); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// countInside counts the messages that a session inside the process receives.
func countInside(b *broker.Broker, path string) error {
	c, err := newCounter(path)
	if err != nil {
		return err
	}
	n := c.value()
	l, err := b.Attach(broker.LocalOptions{ClientID: "inside", OnMessages: func(ms []model.Message) { n.Add(int64(len(ms))) }})
	if err != nil {
		return err
	}
	return l.Subscribe("#", 0)
}
