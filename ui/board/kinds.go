package board

import (
	"github.com/pilothouse/pilothouse/ui/i18n"
)

import "github.com/pilothouse/pilothouse/model/workspace"

// New is a tile of a kind with a useful size and something to begin with.
func New(k workspace.Kind) workspace.Tile {
	t := workspace.Tile{Kind: k, Place: workspace.Place{W: 6, H: 4}}
	switch k {
	case workspace.Chart:
		t.W, t.H, t.Seconds = 12, 6, 300
	case workspace.Map, workspace.Table:
		t.W, t.H = 12, 7
	case workspace.Log:
		t.W, t.H = 12, 5
	case workspace.Image:
		t.W, t.H = 8, 6
	case workspace.Bar, workspace.Status, workspace.Command, workspace.Switch:
		t.W, t.H = 5, 3
	case workspace.Text:
		t.W, t.H, t.Text = 6, 2, i18n.T("# Heading")
	}
	if k == workspace.Gauge || k == workspace.Bar || k == workspace.Slider {
		lo, hi := 0.0, 100.0
		t.Min, t.Max = &lo, &hi
	}
	if k.Commands() {
		t.Send = &workspace.Send{}
	}
	return t
}

// Label is what a kind is called.
func Label(k workspace.Kind) string {
	switch k {
	case workspace.Chart:
		return i18n.T("Chart")
	case workspace.Value:
		return i18n.T("Value")
	case workspace.Gauge:
		return i18n.T("Gauge")
	case workspace.Bar:
		return i18n.T("Bar")
	case workspace.Status:
		return i18n.T("Status light")
	case workspace.Table:
		return i18n.T("Table")
	case workspace.Map:
		return i18n.T("Map")
	case workspace.Image:
		return i18n.T("Image")
	case workspace.Log:
		return i18n.T("Log")
	case workspace.Text:
		return i18n.T("Text")
	case workspace.Command:
		return i18n.T("Command button")
	case workspace.Slider:
		return i18n.T("Slider")
	case workspace.Switch:
		return i18n.T("Switch")
	}
	return string(k)
}
