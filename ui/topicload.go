package ui

import (
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// Bounds of the load of a branch: how many talkers are listed, and how often it is
// measured.
const (
	loadTalkers  = 50
	measureEvery = 2 * time.Second
)

// loadPane shows who loads the broker below a level of the tree.
type loadPane struct {
	deps       pageDeps
	body       fyne.CanvasObject
	title      *widget.Label
	total      *widget.Label
	topics     *widgets.Rows
	publishers *widgets.Rows
	path       string // as shown

	told loadTold // presenter's goroutine

	mu     sync.Mutex
	of     string
	at     time.Time
	busy   bool
	latest model.Load
}

// loadTold is what is said of a branch until the second turns: it wraps, and to lay
// it out anew is dear.
type loadTold struct {
	path, text string
	known      bool
	at         time.Time
}

func newLoadPane(d pageDeps, remove func(path string)) *loadPane {
	p := &loadPane{deps: d, title: widget.NewLabel(""), total: widget.NewLabel("")}
	p.title.TextStyle.Bold = true
	p.title.Truncation = fyne.TextTruncateEllipsis
	p.total.Wrapping, p.total.Importance = fyne.TextWrapWord, widget.LowImportance
	columns := func(first string) []widgets.Column {
		return []widgets.Column{{Title: first, Width: 120, Weight: 1}, {Title: i18n.T("Rate"), Width: 72, Align: fyne.TextAlignTrailing},
			{Title: i18n.T("Load"), Width: 84, Align: fyne.TextAlignTrailing}, {Title: i18n.T("Messages"), Width: 84, Align: fyne.TextAlignTrailing},
			{Title: i18n.T("Bytes"), Width: 84, Align: fyne.TextAlignTrailing}}
	}
	p.topics, p.publishers = widgets.NewRows(columns(i18n.T("Top topics"))), widgets.NewRows(columns(i18n.T("Top publishers")))
	p.topics.OnActivate = d.openTopic
	copyTopic := widget.NewButtonWithIcon(i18n.T("Topic"), theme.ContentCopyIcon(), func() { d.copyText(i18n.T("Copied the topic"), p.path) })
	wipe := widget.NewButtonWithIcon(i18n.T("Retained …"), theme.DeleteIcon(), func() { remove(p.path) })
	head := container.NewVBox(container.NewBorder(nil, nil, nil, container.NewHBox(copyTopic, wipe), p.title), p.total)
	split := container.NewVSplit(p.topics, p.publishers)
	split.Offset = 0.6
	p.body = container.NewBorder(head, nil, nil, nil, split)
	return p
}

// measure starts to measure a branch when that is due, on a goroutine of its own:
// it looks at every topic.
func (p *loadPane) measure(store *model.Store, path string, now time.Time) (l model.Load, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy || p.of == path && now.Sub(p.at) < measureEvery && now.After(p.at) {
		return p.latest, p.latest.Total.Name == path && p.of == path
	}
	p.busy, p.of, p.at = true, path, now
	go func() {
		found := store.LoadOf(p.deps.ctx, path, loadTalkers)
		p.mu.Lock()
		p.latest, p.busy = found, false
		p.mu.Unlock()
		p.deps.wake()
	}()
	return p.latest, p.latest.Total.Name == path
}

// frame builds the load of a branch; said is what else there is to say of it.
func (p *loadPane) frame(store *model.Store, path, said string, now time.Time) func() {
	l, known := p.measure(store, path, now)
	topics, publishers := talkerRows(l.Topics), talkerRows(l.Publishers)
	if second := now.Truncate(stale); p.told.path != path || p.told.known != known || !p.told.at.Equal(second) {
		if known {
			said += " " + i18n.Tf("%s now, %s so far.", formatLoad(l.Total.BytesPerSecond), formatBytes(l.Total.Bytes))
		}
		p.told = loadTold{path: path, text: said, known: known, at: second}
	}
	total := p.told.text
	return func() {
		p.path = path
		setText(p.title, path)
		setText(p.total, total)
		if known {
			p.topics.SetRows(len(topics), 0, topics)
			p.publishers.SetRows(len(publishers), 0, publishers)
		}
	}
}

func talkerRows(list []model.Talker) []widgets.Row {
	rows := make([]widgets.Row, len(list))
	for i := range list {
		t := &list[i]
		rows[i] = widgets.Row{Key: t.Name, Cells: []widgets.Cell{{Text: t.Name}, {Text: formatRate(t.PerSecond)}, {Text: formatLoad(t.BytesPerSecond)},
			{Text: formatCount(t.Messages), Color: widgets.ColorMuted}, {Text: formatBytes(t.Bytes), Color: widgets.ColorMuted}}}
	}
	return rows
}

// formatLoad shows bytes a second.
func formatLoad(perSecond float64) string { return formatBytes(uint64(perSecond+0.5)) + "/s" }
