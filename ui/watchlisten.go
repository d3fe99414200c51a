package ui

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// listenSection is where clients connect, and who listens to what.
type listenSection struct {
	acts *watchActs

	warning           *widgets.Banner
	listeners, filter *widgets.Rows
	nobody            *widgets.EmptyState
	body              fyne.CanvasObject
}

// listenShown is how many subscriptions are listed, the wide ones first.
const listenShown = 500

func newListenSection(a *watchActs, open func(clientID string)) *listenSection {
	s := &listenSection{acts: a, warning: widgets.NewBanner()}
	s.listeners = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Clients connect to"), Width: 210, Weight: 2}, {Title: i18n.T("Over"), Width: 120}, {Title: i18n.T("Reached from"), Width: 110},
		{Title: i18n.T("Clients"), Width: 56, Align: fyne.TextAlignTrailing}, {Title: i18n.T("Refused"), Width: 68, Align: fyne.TextAlignTrailing},
		{Title: i18n.T("State"), Width: 150, Weight: 2},
	})
	s.listeners.OnCopy = func(url string) { a.deps.copyText(i18n.T("Copied the address"), url) }
	s.filter = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Listens to"), Width: 200, Weight: 3}, {Title: i18n.T("Who"), Width: 150, Weight: 2}, {Title: i18n.T("Address"), Width: 120, Weight: 1},
		{Title: "", Width: 190, Weight: 1},
	})
	s.filter.OnActivate = func(key string) {
		_, id, _ := strings.Cut(key, " ")
		open(id)
	}
	s.nobody = widgets.NewEmptyState(nil, i18n.T("Nobody listens"), i18n.T("Each subscription shows here with who made it."), "", nil)
	where := container.NewBorder(container.NewVBox(s.warning, sectionTitle(i18n.T("Where clients connect"))), nil, nil, nil, s.listeners)
	who := container.NewBorder(sectionTitle(i18n.T("Who listens to what")), nil, nil, nil, container.NewStack(s.filter, s.nobody))
	split := container.NewVSplit(where, who)
	split.Offset = 0.4
	s.body = split
	return s
}

func (s *listenSection) object() fyne.CanvasObject { return s.body }

func (s *listenSection) frame(time.Time) func() {
	listeners, sessions := s.acts.watch.Listeners(), s.acts.watch.Sessions()
	rows := make([]widgets.Row, len(listeners))
	var banner widgets.BannerData
	for i := range listeners {
		l := &listeners[i]
		rows[i] = listenerRow(l)
		if w := l.Warnings(); len(w) > 0 && banner.Text == "" {
			banner = widgets.BannerData{Text: l.URL, Detail: translated(w), Status: widgets.StatusCaution}
		}
	}
	filters := filterRows(sessions)
	return func() {
		s.warning.Set(banner)
		s.listeners.SetRows(len(rows), 0, rows)
		s.filter.SetRows(len(filters), 0, filters)
		setShown(s.nobody, len(filters) == 0)
	}
}

// listenerRow is a listener as a line.
func listenerRow(l *watch.Listener) widgets.Row {
	reach, state, ink, status := i18n.T("the network"), i18n.T("encrypted, identities only"), widgets.ColorMuted, widgets.StatusVouched
	if l.Loopback {
		reach = i18n.T("this machine")
	}
	var open []string
	if !l.Encrypted {
		open = append(open, i18n.T("not encrypted"))
	}
	if l.Anonymous {
		open = append(open, i18n.T("lets anyone in"))
	}
	if len(open) > 0 {
		state, status = strings.Join(open, ", "), widgets.StatusClaimed
	}
	if len(l.Warnings()) > 0 {
		ink, status = widgets.ColorLate, widgets.StatusCaution
	}
	if l.Err != "" {
		state, ink, status = l.Err, widgets.ColorLost, widgets.StatusLost
	}
	return widgets.Row{Key: l.URL, Status: status, Cells: []widgets.Cell{
		{Text: l.URL}, {Text: i18n.T(l.Transport), Color: widgets.ColorMuted}, {Text: reach, Color: widgets.ColorMuted},
		{Text: formatCount(l.Connections), Color: widgets.ColorMuted}, {Text: formatCount(l.Refused), Color: widgets.ColorMuted}, {Text: state, Color: ink},
	}}
}

// filterRows lists who listens to what, unexpected wide filters first, then by
// filter.
func filterRows(sessions []watch.Session) []widgets.Row {
	type listener struct {
		filter string
		wide   bool
		by     *watch.Session
	}
	var all []listener
	for i := range sessions {
		wide := sessions[i].Wide()
		for _, f := range sessions[i].Filters {
			all = append(all, listener{f, slices.Contains(wide, f), &sessions[i]})
		}
	}
	slices.SortStableFunc(all, func(a, b listener) int {
		switch {
		case a.wide && !b.wide:
			return -1
		case b.wide && !a.wide:
			return 1
		case a.filter != b.filter:
			return strings.Compare(a.filter, b.filter)
		}
		return strings.Compare(a.by.Publisher.ClientID, b.by.Publisher.ClientID)
	})
	rows := make([]widgets.Row, 0, min(len(all), listenShown))
	for _, l := range all[:min(len(all), listenShown)] {
		p := l.by.Publisher
		row := widgets.Row{Key: l.filter + " " + p.ClientID, Status: publisherStatus(p), Dim: !l.by.Connected, Cells: []widgets.Cell{
			{Text: l.filter}, {Text: publisherName(p)}, {Text: hostPart(p.Addr), Color: widgets.ColorMuted}, {},
		}}
		switch {
		case l.wide:
			row.Status = widgets.StatusCaution
			row.Cells[0].Color, row.Cells[0].Bold = widgets.ColorLate, true
			row.Cells[3] = widgets.Cell{Text: i18n.T("takes in everything"), Color: widgets.ColorLate}
		case watch.WideFilter(l.filter):
			row.Cells[3] = widgets.Cell{Text: i18n.T("everything, as expected"), Color: widgets.ColorMuted}
		}
		rows = append(rows, row)
	}
	return rows
}
