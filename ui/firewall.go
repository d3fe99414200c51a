package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/ui/i18n"
)

// networkNote says what a system (GOOS) asks when the first invitation opens the
// network, before it does; empty where a system asks nothing.
func networkNote(system string) string {
	switch system {
	case "windows":
		return i18n.T("The first invitation opens this computer to devices of the network. Windows Firewall then asks whether Pilothouse may accept connections: allow private networks, and only those.")
	case "darwin":
		return i18n.T("The first invitation opens this computer to devices of the network. macOS then asks whether Pilothouse may accept connections, and find devices on your local network: allow both.")
	}
	return ""
}

// withNetworkNote puts what the system will ask above what brings it about.
func withNetworkNote(system string, about fyne.CanvasObject) []fyne.CanvasObject {
	note := networkNote(system)
	if note == "" {
		return []fyne.CanvasObject{about}
	}
	label := widget.NewLabel(note)
	label.Wrapping = fyne.TextWrapWord
	return []fyne.CanvasObject{about, widget.NewSeparator(), label}
}
