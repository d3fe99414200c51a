//go:build !hub

package main

import (
	"context"

	"github.com/pilothouse/pilothouse/hub"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/ui"
)

// The flags that hold settings.
const (
	flagMemory      = "memory"
	flagLanguage    = "language"
	flagHistory     = "history"
	flagHistoryGiB  = "history-gib"
	flagHistoryKeep = "history-keep"
)

// takeSettings takes over what is set, where the command line says nothing.
func (c *Config) takeSettings(s *ui.Settings) {
	if !c.Given[flagMemory] && (s.MemoryMiB == 0 || s.MemoryMiB >= hub.MinMemoryMiB && s.MemoryMiB <= hub.MaxMemoryMiB) {
		c.MemoryMiB = s.MemoryMiB
	}
	if s.History == nil {
		return
	}
	if !c.Given[flagHistory] {
		c.History = s.History.Place
	}
	if !c.Given[flagHistoryGiB] {
		c.HistoryGiB = s.History.GiB
	}
	if !c.Given[flagHistoryKeep] {
		c.HistoryKeep = keepOf(s.History)
	}
}

// keepOf is for how long topics are kept, as the flag would say it.
func keepOf(s *ui.HistorySettings) hub.Keep {
	var k hub.Keep
	for _, r := range s.Keep {
		k = append(k, hub.KeepRule(r.Filter, r.Days, r.GiB))
	}
	if s.Days > 0 {
		k = append(k, hub.KeepRule("#", s.Days, 0))
	}
	return k
}

// deskProgram is what the window can set.
type deskProgram struct{ p *Program }

// SetMemory implements ui.Program.
func (d deskProgram) SetMemory(mib int) { d.p.Hub.SetMemory(mib << 20) }

// SetHistory implements ui.Program.
func (d deskProgram) SetHistory(s *ui.HistorySettings) error {
	c := d.p.cfg.Config
	if !c.Given[flagHistoryGiB] {
		c.HistoryGiB = s.GiB
	}
	if !c.Given[flagHistoryKeep] {
		c.HistoryKeep = keepOf(s)
	}
	return d.p.SetRetention(c.Retention())
}

// Record implements ui.Program.
func (d deskProgram) Record(ctx context.Context) (string, history.Usage, error) {
	d.p.desk.mu.Lock()
	h := d.p.desk.watched.History
	d.p.desk.mu.Unlock()
	r := h.Reader()
	if r == nil {
		_, _, err := h.Status()
		return h.Place(), history.Usage{}, err
	}
	u, err := r.Usage(ctx)
	return h.Place(), u, err
}

// Held implements ui.Program.
func (d deskProgram) Held(s ui.Setting) string {
	name := map[ui.Setting]string{
		ui.SettingMemory: flagMemory, ui.SettingHistoryPlace: flagHistory, ui.SettingHistorySize: flagHistoryGiB, ui.SettingHistoryKeep: flagHistoryKeep,
		ui.SettingLanguage: flagLanguage,
	}[s]
	if d.p.cfg.Given[name] {
		return "--" + name
	}
	return ""
}
