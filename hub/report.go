package hub

import (
	"context"
	"log/slog"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// reportEvery is how often Report looks for events.
const reportEvery = time.Second

// maxReported bounds the events of one look; those beyond it are counted.
const maxReported = 200

// Report writes what happens to a log until ctx ends: refusals, denials,
// troubles and what became of devices. Sessions that come and go are not worth a
// line each.
func (h *Hub) Report(ctx context.Context, log *slog.Logger) {
	beat := time.NewTicker(reportEvery)
	defer beat.Stop()
	var seen uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			seen = h.report(log, seen)
		}
	}
}

// report writes the events numbered above seen, and returns the last number.
func (h *Hub) report(log *slog.Logger, seen uint64) uint64 {
	events := h.Store.Events(seen, maxReported)
	if len(events) == 0 {
		return seen
	}
	newest := events[0].Seq
	if missed := newest - seen - uint64(len(events)); missed > 0 {
		log.Warn("Events were left out of this log", "count", missed)
	}
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		if e.Kind == model.EventSessionOpened || e.Kind == model.EventSessionClosed {
			continue
		}
		level := slog.LevelInfo
		if e.Serious {
			level = slog.LevelWarn
		}
		log.Log(context.Background(), level, e.Text, "device", e.Device, "client", e.Client, "address", e.Addr)
	}
	return newest
}
