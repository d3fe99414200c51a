package ui

import (
	"fmt"
	"math"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/board"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// meterTile is a tile of one value: it reads it and hands it to its widget.
type meterTile struct {
	reader
	widget fyne.CanvasObject
	show   func(m widgets.Meter, low, high string)
}

func newValueTile() *meterTile {
	v := widgets.NewValueView()
	return &meterTile{widget: v, show: func(m widgets.Meter, _, _ string) { v.SetMeter(m) }}
}

func newGaugeTile() *meterTile {
	g := widgets.NewGauge()
	return &meterTile{widget: g, show: g.SetMeter}
}

func newBarTile() *meterTile {
	b := widgets.NewBarView()
	return &meterTile{widget: b, show: b.SetMeter}
}

func (t *meterTile) object() fyne.CanvasObject { return t.widget }

func (t *meterTile) build(in *board.Instance, c *tileContext, head *widgets.TileHead) func() {
	tile := &in.Tile
	r, from, dim := t.value(tile, c)
	lo, hi := rangeOf(tile)
	m := widgets.Meter{
		Value: r.Number, Min: lo, Max: hi, Bands: bandsOf(&tile.Thresholds, lo, hi),
		Level: levelOf(board.Judge(tile.Thresholds, r.Number)), Dim: dim, Spark: r.Spark, Note: noteOf(tile, &r, from),
	}
	m.Text, m.Unit = valueWords(tile, &r)
	head.Age, head.Level = ageOf(r.At, c.now), m.Level
	low, high := formatValue(lo, -1), formatValue(hi, -1)
	return func() { t.show(m, low, high) }
}

// noteOf is the line below a value: which of several topics it is from, or why
// there is none.
func noteOf(t *workspace.Tile, r *board.Reading, from string) string {
	switch {
	case r.At.IsZero():
		return i18n.T("nothing was heard yet")
	case !r.Known && t.Field != "":
		return i18n.Tf("the payload has no %s", t.Field)
	case t.Aggregate != workspace.Latest:
		return i18n.Tf("%s of %s", aggregateName(t.Aggregate), t.Topic)
	}
	return from
}

// lightTile is a status light: of a value by its thresholds, of a word by what it
// says, and of a topic without either by its device's liveness.
type lightTile struct {
	reader
	light *widgets.LightView
}

func newLightTile() *lightTile { return &lightTile{light: widgets.NewLightView()} }

func (t *lightTile) object() fyne.CanvasObject { return t.light }

func (t *lightTile) build(in *board.Instance, c *tileContext, head *widgets.TileHead) func() {
	tile := &in.Tile
	r, from, dim := t.value(tile, c)
	d := widgets.Light{Note: noteOf(tile, &r, from)}
	text, unit := valueWords(tile, &r)
	d.Text = formatUnit(text, unit)
	switch level := board.Judge(tile.Thresholds, r.Number); {
	case !r.Known:
		d.Status = widgets.StatusUnknown
	case dim:
		d.Status, d.Note = widgets.StatusSilent, i18n.T("its device is not heard any more")
	case level == board.Alarm:
		d.Status = widgets.StatusLost
	case level == board.Warning:
		d.Status = widgets.StatusLate
	case tile.Thresholds != (workspace.Thresholds{}):
		d.Status = widgets.StatusAlive
	default:
		d.Status = wordStatus(&r)
	}
	head.Age = ageOf(r.At, c.now)
	return func() { t.light.SetLight(d) }
}

// wordStatus is the shape of what a payload says in words. The words for on are
// normal and those for off are neutral: off is no fault.
func wordStatus(r *board.Reading) widgets.Status {
	switch strings.ToLower(strings.TrimSpace(r.Text)) {
	case "lost", "error", "fault", "failed", "alarm", "critical":
		return widgets.StatusLost
	case "late", "warning", "warn", "degraded":
		return widgets.StatusLate
	}
	if r.Number == 0 {
		return widgets.StatusOffline
	}
	return widgets.StatusAlive
}

// textTile says what was written on it.
type textTile struct{ view *widgets.TextView }

func newTextTile() *textTile { return &textTile{widgets.NewTextView()} }

func (t *textTile) object() fyne.CanvasObject { return t.view }

func (t *textTile) build(in *board.Instance, _ *tileContext, _ *widgets.TileHead) func() {
	text := in.Tile.Text
	return func() { t.view.SetText(text) }
}

// tableRows is how many topics a table lists.
const tableRows = 500

// tableTile lists the topics that match, with their value; only the rows in view
// are read.
type tableTile struct {
	matches board.Matches
	rows    *widgets.Rows
	none    *widget.Label // says that there is nothing to list
	body    fyne.CanvasObject
	want    box[[2]int] // first and count
}

func newTableTile(p *boardsPage) *tableTile {
	t := &tableTile{rows: widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Topic"), Width: 90, Weight: 1}, {Title: i18n.T("Value"), Width: 76, Align: fyne.TextAlignTrailing}, {Title: "", Width: 64, Optional: true}, {Title: i18n.T("Age"), Width: 56, Align: fyne.TextAlignTrailing, Holds: ages(), Optional: true},
	})}
	t.rows.OnRange = func(first, count int) {
		t.want.update(func(w *[2]int) { *w = [2]int{first, count} })
		p.deps.poke()
	}
	t.rows.OnActivate = p.deps.openTopic
	t.none = unheard()
	t.body = container.NewStack(t.rows, container.NewVBox(layout.NewSpacer(), t.none, layout.NewSpacer()))
	return t
}

