//go:build !hub

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/hub"
)

// TestExportAndReplay records a device, exports what it said, and replays it to
// a real mosquitto.
func TestExportAndReplay(t *testing.T) {
	dir := t.TempDir()
	p, _ := start(t, func(c *Config) { c.DataDir = dir })
	publish(t, address(p), "kitchen/thermometer", "21.5")
	eventually(t, "message", patience, func() bool { _, ok := p.Store.Topic("kitchen/thermometer"); return ok })
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, hub.HistoryFile)
	var out, log lines
	if status := run([]string{"export", "--history", file, "--topic", "kitchen/#", "--format", "jsonl", "--out", "-"}, &out, &log); status != 0 {
		t.Fatalf("export: %d, %s", status, log.String())
	}
	if !strings.Contains(out.String(), "kitchen/thermometer") || !strings.Contains(out.String(), "21.5") {
		t.Errorf("exported: %s", out.String())
	}
	broker := startMosquitto(t)
	heard := listenTo(t, broker, "again/#")
	if status := run([]string{"replay", "--history", file, "--topic", "kitchen/#", "--prefix", "again/", "--speed", "0", "--to-broker", "mqtt://" + broker}, &out, &log); status != 0 {
		t.Fatalf("replay: %d, %s", status, log.String())
	}
	eventually(t, "replayed message", patience, func() bool { return strings.Contains(heard.String(), "again/kitchen/thermometer 21.5") })
}

// listenTo is what mosquitto_sub hears, from when it is subscribed.
func listenTo(t *testing.T, address, filter string) *lines {
	t.Helper()
	host, port, _ := strings.Cut(address, ":")
	var heard lines
	cmd := exec.Command(tool(t, "mosquitto_sub"), "-h", host, "-p", port, "-t", filter, "-t", "listening/#", "-v")
	cmd.Stdout, cmd.Stderr = &heard, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it ends no other way
		_ = cmd.Wait()         // says only that it was killed
	})
	for deadline := time.Now().Add(patience); !strings.Contains(heard.String(), "listening/now"); {
		if time.Now().After(deadline) {
			t.Fatal("mosquitto_sub does not listen")
		}
		publish(t, address, "listening/now", "1")
	}
	return &heard
}
