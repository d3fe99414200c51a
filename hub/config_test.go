package hub

import (
	"flag"
	"io"
	"strings"
	"testing"
)

func TestPlainBeyondThisMachineIsRefused(t *testing.T) {
	for args, says := range map[string]string{
		"--listen 0.0.0.0:1883":                        "--insecure-allow-plain",
		"--listen :1883":                               "--insecure-allow-plain",
		"--listen-ws 192.0.2.7:80":                     "--listen-wss",
		"--listen-tls 8883":                            "HOST:PORT",
		"--listen-tls 0.0.0.0:8883 --listen-wss :443":  "",
		"--listen 0.0.0.0:1883 --insecure-allow-plain": "",
		"--ws-origin https://a.example,https://b.example --listen-ws [::1]:0": "",
	} {
		var c Config
		fs := flag.NewFlagSet("pilothouse", flag.ContinueOnError)
		fs.SetOutput(io.Discard)
		c.Register(fs)
		if err := fs.Parse(strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
		err := c.Finish(fs)
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", args, err, says)
		}
		if strings.Contains(args, "origin") && len(c.Origins) != 2 {
			t.Errorf("the origins are %v", c.Origins)
		}
	}
}
