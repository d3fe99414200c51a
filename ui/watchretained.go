package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/payload"
	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// retainedShown is how many retained messages are listed; a search finds the
// rest.
const retainedShown = 1000

// retainedSection is the retained messages, with who left them and when.
type retainedSection struct {
	acts *watchActs

	search      *widgets.Entry
	rows        *widgets.Rows
	empty       *widgets.EmptyState
	count       *widget.Label
	open        *widget.Button
	one, all    *widget.Button
	undo        *secondThoughts
	body        fyne.CanvasObject
	found       []string // topics as listed
	shownSearch string

	want box[string] // the words searched for
}

func newRetainedSection(a *watchActs) *retainedSection {
	s := &retainedSection{acts: a, search: widgets.NewEntry(), count: sectionTitle("")}
	s.undo = newSecondThoughts(a.deps, s.carryOut)
	s.search.SetPlaceHolder(i18n.T("Search by words: topic, payload or who left it"))
	s.search.OnChanged = func(text string) {
		s.want.update(func(w *string) { *w = text })
		a.deps.poke()
	}
	s.rows = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Topic"), Width: 220, Weight: 3}, {Title: i18n.T("Left by"), Width: 130, Weight: 1}, {Title: i18n.T("Age"), Width: 58, Holds: ages(), Align: fyne.TextAlignTrailing},
		{Title: i18n.T("Size"), Width: 70, Align: fyne.TextAlignTrailing}, {Title: i18n.T("Payload"), Width: 160, Weight: 3},
	})
	s.rows.OnSelect = func(string) { s.judge() }
	s.rows.OnActivate = a.deps.openTopic
	s.rows.OnDelete = func(topic string) {
		if !s.undo.pending() {
			s.undo.doom([]string{topic})
		}
	}
	s.rows.OnCopy = func(topic string) { a.deps.copyText(i18n.T("Copied the topic"), topic) }
	s.open = widget.NewButtonWithIcon(i18n.T("Topic"), theme.ListIcon(), func() { a.deps.openTopic(s.rows.Selected()) })
	s.one = widget.NewButtonWithIcon(i18n.T("Delete"), theme.DeleteIcon(), func() { s.undo.doom([]string{s.rows.Selected()}) })
	s.all = widget.NewButtonWithIcon(i18n.T("Delete all found …"), theme.DeleteIcon(), s.askAll)
	s.empty = widgets.NewEmptyState(nil, i18n.T("Nothing is retained"), i18n.T("A message published with the retain flag stays here for later subscribers, with who left it."), "", nil)
	buttons := container.NewHBox(s.open, s.one, s.all)
	top := container.New(layout.NewBorderLayout(nil, nil, nil, buttons), s.search, buttons)
	head := container.NewVBox(top, s.undo.bar, s.count)
	s.body = container.New(layout.NewBorderLayout(head, nil, nil, nil), head, container.NewStack(s.rows, s.empty))
	s.judge()
	return s
}

func (s *retainedSection) object() fyne.CanvasObject { return s.body }

// judge allows what can be done.
func (s *retainedSection) judge() {
	set := func(b *widget.Button, on bool) {
		if on == b.Disabled() {
			if on {
				b.Enable()
			} else {
				b.Disable()
			}
		}
	}
	chosen := false
	for _, t := range s.found {
		chosen = chosen || t == s.rows.Selected()
	}
	set(s.open, chosen)
	set(s.one, chosen && !s.undo.pending())
	set(s.all, len(s.found) > 0 && !s.undo.pending() && s.shownSearch != "")
}

func (s *retainedSection) frame(now time.Time) func() {
	search := s.want.get()
	found, total := s.acts.watch.Retained(search, retainedShown)
	rows, topics := make([]widgets.Row, len(found)), make([]string, len(found))
	for i := range found {
		rows[i], topics[i] = retainedRow(&found[i], now), found[i].Topic
	}
	text := i18n.N("%d retained message", "%d retained messages", total)
	if total > len(found) {
		text += ", " + i18n.Tf("the first %s are listed: search for the others", formatCount(len(found)))
	}
	return func() {
		for _, t := range s.undo.doomed {
			for i := range rows {
				rows[i].Dim = rows[i].Dim || rows[i].Key == t
			}
		}
		s.found, s.shownSearch = topics, search
		s.rows.SetRows(len(rows), 0, rows)
		setText(s.count, text)
		if search == "" {
			s.empty.Set(i18n.T("Nothing is retained"), i18n.T("A message published with the retain flag stays here for later subscribers, with who left it."))
		} else {
			s.empty.Set(i18n.T("Nothing is found"), i18n.T("No retained message holds these words in its topic, its payload or who left it."))
		}
		setShown(s.empty, total == 0)
		s.undo.show(now)
		s.judge()
	}
}

// retainedRow is a retained message as a line.
func retainedRow(r *watch.Retained, now time.Time) widgets.Row {
	return widgets.Row{Key: r.Topic, Status: publisherStatus(r.Publisher), Cells: []widgets.Cell{
		{Text: r.Topic}, {Text: publisherName(r.Publisher), Color: widgets.ColorMuted}, {Text: formatAge(now.Sub(r.At)), Color: widgets.ColorMuted},
		{Text: formatBytes(r.Size), Color: widgets.ColorMuted}, {Text: payload.Summary(r.Payload, valueRunes), Color: widgets.ColorMuted},
	}}
}

// askAll has the operator type how many messages are to go.
func (s *retainedSection) askAll() {
	topics := s.found
	s.acts.confirm(i18n.T("Delete retained messages"), i18n.Tf("All %s listed for “%s” are deleted at the broker. Devices that connect later will not get them.", i18n.N("%d message", "%d messages", len(topics)), s.shownSearch), formatCount(len(topics)), i18n.T("Delete"), nil, func() { s.undo.doom(topics) })
}

// carryOut deletes topics.
func (s *retainedSection) carryOut(topics []string) {
	s.acts.run(i18n.Tf("Deleted %s", i18n.N("%d retained message", "%d retained messages", len(topics))), func(ctx context.Context) error {
		return s.acts.watch.DeleteRetained(ctx, topics)
	}, nil)
}
