package attacks

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/broker/identity"
	"github.com/pilothouse/pilothouse/broker/packet"
	"github.com/pilothouse/pilothouse/hub"
)

// hubVariable has the test binary be a hub in TestHubOfChild.
const hubVariable = "ATTACKS_HUB"

// Secrets that a hub is told, or that devices put where they do not belong.
const (
	plantedPassphrase = "planted-passphrase-55ab"
	plantedUser       = "planted-token-as-user-0c1d"
	plantedClient     = "planted-token-as-client-9e2f"
	plantedWrong      = "planted-wrong-guess-64b0"
	plantedMark       = "planted-mark-that-has-to-be-found"
)

// TestHubOfChild is a whole hub, with its history, for TestHubKeepsSecrets: it
// crashes when it is told to.
func TestHubOfChild(t *testing.T) {
	dir := os.Getenv(hubVariable)
	if dir == "" {
		return
	}
	h, err := hub.New(hub.Config{DataDir: dir, Listen: "127.0.0.1:0", NoKeychain: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Dir.Crashes("the hub of the attacks"); err != nil {
		t.Fatal(err)
	}
	if err := h.Registry.Put(identity.Identity{Name: thiefName, Root: thiefRoot}); err != nil {
		t.Fatal(err)
	}
	if err := h.Registry.SetPassword(thiefName, thiefPassword); err != nil {
		t.Fatal(err)
	}
	fmt.Println("hub at", h.Link.Status().URL)
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		panic(fmt.Sprintf("planned crash with %+v and %v", h.Registry.List(), h.Feed.Attempts(100)))
	}()
	<-done
}

// childHub is a hub in a process of its own.
type childHub struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	output *syncBuffer
	dir    string
	addr   string
}

// startHub starts one.
func startHub(t *testing.T) *childHub {
	t.Helper()
	c := &childHub{output: &syncBuffer{}, dir: filepath.Join(t.TempDir(), "data")}
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	t.Cleanup(cancel)
	c.cmd = exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestHubOfChild$")
	c.cmd.Env = append(os.Environ(), hubVariable+"="+c.dir, hub.PassphraseVariable+"="+plantedPassphrase, "GOTRACEBACK=all")
	c.cmd.Stdout, c.cmd.Stderr = c.output, c.output
	var err error
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.await(t, "the start of the hub", func() bool {
		_, url, ok := strings.Cut(c.output.String(), "hub at mqtt://")
		c.addr, _, _ = strings.Cut(url, "\n")
		return ok && strings.Contains(url, "\n")
	})
	return c
}

func (c *childHub) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within %v: %s", what, patience, c.output)
		}
	}
}

// visit logs in and says one thing.
func (c *childHub) visit(t *testing.T, p packet.Connect) packet.Code {
	t.Helper()
	nc, err := net.Dial("tcp", c.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	_ = nc.SetDeadline(time.Now().Add(patience))
	r := &raw{t: t, nc: nc, r: bufio.NewReader(nc)}
	p.Version, p.CleanStart = packet.V5, true
	r.write(p.Append(nil, packet.V5))
	_, body, err := r.expect(packet.CONNACK)
	if err != nil || len(body) < 2 {
		t.Fatalf("no CONNACK: %v", err)
	}
	if packet.Code(body[1]) == packet.Success {
		if code, err := r.publish(thiefRoot+"/log", 0, plantedMark, true); err != nil || code.Failed() {
			t.Fatalf("publish: %v, %v", code, err)
		}
	}
	return packet.Code(body[1])
}

// TestHubKeepsSecrets tells a whole hub secrets in all ways, has it crash, and
// looks for them in its files, its argument list and what it said (rows 31, 32).
// A payload, which is no secret, has to be found.
func TestHubKeepsSecrets(t *testing.T) {
	c := startHub(t)
	name := func(s string) []byte { return []byte(s) }
	for _, v := range []struct {
		p  packet.Connect
		in bool
	}{
		{packet.Connect{ClientID: name(thiefName), Username: name(thiefName), Password: name(thiefPassword)}, true},
		{packet.Connect{ClientID: name(thiefName), Username: name(thiefName), Password: name(plantedWrong)}, false},
		{packet.Connect{ClientID: name("probe"), Username: name(plantedUser), Password: name(plantedWrong)}, false},
		{packet.Connect{ClientID: name(plantedClient), Username: name(thiefName), Password: name(plantedWrong)}, false},
		{packet.Connect{ClientID: name(plantedClient + "/#")}, false},
	} {
		if code := c.visit(t, v.p); code.Failed() == v.in {
			t.Fatalf("%s as %s: %v", v.p.ClientID, v.p.Username, code)
		}
	}
	secrets := []string{thiefPassword, plantedPassphrase, plantedUser, plantedClient, plantedWrong}
	if runtime.GOOS == "linux" {
		args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", c.cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		if what := leakedWord(args, secrets...); what != "" || len(args) == 0 {
			t.Errorf("%s is in the argument list %q", what, args)
		}
	}
	c.await(t, "history on disk", func() bool { return c.holds(t, "history.db", plantedMark) })
	if _, err := io.WriteString(c.stdin, "crash\n"); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Wait(); err == nil || !strings.Contains(c.output.String(), "planned crash") {
		t.Fatalf("it did not crash as planned: %v: %s", err, c.output)
	}
	if info, err := os.Stat(c.dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is open to others: %v, %v", info, err)
	}
	places, err := filesOf(c.dir, "history.")
	if err != nil {
		t.Fatal(err)
	}
	for _, must := range []string{"registry.json", "broker.db", "history.db", "crash.txt"} {
		if len(places[must]) == 0 {
			t.Errorf("there is no %s to look into", must)
		}
	}
	if !bytes.Contains(places["broker.db"], []byte(plantedMark)) || !bytes.Contains(places["crash.txt"], []byte("planned crash")) {
		t.Error("what has to be on disk is not found, so that this proves nothing")
	}
	places["the output"] = []byte(c.output.String())
	for place, text := range places {
		if what := leakedWord(text, secrets...); what != "" {
			t.Errorf("%s is in %s", what, place)
		}
	}
	t.Logf("nothing in %d places", len(places)+1)
}

// holds tells whether a text is in one of the files whose names begin with a name.
func (c *childHub) holds(t *testing.T, begin, text string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(c.dir, begin+"*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}
