package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// frameBars are the bars round the page: above it the search, the link and the
// time; below it the address, the rates and the losses; and the banner of a
// lost link.
type frameBars struct {
	win   fyne.Window
	store *model.Store
	link  Link
	extra func() []model.DropCount // losses outside the store

	name   string
	badge  *widgets.BadgeButton
	clock  *widget.Label
	counts *widget.Label
	losses *widget.Label
	record *recordingEntry
	banner *widgets.Banner
	top    fyne.CanvasObject
	bottom fyne.CanvasObject
}

func newFrameBars(d pageDeps, name string, extra func() []model.DropCount, search, connect func(), h History) *frameBars {
	b := &frameBars{win: d.win, store: d.store, name: i18n.T(name), link: d.link, extra: extra, record: newRecordingEntry(d, h)}
	b.badge = widgets.NewBadgeButton(i18n.T(name), widgets.ColorMuted, connect)
	b.clock = widget.NewLabel("")
	b.clock.TextStyle.Monospace = true
	open := widget.NewButtonWithIcon(i18n.T("Search devices, topics, actions …      Ctrl+K"), theme.SearchIcon(), search)
	open.Alignment = widget.ButtonAlignLeading
	b.top = bar(container.NewBorder(nil, nil, nil, container.NewHBox(container.NewCenter(b.badge), b.clock), open))

	b.counts, b.losses = widget.NewLabel(""), widget.NewLabel("")
	b.losses.Importance = widget.LowImportance
	address := widget.NewLabel(orElse(d.address, d.link.Status().URL))
	address.Selectable = true
	lead := widget.NewLabel(i18n.T("Watching"))
	lead.Importance = widget.LowImportance
	left := container.New(layout.NewCustomPaddedHBoxLayout(0), lead, address)
	if d.address != "" {
		lead.SetText(i18n.T("Devices connect to"))
		copyIt := d.iconButton(theme.ContentCopyIcon(), i18n.T("Copy the address"), func() { d.copyText(i18n.T("Copied the address"), d.address) })
		left.Add(copyIt)
	}
	b.bottom = bar(container.NewHBox(left, layout.NewSpacer(), b.record.button, b.counts, b.losses))
	b.banner = widgets.NewBanner()
	b.banner.OnAction = d.link.Retry
	return b
}

func bar(o fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(widgets.NewBar(), container.NewPadded(o))
}

func (b *frameBars) every() time.Duration { return 500 * time.Millisecond }

func (b *frameBars) frame(now time.Time) func() {
	st, link := b.store.Stats(), b.link.Status()
	counts := i18n.Tf("%s msg/s   %s   %s", formatCount(int(st.PerSecond+0.5)), i18n.N("%d topic", "%d topics", st.Topics), i18n.N("%d device", "%d devices", st.Devices))
	losses := lossText(append(append(st.Dropped(), link.Dropped...), b.extra()...))
	status, ink := linkLook(link.State)
	banner := linkBanner(&link, now)
	clock := now.Local().Format("15:04:05")
	recording := b.record.look()
	return func() {
		b.record.show(recording)
		setText(b.clock, clock)
		setText(b.counts, counts)
		b.showLosses(losses)
		b.badge.Set(linkText(&link, b.name), status, ink)
		setBanner(b.win, b.banner, banner)
	}
}

// setBanner shows a banner above the page, or takes it away. The page makes or
// takes room, which Fyne may be late to see.
func setBanner(win fyne.Window, b *widgets.Banner, data widgets.BannerData) {
	had := b.Visible()
	b.Set(data)
	if content := win.Content(); had != b.Visible() && content != nil {
		content.Refresh()
	}
}

// showLosses says what was dropped, in colour when there is something to say.
func (b *frameBars) showLosses(text string) {
	importance := widget.WarningImportance
	if text == noLoss() {
		importance = widget.LowImportance
	}
	if b.losses.Importance != importance || b.losses.Text != text {
		b.losses.Importance = importance
		b.losses.SetText(text)
	}
}

// noLoss says that nothing was dropped.
func noLoss() string { return i18n.N("%d dropped", "%d dropped", 0) }

// lossText says what was dropped; nothing was, it says too.
func lossText(drops []model.DropCount) string {
	var total uint64
	var parts []string
	for _, d := range drops {
		if d.Count > 0 {
			total += d.Count
			parts = append(parts, formatCount(d.Count)+" "+i18n.T(d.Reason))
		}
	}
	switch {
	case total == 0:
		return noLoss()
	case len(parts) == 1:
		return i18n.Tf("dropped: %s", parts[0])
	}
	return i18n.Tf("%s dropped: %s", formatCount(total), strings.Join(parts, "; "))
}

func linkLook(s model.LinkState) (widgets.Status, fyne.ThemeColorName) {
	switch s {
	case model.LinkUp:
		return widgets.StatusAlive, widgets.ColorMuted
	case model.LinkConnecting:
		return widgets.StatusUnknown, widgets.ColorMuted
	}
	return widgets.StatusLost, widgets.ColorLost
}

// linkText says in a word or two how the link called name is.
func linkText(l *model.LinkStatus, name string) string {
	switch l.State {
	case model.LinkUp:
		return name
	case model.LinkConnecting:
		return i18n.Tf("connecting to %s", name)
	case model.LinkRetrying:
		return i18n.Tf("%s: not connected", name)
	}
	return i18n.Tf("%s: off", name)
}

// linkBanner says since when the link is lost, why, and what is being tried.
func linkBanner(l *model.LinkStatus, now time.Time) widgets.BannerData {
	if l.State != model.LinkRetrying {
		return widgets.BannerData{}
	}
	b := widgets.BannerData{
		Text: i18n.Tf("Not connected to %s since %s", l.URL, formatClock(l.Since)), Status: widgets.StatusLost, Action: i18n.T("Try now"),
	}
	if l.Err != nil {
		b.Detail = errorText(l.Err)
	}
	if wait := l.NextTry.Sub(now); wait > 0 {
		next := i18n.Tf("Attempt %d in %d s.", l.Attempt+1, int(wait.Seconds())+1)
		if b.Detail != "" {
			if !strings.HasSuffix(b.Detail, "?") {
				b.Detail = strings.TrimSuffix(b.Detail, ".") + "."
			}
			next = b.Detail + " " + next
		}
		b.Detail = next
	}
	return b
}
