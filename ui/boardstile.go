package ui

import (
	"math"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/board"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// tileBody is the content of a tile.
type tileBody interface {
	object() fyne.CanvasObject
	// build reads what the tile shows, on the presenter's goroutine, and returns
	// how to show it, for the main goroutine. What stands above the content is
	// filled in before it returns.
	build(in *board.Instance, c *tileContext, head *widgets.TileHead) func()
}

// tileContext is what the tiles of one frame share.
type tileContext struct {
	store *model.Store
	now   time.Time
	look  *look
	page  *boardsPage
	// live tells that commands can be sent: what is shown is now, and there is a
	// connection.
	live bool
}

func newTileBody(p *boardsPage, in *board.Instance) tileBody {
	switch in.Tile.Kind {
	case workspace.Value:
		return newValueTile()
	case workspace.Gauge:
		return newGaugeTile()
	case workspace.Bar:
		return newBarTile()
	case workspace.Status:
		return newLightTile()
	case workspace.Chart:
		return newChartTile(p)
	case workspace.Map:
		return newMapTile(p)
	case workspace.Image:
		return newImageTile(p)
	case workspace.Table:
		return newTableTile(p)
	case workspace.Log:
		return newLogTile(p)
	case workspace.Text:
		return newTextTile()
	case workspace.Command:
		return newCommandTile(p, in)
	case workspace.Slider:
		return newSliderTile(p, in)
	case workspace.Switch:
		return newSwitchTile(p, in)
	}
	return newTextTile()
}

// fits tells whether the objects of t can show an instance: those of controls
// are made for what they send.
func (t *liveTile) fits(in *board.Instance) bool {
	a, b := &t.in.Tile, &in.Tile
	if a.Kind != b.Kind {
		return false
	}
	if !a.Kind.Commands() {
		return true
	}
	same := func(x, y *float64) bool { return (x == nil) == (y == nil) && (x == nil || *x == *y) }
	step := func(s *workspace.Send) float64 {
		if s == nil {
			return 0
		}
		return s.Step
	}
	return mustHold(a) == mustHold(b) && step(a.Send) == step(b.Send) && same(a.Min, b.Min) && same(a.Max, b.Max)
}

// build reads what the tile shows.
func (t *liveTile) build(in *board.Instance, c *tileContext) func() {
	head := widgets.TileHead{Title: in.Tile.Title, Fault: tileFault(in)}
	if head.Fault != "" {
		return func() { t.frame.SetHead(head) }
	}
	show := t.body.build(in, c, &head)
	return func() {
		t.frame.SetHead(head)
		if show != nil {
			show()
		}
	}
}

// tileFault is what is wrong with the tile itself.
func tileFault(in *board.Instance) string {
	t := &in.Tile
	switch {
	case !t.Kind.Known():
		return i18n.Tf("This version cannot show tiles of the kind %s. The tile is kept.", string(t.Kind))
	case in.Waiting:
		return i18n.Tf("No device of the kind %s yet.", t.Each)
	case t.Kind == workspace.Text:
		return ""
	case t.Kind.Commands():
		if t.Send == nil || t.Send.Topic == "" {
			return i18n.T("Choose a topic to send to: edit the board and tap this tile.")
		}
		if _, err := board.Order(in, ""); err != nil {
			return errorText(err)
		}
		return ""
	case t.Topic == "" && t.Kind == workspace.Map:
		return ""
	case t.Topic == "":
		return i18n.T("Choose a topic: edit the board and tap this tile.")
	case strings.Contains(t.Topic, "{device}"):
		return i18n.T("{device} stands for a device only where the tile or its board is a template.")
	}
	if err := model.CheckFilter(t.Topic); err != nil {
		return t.Topic + ": " + errorText(err)
	}
	return ""
}

// maxCombined is how many topics one value is made of.
const maxCombined = 200

// reader reads the value of a tile, on the presenter's goroutine.
type reader struct{ matches board.Matches }

// value is what a tile's topics and field say now; dim tells that it is stale,
// from is the topic if there is only one.
func (r *reader) value(t *workspace.Tile, c *tileContext) (out board.Reading, from string, dim bool) {
	topics, _ := r.matches.Find(c.store, t.Topic, maxCombined, c.now)
	var list []board.Reading
	for _, path := range topics {
		info, ok := c.store.Topic(path)
		if !ok {
			continue
		}
		one := board.Read(&info, t.Field)
		list = append(list, one)
		if len(topics) == 1 {
			dim = staleTopic(&info, c)
		}
	}
	if len(list) == 0 {
		return board.Reading{Number: math.NaN()}, "", true
	}
	out = board.Combine(list, t.Aggregate)
	if len(list) > 1 {
		from = out.Topic
	}
	return out, from, dim
}

// staleTopic tells whether what a topic says must be taken for old.
func staleTopic(info *model.TopicInfo, c *tileContext) bool {
	if info.Device == "" {
		return false
	}
	d, ok := c.store.Device(info.Device, 0)
	return ok && (d.Liveness == model.Silent || d.Liveness == model.Lost || d.Liveness == model.Offline)
}

// valueWords is a reading as it is to be read, and its unit.
func valueWords(t *workspace.Tile, r *board.Reading) (text, unit string) {
	unit = orElse(t.Unit, r.Unit)
	if !r.Known {
		return "–", unit
	}
	if _, err := strconv.ParseFloat(strings.TrimSpace(r.Text), 64); err != nil {
		return strings.TrimSpace(r.Text), t.Unit
	}
	return formatValue(r.Number, decimalsOf(t)), unit
}

func decimalsOf(t *workspace.Tile) int {
	if t.Decimals != nil {
		return *t.Decimals
	}
	return -1
}

// rangeOf is the range of a gauge, a bar or a slider.
func rangeOf(t *workspace.Tile) (lo, hi float64) {
	lo, hi = 0, 100
	if t.Min != nil {
		lo = *t.Min
	}
	if t.Max != nil {
		hi = *t.Max
	}
	if !(hi > lo) {
		hi = lo + 1
	}
	return lo, hi
}

// bandsOf are the parts of a range that are not normal.
func bandsOf(th *workspace.Thresholds, lo, hi float64) []widgets.Band {
	var out []widgets.Band
	add := func(from, to float64, l widgets.Level) {
		if to > from {
			out = append(out, widgets.Band{From: from, To: to, Level: l})
		}
	}
	below, above := lo, hi
	if v := th.LowAlarm; v != nil {
		add(lo, *v, widgets.LevelAlarm)
		below = max(lo, *v)
	}
	if v := th.LowWarning; v != nil {
		add(below, *v, widgets.LevelWarning)
	}
	if v := th.HighAlarm; v != nil {
		add(*v, hi, widgets.LevelAlarm)
		above = min(hi, *v)
	}
	if v := th.HighWarning; v != nil {
		add(*v, above, widgets.LevelWarning)
	}
	return out
}

func levelOf(l board.Level) widgets.Level {
	switch l {
	case board.Warning:
		return widgets.LevelWarning
	case board.Alarm:
		return widgets.LevelAlarm
	}
	return widgets.LevelNormal
}

// ageOf is how old what came at a time is, empty when it never did.
func ageOf(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	return formatAge(now.Sub(at))
}
