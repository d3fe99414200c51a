package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/watch"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// feedShown is how many attempts the page lists.
const feedShown = 200

// liveSection is the feed of attempts and the sessions, with the chosen one
// beside them.
type liveSection struct {
	acts *watchActs

	feed, sessions *widgets.Rows
	quiet          *widgets.EmptyState
	count          *widget.Label
	detail         *watchDetail
	body           fyne.CanvasObject

	want  box[liveWant]
	rates sessionRates // presenter's goroutine
}

// liveWant is what is chosen: an attempt, a session or nothing.
type liveWant struct {
	attempt uint64
	session string
}

func newLiveSection(a *watchActs, enrol func(watch.InviteFor, uint64)) *liveSection {
	s := &liveSection{acts: a, count: sectionTitle(i18n.T("Sessions"))}
	s.feed = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Latest"), Width: 94}, {Title: i18n.T("Attempt"), Width: 156, Weight: 1}, {Title: i18n.T("Who"), Width: 100, Weight: 2},
		{Title: i18n.T("Times"), Width: 60, Align: fyne.TextAlignTrailing}, {Title: i18n.T("What happened"), Width: 130, Weight: 4},
	})
	s.feed.OnSelect = func(key string) {
		id, err := strconv.ParseUint(key, 10, 64)
		if err == nil {
			s.choose(liveWant{attempt: id})
		}
	}
	s.sessions = widgets.NewRows([]widgets.Column{
		{Title: i18n.T("Session"), Width: 118, Weight: 2}, {Title: i18n.T("Address"), Width: 92, Weight: 1, Holds: []string{i18n.T("in-process")}}, {Title: i18n.T("Over"), Width: 92, Holds: []string{i18n.T("in-process")}, Optional: true},
		{Title: i18n.T("Since"), Width: 64, Holds: ages(), Align: fyne.TextAlignTrailing}, {Title: i18n.T("Listens"), Width: 60, Align: fyne.TextAlignTrailing, Optional: true},
		{Title: i18n.T("Waiting"), Width: 66, Align: fyne.TextAlignTrailing, Optional: true},
		{Title: i18n.T("In"), Width: 52, Align: fyne.TextAlignTrailing}, {Title: i18n.T("Out"), Width: 52, Align: fyne.TextAlignTrailing},
	})
	s.sessions.OnSelect = func(key string) { s.choose(liveWant{session: key}) }
	s.quiet = widgets.NewEmptyState(nil, i18n.T("Nothing was refused"),
		i18n.T("Refused logins, denied topics, takeovers and floods show here as they happen, each with who, from where and how often."), "", nil)
	s.detail = newWatchDetail(a, enrol)
	lower := container.NewBorder(s.count, nil, nil, nil, s.sessions)
	left := container.NewVSplit(container.NewStack(s.feed, s.quiet), lower)
	left.Offset = 0.5
	split := container.NewHSplit(left, newCard(s.detail.body))
	split.Offset = 0.68
	s.body = split
	return s
}

func (s *liveSection) object() fyne.CanvasObject { return s.body }

// choose shows an attempt or a session beside the lists.
func (s *liveSection) choose(w liveWant) {
	attempt := ""
	if w.attempt != 0 {
		attempt = strconv.FormatUint(w.attempt, 10)
	}
	s.feed.SetSelected(attempt)
	s.sessions.SetSelected(w.session)
	s.want.update(func(old *liveWant) { *old = w })
	s.acts.deps.poke()
}

// chooseSession shows the session of a client ID.
func (s *liveSection) chooseSession(clientID string) { s.choose(liveWant{session: clientID}) }

func (s *liveSection) frame(now time.Time) func() {
	w := s.want.get()
	attempts := s.acts.watch.Feed().Attempts(feedShown)
	sessions := s.acts.watch.Sessions()
	rates := s.rates.observe(sessions, now)
	sortSessions(sessions)
	feed, rows := make([]widgets.Row, len(attempts)), make([]widgets.Row, len(sessions))
	for i := range attempts {
		feed[i] = attemptRow(&attempts[i])
	}
	connected := 0
	for i := range sessions {
		if sessions[i].Connected {
			connected++
		}
		rows[i] = sessionRow(&sessions[i], rates[sessions[i].Publisher.ClientID], now)
	}
	title := i18n.N("%d session connected", "%d sessions connected", connected)
	if away := len(sessions) - connected; away > 0 {
		title += ", " + i18n.N("%d kept for a client that is away", "%d kept for clients that are away", away)
	}
	detail := s.detail.frame(now, w, sessions, rates)
	return func() {
		setShown(s.quiet, len(feed) == 0)
		setShown(s.feed, len(feed) > 0)
		s.feed.SetRows(len(feed), 0, feed)
		s.sessions.SetRows(len(rows), 0, rows)
		setText(s.count, title)
		detail()
	}
}

// sortSessions puts what is connected first, by name.
func sortSessions(sessions []watch.Session) {
	slices.SortStableFunc(sessions, func(a, b watch.Session) int {
		if a.Connected != b.Connected {
			if a.Connected {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Publisher.Name(), b.Publisher.Name())
	})
}

// attemptRow is an attempt as a line.
func attemptRow(a *watch.Attempt) widgets.Row {
	what := sayPhrase(a.Said)
	if a.Mark != watch.Open {
		what = say(a.Mark) + " · " + what
	}
	who := a.Who()
	if a.Various {
		who = i18n.T("many names")
	}
	ink := widgets.StatusColor(gravityStatus(a.Kind))
	if a.Kind.Gravity() == watch.Notice {
		ink = ""
	}
	return widgets.Row{Key: strconv.FormatUint(a.ID, 10), Status: gravityStatus(a.Kind), Dim: a.Mark != watch.Open, Cells: []widgets.Cell{
		{Text: formatClock(a.Last), Color: widgets.ColorMuted}, {Text: say(a.Kind), Color: ink}, {Text: who},
		{Text: formatCount(a.Count)}, {Text: what, Color: widgets.ColorMuted},
	}}
}

// sessionRow is a session as a line.
func sessionRow(s *watch.Session, t traffic, now time.Time) widgets.Row {
	over := orElse(i18n.T(s.Transport), i18n.T("away"))
	listens := widgets.Cell{Text: formatCount(len(s.Filters)), Color: widgets.ColorMuted}
	if wide := s.Wide(); len(wide) > 0 {
		listens = widgets.Cell{Text: wide[0], Color: widgets.ColorLate, Bold: true}
	}
	waiting := widgets.Cell{Text: formatCount(s.Queued + s.Inflight), Color: widgets.ColorMuted}
	if s.Dropped > 0 {
		waiting.Color = widgets.ColorLate
	}
	return widgets.Row{Key: s.Publisher.ClientID, Status: publisherStatus(s.Publisher), Dim: !s.Connected, Cells: []widgets.Cell{
		{Text: publisherName(s.Publisher)}, {Text: i18n.T(hostPart(s.Publisher.Addr)), Color: widgets.ColorMuted}, {Text: over, Color: widgets.ColorMuted},
		{Text: formatAge(now.Sub(s.Since)), Color: widgets.ColorMuted}, listens, waiting,
		{Text: orElse(formatRate(t.in), "–"), Color: widgets.ColorMuted}, {Text: orElse(formatRate(t.out), "–"), Color: widgets.ColorMuted},
	}}
}
