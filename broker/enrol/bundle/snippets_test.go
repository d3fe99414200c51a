package bundle_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/broker/identity"
)

// odd is a device whose names need quoting in every language.
func odd() identity.Identity {
	return identity.Identity{Name: "wight-sun", Kind: "ferry", Root: `sol"ent/fer$(ries)/wi'ght \n sün`, ClientIDs: []string{"-wight|sun~=,@1"}}
}

const hello = `it's "here" $HOME \n ü`

// published waits for the snippet's message, vouched for.
func (h *hub) published(t *testing.T, root string) {
	t.Helper()
	want := message{topic: root + "/hello", payload: hello, publisher: "wight-sun", tls: true}
	eventually(t, "message", func() bool { return h.received(want) })
}

func run(t *testing.T, dir, program string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", program, err, out)
	}
	return string(out), err
}

func TestShell(t *testing.T) {
	tool(t, "mosquitto_pub")
	h := newHub(t)
	d := h.device(t, odd())
	if _, err := run(t, "/", tool(t, "sh"), filepath.Join(unpack(t, d), "publish.sh"), hello); err != nil {
		t.Fatal(err)
	}
	h.published(t, d.Root)
}

// TestShellRevoked shows that it is the certificate that lets the snippet in.
func TestShellRevoked(t *testing.T) {
	tool(t, "mosquitto_pub")
	h := newHub(t)
	d := h.device(t, odd())
	if err := h.registry.Revoke("wight-sun", "lost"); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, "/", tool(t, "sh"), filepath.Join(unpack(t, d), "publish.sh"), hello); err == nil {
		t.Error("a revoked device publishes")
	}
}

// TestShellOtherHub meets a hub of another authority.
func TestShellOtherHub(t *testing.T) {
	tool(t, "mosquitto_pub")
	h, other := newHub(t), newHub(t)
	d := h.device(t, odd())
	d.Port = other.port
	if out, err := run(t, "/", tool(t, "sh"), filepath.Join(unpack(t, d), "publish.sh"), hello); err == nil {
		t.Errorf("a device believes another authority: %s", out)
	}
}

// python finds an interpreter that has paho.
func python(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("PYTHON"), "python3", "/usr/bin/python3"} {
		if name == "" {
			continue
		}
		if _, err := run(t, "/", name, "-c", "import paho.mqtt.client"); err == nil {
			return name
		}
	}
	absent(t, "python3 with paho-mqtt")
	return ""
}

func TestPython(t *testing.T) {
	program := python(t)
	h := newHub(t)
	d := h.device(t, odd())
	if _, err := run(t, "/", program, filepath.Join(unpack(t, d), "publish.py"), hello); err != nil {
		t.Fatal(err)
	}
	h.published(t, d.Root)
	if err := h.registry.Revoke("wight-sun", "lost"); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, "/", program, filepath.Join(unpack(t, d), "publish.py"), hello); err == nil {
		t.Error("a revoked device publishes")
	}
}

// TestGo builds the snippet in this module, which has paho, and runs it where it
// belongs.
func TestGo(t *testing.T) {
	h := newHub(t)
	d := h.device(t, odd())
	dir := unpack(t, d)
	program := filepath.Join(t.TempDir(), "publish")
	if _, err := run(t, ".", tool(t, "go"), "build", "-o", program, filepath.Join(dir, "publish.go")); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, dir, program, hello); err != nil {
		t.Fatal(err)
	}
	h.published(t, d.Root)
	if _, err := run(t, ".", tool(t, "go"), "vet", filepath.Join(dir, "publish.go")); err != nil {
		t.Error(err)
	}
}

// TestArduino compiles the sketch against the little of Arduino in testdata, and
// runs it to see what it gives to the libraries.
func TestArduino(t *testing.T) {
	compiler := "c++"
	for _, name := range []string{"clang++", "g++"} {
		if _, err := exec.LookPath(name); err == nil {
			compiler = name
			break
		}
	}
	h := newHub(t)
	d := h.device(t, odd())
	dir := unpack(t, d)
	program := filepath.Join(t.TempDir(), "device")
	if _, err := run(t, "testdata/arduino", tool(t, compiler), "-std=gnu++17", "-Wall", "-Wextra", "-Werror", "-I.",
		fmt.Sprintf("-DSKETCH=%q", filepath.Join(dir, "device", "device.ino")), "main.cpp", "-o", program); err != nil {
		t.Fatal(err)
	}
	out, err := run(t, dir, program)
	if err != nil {
		t.Fatal(err)
	}
	want := "clock: pool.ntp.org\nauthority: " + string(d.Authority) + "certificate: " + string(d.Certificate) + "key: " + string(d.Key) +
		fmt.Sprintf("server: 127.0.0.1 %d\n", d.Port) + "connect: " + d.ClientID + "\npublish: " + d.Root + "/hello hello\n"
	if strings.ReplaceAll(out, "\r", "") != want {
		t.Errorf("the sketch did\n%s\nwant\n%s", out, want)
	}
}
