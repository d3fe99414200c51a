package ui

import "github.com/pilothouse/pilothouse/model"

// Settings are what the window remembers between starts.
type Settings struct {
	// Page is the page that was open, one of PageNames.
	Page string `json:"page,omitempty"`
	// Width and Height are the window's size in logical units.
	Width  float32 `json:"width,omitempty"`
	Height float32 `json:"height,omitempty"`
	// Theme is "dark", "light" or empty to follow the system.
	Theme string `json:"theme,omitempty"`
	// Chart are the series of the only chart, as older versions had one; it is
	// read where Charts is nil.
	Chart []model.SeriesKey `json:"chart,omitempty"`
	// Charts are the charts that were composed; nil when never.
	Charts []Chart `json:"charts,omitzero"`
	// Board is the board that was open.
	Board string `json:"board,omitempty"`
	// ChartWindow is the time the charts show, in seconds.
	ChartWindow int `json:"chart_window_s,omitempty"`
	// Demo tells whether the ferry fleet sails; nil when never chosen.
	Demo *bool `json:"demo,omitempty"`
}
