package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/widget"
)

// TestTheFirewallIsExplained looks for what a person reads before a system asks.
func TestTheFirewallIsExplained(t *testing.T) {
	about := widget.NewLabel("how a device is added")
	for system, word := range map[string]string{"windows": "Windows Firewall", "darwin": "local network"} {
		said := withNetworkNote(system, about)
		label, ok := said[len(said)-1].(*widget.Label)
		if !ok || said[0] != about || !strings.Contains(label.Text, word) {
			t.Errorf("%s: %v", system, said)
		}
	}
	if said := withNetworkNote("linux", about); len(said) != 1 {
		t.Errorf("a system that asks nothing is explained: %v", said)
	}
}
