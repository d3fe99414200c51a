package ui

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// retainedMost is how many retained messages one deletion takes.
const retainedMost = 10_000

// branchWipe deletes the retained messages of a branch, once that was confirmed
// and the time for second thoughts has passed.
type branchWipe struct {
	deps  pageDeps
	bar   fyne.CanvasObject
	text  *widget.Label
	now   func() time.Time
	after func(time.Duration, func()) *time.Timer

	doomed []string
	due    time.Time
	timer  *time.Timer
	serial int
}

func newBranchWipe(d pageDeps) *branchWipe {
	w := &branchWipe{deps: d, text: widget.NewLabel(""), now: time.Now, after: time.AfterFunc}
	w.text.Truncation = fyne.TextTruncateEllipsis
	take := widget.NewButtonWithIcon(i18n.T("Undo"), theme.ContentUndoIcon(), w.takeBack)
	take.Importance = widget.HighImportance
	w.bar = newCard(container.New(layout.NewBorderLayout(nil, nil, nil, take), w.text, take))
	w.bar.Hide()
	return w
}

// ask has the operator confirm that the retained messages at and below path go;
// of many he types how many.
func (w *branchWipe) ask(path string) {
	topics, total := w.deps.store.RetainedBelow(path, retainedMost)
	switch {
	case len(w.doomed) > 0:
		w.deps.toast(toastWarning, i18n.T("Another deletion is under way."))
		return
	case total == 0:
		w.deps.toast(toastInfo, i18n.Tf("Nothing that is known to be retained lies below %s", path))
		return
	}
	about := i18n.Tf("The broker forgets %s at and below “%s”. Devices that connect later will not get them.", i18n.N("%d retained message", "%d retained messages", total), path)
	if total > len(topics) {
		about += " " + i18n.Tf("The first %s go now.", formatCount(len(topics)))
	}
	content := widgets.NewTypeConfirm(about, formatCount(len(topics)), i18n.T("Delete"), nil)
	d := dialog.NewCustomWithoutButtons(i18n.T("Delete retained messages"), content, w.deps.win)
	content.OnCancel = d.Hide
	content.OnConfirm = func() { d.Hide(); w.doom(topics) }
	d.Show()
	content.Focus(w.deps.win.Canvas())
}

// doom deletes topics once the time for second thoughts has passed.
func (w *branchWipe) doom(topics []string) {
	w.doomed, w.due = slices.Clone(topics), w.now().Add(undoTime)
	w.serial++
	this := w.serial
	w.timer = w.after(undoTime, func() { w.deps.do(func() { w.carryOut(this) }) })
	w.show(w.now())
	w.deps.poke()
}

func (w *branchWipe) takeBack() {
	w.timer.Stop()
	w.doomed = nil
	w.show(w.now())
}

// show counts down.
func (w *branchWipe) show(now time.Time) {
	setShown(w.bar, len(w.doomed) > 0)
	if len(w.doomed) > 0 {
		setText(w.text, i18n.Tf("Deleting %s in %s", i18n.N("%d retained message", "%d retained messages", len(w.doomed)), formatDuration(max(0, w.due.Sub(now)).Truncate(time.Second))))
	}
}

// wipePace is the time between two deletions at a broker elsewhere, so that its
// queue for others is not filled.
const wipePace = 2 * time.Millisecond

// carryOut deletes what was doomed, unless that was taken back.
func (w *branchWipe) carryOut(serial int) {
	topics := w.doomed
	if len(topics) == 0 || serial != w.serial {
		return
	}
	w.doomed = nil
	w.show(w.now())
	d := w.deps
	go func() {
		done, err := deleteRetained(d.ctx, d.link, topics)
		d.do(func() {
			if err != nil {
				d.toast(toastError, i18n.Tf("Deleted %d of %s: %v", done, i18n.N("%d retained message", "%d retained messages", len(topics)), err))
				return
			}
			d.toast(toastInfo, i18n.Tf("Deleted %s", i18n.N("%d retained message", "%d retained messages", done)))
		})
	}()
}

// deleteRetained publishes an empty retained message on each topic (MQTT 5.0
// section 3.3.1.3) and returns how many the broker took.
func deleteRetained(ctx context.Context, link Link, topics []string) (done int, err error) {
	pace := time.NewTicker(wipePace)
	defer pace.Stop()
	for _, topic := range topics {
		one, cancel := context.WithTimeout(ctx, publishTimeout)
		_, err := link.Send(one, model.Outgoing{Topic: topic, QoS: 1, Retain: true})
		cancel()
		if err != nil {
			return done, err
		}
		done++
		select {
		case <-pace.C:
		case <-ctx.Done():
			return done, ctx.Err()
		}
	}
	return done, nil
}
