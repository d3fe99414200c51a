package workspace

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// Bounds of a workspace. A file beyond them is refused as a whole: nothing of it
// is cut.
const (
	MaxBytes  = 4 << 20 // of a file
	MaxBoards = 100
	MaxTiles  = 200 // of a board
	MaxName   = 100 // bytes of a name
	MaxField  = 512 // bytes of a topic or a field
	MaxText   = 16 << 10
	// Columns is the width of a board's grid, and MaxRows the lowest row that a
	// tile may reach.
	Columns = 24
	MaxRows = 1000
	// MaxSeconds is the longest time that a chart shows.
	MaxSeconds = 24 * 60 * 60
	// MaxTimeoutMS is the longest that an answer is waited for.
	MaxTimeoutMS = 60 * 60 * 1000
	// MaxDecimals is how many decimals a value may show.
	MaxDecimals = 12
)

// Check reports the first thing in w that is out of bounds, and where.
func (w *Workspace) Check() error {
	if len(w.Boards) > MaxBoards {
		return fmt.Errorf("%d boards: the most is %d", len(w.Boards), MaxBoards)
	}
	seen := map[string]bool{}
	for i := range w.Boards {
		b := &w.Boards[i]
		if err := b.check(); err != nil {
			return fmt.Errorf("board %q: %w", short(b.Name), err)
		}
		if seen[b.Name] {
			return fmt.Errorf("board %q: there are two of that name", short(b.Name))
		}
		seen[b.Name] = true
	}
	return nil
}

func (b *Board) check() error {
	if b.Name == "" {
		return errors.New("it has no name")
	}
	if err := first(text("name", b.Name, MaxName), text("each", b.Each, MaxName)); err != nil {
		return err
	}
	if len(b.Tiles) > MaxTiles {
		return fmt.Errorf("%d tiles: the most is %d", len(b.Tiles), MaxTiles)
	}
	seen := map[string]bool{}
	for i := range b.Tiles {
		t := &b.Tiles[i]
		if err := t.check(); err != nil {
			return fmt.Errorf("tile %q: %w", short(t.ID), err)
		}
		if seen[t.ID] {
			return fmt.Errorf("tile %q: there are two of that id", short(t.ID))
		}
		seen[t.ID] = true
	}
	return nil
}

func (t *Tile) check() error {
	switch {
	case t.ID == "":
		return errors.New("it has no id")
	case t.W < 1 || t.H < 1 || t.X < 0 || t.Y < 0 || t.X > Columns-1 || t.W > Columns || t.X+t.W > Columns || t.Y > MaxRows || t.H > MaxRows || t.Y+t.H > MaxRows:
		return fmt.Errorf("its place %d,%d of %dx%d cells is not on a board of %d columns and at most %d rows", t.X, t.Y, t.W, t.H, Columns, MaxRows)
	case t.Decimals != nil && (*t.Decimals < 0 || *t.Decimals > MaxDecimals):
		return fmt.Errorf("%d decimals: use 0 to %d", *t.Decimals, MaxDecimals)
	case t.Seconds < 0 || t.Seconds > MaxSeconds:
		return fmt.Errorf("%d seconds: use 0 to %d", t.Seconds, MaxSeconds)
	}
	err := first(
		text("id", t.ID, MaxName), text("kind", string(t.Kind), MaxName), text("title", t.Title, MaxName), text("each", t.Each, MaxName),
		text("topic", t.Topic, MaxField), text("field", t.Field, MaxField), text("unit", t.Unit, MaxName), text("text", t.Text, MaxText),
		text("aggregate", string(t.Aggregate), MaxName),
		finite(t.Min), finite(t.Max), finite(t.Thresholds.LowAlarm), finite(t.Thresholds.LowWarning), finite(t.Thresholds.HighWarning), finite(t.Thresholds.HighAlarm),
	)
	if err == nil && t.Send != nil {
		err = t.Send.check()
	}
	return err
}

func (s *Send) check() error {
	if s.TimeoutMS < 0 || s.TimeoutMS > MaxTimeoutMS {
		return fmt.Errorf("a timeout of %d ms: use 0 to %d", s.TimeoutMS, MaxTimeoutMS)
	}
	return first(text("topic", s.Topic, MaxField), text("ack", s.Ack, MaxField), text("label", s.Label, MaxName),
		text("ack_field", s.AckField, MaxField), text("ack_value", s.AckValue, MaxField), text("second", string(s.Second), MaxName),
		text("payload", s.Payload, MaxText), text("on", s.On, MaxName), text("off", s.Off, MaxName), finite(&s.Step))
}

// first is the first error of a list.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func text(what, s string, limit int) error {
	if len(s) > limit {
		return fmt.Errorf("its %s has %d bytes: the most is %d", what, len(s), limit)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("its %s is not UTF-8 text", what)
	}
	return nil
}

func finite(v *float64) error {
	if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0)) {
		return errors.New("a number of it is not finite")
	}
	return nil
}

// short is the beginning of a name, for errors.
func short(s string) string {
	const most = 40
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
