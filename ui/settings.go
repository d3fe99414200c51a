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
	// Language is the language of the window, the tag of one of i18n.Languages;
	// empty follows the system. It counts from the next start.
	Language string `json:"language,omitempty"`
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
	// MemoryMiB is about how much memory the topics of a broker may take with their
	// messages and numbers; 0 for the default.
	MemoryMiB int `json:"memory_mib,omitempty"`
	// History says what is recorded, and for how long it is kept; nil for the
	// defaults.
	History *HistorySettings `json:"history,omitempty"`
	// Quiet keeps serious events off the desktop's notifications.
	Quiet bool `json:"quiet,omitempty"`
}

// HistorySettings say what is recorded, and for how long it is kept. A zero field
// means its default.
type HistorySettings struct {
	// Place is the file or the database, without a password; "off" records
	// nothing.
	Place string `json:"place,omitempty"`
	// Days is for how long messages and numbers are kept, GiB how large the record
	// may grow, and Keep what else is said of some topics, the first that matches.
	Days float64    `json:"days,omitempty"`
	GiB  float64    `json:"gib,omitempty"`
	Keep []KeepRule `json:"keep,omitempty"`
}

// KeepRule is for how many days, and in how much room, what topics of a filter say is
// kept; 0 GiB is any.
type KeepRule struct {
	Filter string  `json:"filter"`
	Days   float64 `json:"days"`
	GiB    float64 `json:"gib,omitempty"`
}