func (t *tableTile) object() fyne.CanvasObject { return t.body }

func (t *tableTile) build(in *board.Instance, c *tileContext, head *widgets.TileHead) func() {
	tile := &in.Tile
	topics, more := t.matches.Find(c.store, tile.Topic, tableRows, c.now)
	w := t.want.get()
	first := min(max(0, w[0]), len(topics))
	last := min(first+max(0, w[1]), len(topics))
	keys := make([]model.SeriesKey, len(topics))
	for i := range topics {
		keys[i] = model.SeriesKey{Topic: topics[i], Pointer: tile.Field}
	}
	rows := make([]widgets.Row, 0, last-first)
	for _, path := range topics[first:last] {
		rows = append(rows, tableRow(path, tile, keys, c))
	}
	if more {
		head.Age = i18n.Tf("the first %d", len(topics))
	}
	total := len(topics)
	return func() {
		t.rows.SetRows(total, first, rows)
		setShown(t.none, total == 0)
	}
}

func tableRow(path string, tile *workspace.Tile, among []model.SeriesKey, c *tileContext) widgets.Row {
	row := widgets.Row{Key: path, Cells: make([]widgets.Cell, 4)}
	info, ok := c.store.Topic(path)
	if !ok {
		return row
	}
	r := board.Read(&info, tile.Field)
	text, unit := valueWords(tile, &r)
	level := levelOf(board.Judge(tile.Thresholds, r.Number))
	row.Status, row.Dim = level.Shape(), staleTopic(&info, c)
	value := widgets.Cell{Text: formatUnit(text, unit)}
	if level != widgets.LevelNormal {
		value.Color = widgets.StatusColor(level.Shape())
	}
	row.Cells[0].Text = orElse(strings.TrimSuffix(seriesName(model.SeriesKey{Topic: path, Pointer: tile.Field}, among), " "+bareName()), path)
	row.Cells[1], row.Cells[3] = value, widgets.Cell{Text: ageOf(info.At, c.now), Color: widgets.ColorMuted}
	if len(r.Spark) > 1 && !math.IsNaN(r.Number) {
		row.Cells[2].Spark = c.page.deps.spark(r.Spark, 56, 18)
	}
	return row
}

// What a log reads and lists.
const (
	logTopics = 50
	logEach   = 20
	logLines  = 200
	logChars  = 300
)

// logTile lists the latest messages of the topics that match, the newest first.
type logTile struct {
	matches board.Matches
	rows    *widgets.Rows
	none    *widget.Label // says that there is nothing to list
	body    fyne.CanvasObject
}

func newLogTile(p *boardsPage) *logTile {
	t := &logTile{rows: widgets.NewRowsWithoutHeader([]widgets.Column{{Width: 66, Optional: true}, {Width: 80, Weight: 0.6}, {Width: 100, Weight: 1, Monospace: true}})}
	t.rows.Dense = true
	t.rows.OnActivate = func(key string) {
		if _, path, ok := strings.Cut(key, " "); ok {
			p.deps.openTopic(path)
		}
	}
	t.none = unheard()
	t.body = container.NewStack(t.rows, container.NewVBox(layout.NewSpacer(), t.none, layout.NewSpacer()))
	return t
}

// unheard says that nothing came yet, on as many lines as that takes.
func unheard() *widget.Label {
	l := widget.NewLabel(i18n.T("nothing was heard yet"))
	l.Wrapping, l.Alignment = fyne.TextWrapWord, fyne.TextAlignCenter
	l.SizeName, l.Importance = theme.SizeNameCaptionText, widget.LowImportance
	return l
}

func (t *logTile) object() fyne.CanvasObject { return t.body }

func (t *logTile) build(in *board.Instance, c *tileContext, head *widgets.TileHead) func() {
	topics, more := t.matches.Find(c.store, in.Tile.Topic, logTopics, c.now)
	lines := logOf(c.store, topics, in.Tile.Field)
	if more {
		head.Age = i18n.Tf("of the first %d topics", len(topics))
	}
	keys := make([]model.SeriesKey, len(topics))
	for i := range topics {
		keys[i] = model.SeriesKey{Topic: topics[i]}
	}
	rows := make([]widgets.Row, len(lines))
	for i, l := range lines {
		name := strings.TrimSuffix(seriesName(model.SeriesKey{Topic: l.topic}, keys), bareName())
		rows[i] = widgets.Row{Key: fmt.Sprintf("%d-%d %s", l.at.UnixNano(), l.index, l.topic), Cells: []widgets.Cell{
			{Text: formatClock(l.at), Color: widgets.ColorMuted}, {Text: orElse(strings.TrimSpace(name), l.topic), Color: widgets.ColorMuted}, {Text: l.text},
		}}
	}
	return func() {
		t.rows.SetRows(len(rows), 0, rows)
		setShown(t.none, len(rows) == 0)
	}
}
