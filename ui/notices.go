package ui

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// toastLevel is how grave a message in passing is.
type toastLevel uint8

const (
	toastInfo toastLevel = iota
	toastWarning
	toastError
)

// toastTime is how long a message stays, by its level.
func toastTime(l toastLevel) time.Duration {
	return [...]time.Duration{4 * time.Second, 10 * time.Second, 12 * time.Second}[l]
}

// notices shows messages in passing, and serious events, which also go to the
// desktop.
type notices struct {
	store  *model.Store
	toasts *widgets.Toasts
	// open goes to the device with a root topic.
	open func(root string)
	// tell notifies the desktop, unless quiet says not to.
	tell  func(title, text string)
	quiet func() bool
	// past tells whether the window shows the past, where what happens now is
	// marked; nil for never.
	past func() bool
	now  func() time.Time

	list   []notice // main goroutine
	marked bool     // what happens now is, as shown
	next   int
	seen   uint64 // presenter's goroutine: the last event looked at
	told   time.Time
}

type notice struct {
	toast  widgets.Toast
	until  time.Time
	device string
	// event tells that it is of something that happened, not of something done
	// in the window.
	event bool
}

// tellEvery is the least time between two notifications on the desktop.
const tellEvery = 10 * time.Second

// maxSerious is how many events one frame makes messages of; the rest are in
// the log.
const maxSerious = 3

func newNotices(store *model.Store, open func(string), tell func(title, text string)) *notices {
	n := &notices{store: store, toasts: widgets.NewToasts(), open: open, tell: tell, now: time.Now}
	n.toasts.OnDismiss = n.dismiss
	n.toasts.OnAction = func(id string) {
		for _, x := range n.list {
			if x.toast.ID == id {
				n.open(x.device)
			}
		}
		n.dismiss(id)
	}
	return n
}

// add says something in passing; it is for the main goroutine.
func (n *notices) add(level toastLevel, text, device string) { n.put(level, text, device, false) }

// happened says that something happened just now; it is for the main goroutine.
func (n *notices) happened(text, device string) { n.put(toastWarning, text, device, true) }

func (n *notices) put(level toastLevel, text, device string, event bool) {
	n.next++
	t := widgets.Toast{ID: strconv.Itoa(n.next), Text: text}
	switch level {
	case toastWarning:
		t.Status = widgets.StatusLate
	case toastError:
		t.Status = widgets.StatusLost
	}
	if device != "" {
		t.Action = i18n.T("Show")
	}
	n.list = append(n.list, notice{toast: t, until: n.now().Add(toastTime(level)), device: device, event: event})
	n.show()
}

func (n *notices) dismiss(id string) {
	n.list = slices.DeleteFunc(n.list, func(x notice) bool { return x.toast.ID == id })
	n.show()
}

func (n *notices) show() {
	n.marked = n.past != nil && n.past()
	toasts := make([]widgets.Toast, len(n.list))
	for i := range n.list {
		toasts[i] = n.list[i].toast
		if n.marked && n.list[i].event {
			toasts[i].Text = i18n.Tf("Now, not in the past that is shown: %s", toasts[i].Text)
		}
	}
	n.toasts.Set(toasts)
}

func (n *notices) every() time.Duration { return 500 * time.Millisecond }

// frame turns new serious events into messages and lets old messages go.
func (n *notices) frame(now time.Time) func() {
	events := n.store.Events(n.seen, 200)
	if len(events) > 0 {
		n.seen = events[0].Seq
	}
	serious := slices.DeleteFunc(events, func(e model.Event) bool { return !e.Serious })
	serious = serious[:min(len(serious), maxSerious)]
	slices.Reverse(serious)
	return func() {
		kept := len(n.list)
		n.list = slices.DeleteFunc(n.list, func(x notice) bool { return now.After(x.until) })
		if len(n.list) != kept || n.past != nil && n.past() != n.marked {
			n.show()
		}
		for i := range serious {
			n.announce(&serious[i], now)
		}
	}
}

func (n *notices) announce(e *model.Event, now time.Time) {
	text, _ := eventText(e)
	who := eventSubject(e)
	n.happened(who+": "+text, e.Device)
	if now.Sub(n.told) >= tellEvery && (n.quiet == nil || !n.quiet()) {
		n.told = now
		n.tell(who, text)
	}
}

// tellDesktop sends notifications through Fyne, one at a time and away from the
// main goroutine: a notification service that hangs must not freeze the window.
// While one is on its way, further ones are left to the window.
func tellDesktop(a fyne.App) func(title, text string) {
	free := make(chan struct{}, 1)
	free <- struct{}{}
	return func(title, text string) {
		select {
		case <-free:
		default:
			return
		}
		go func() {
			a.SendNotification(fyne.NewNotification(title, text))
			free <- struct{}{}
		}()
	}
}
