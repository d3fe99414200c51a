package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2/dialog"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// retainedMost is how many retained messages one deletion takes.
const retainedMost = 10_000

// branchWipe deletes the retained messages of a branch, once that was confirmed
// and the time for second thoughts has passed.
type branchWipe struct {
	deps   pageDeps
	undo   *secondThoughts
	asking bool // the broker is being asked what it keeps
}

func newBranchWipe(d pageDeps) *branchWipe {
	w := &branchWipe{deps: d}
	w.undo = newSecondThoughts(d, w.carryOut)
	return w
}

// askPatience is how long the broker may take to say what it keeps.
const askPatience = 30 * time.Second

// ask asks the broker what it keeps at and below path, and then has the operator
// confirm that it goes; of many he types how many.
func (w *branchWipe) ask(path string) {
	switch {
	case path == "" || w.asking:
		return
	case w.undo.pending():
		w.deps.toast(toastWarning, i18n.T("Another deletion is under way."))
		return
	case w.deps.stores.inPast():
		w.deps.toast(toastWarning, pastLock())
		return
	}
	w.asking = true
	d := w.deps
	go func() {
		ctx, cancel := context.WithTimeout(d.ctx, askPatience)
		defer cancel()
		topics, more, err := d.link.Retained(ctx, path+"/#", retainedMost)
		if d.ctx.Err() != nil {
			return // the window is closing
		}
		d.do(func() {
			w.asking = false
			w.confirm(path, topics, more, err)
		})
	}()
}

// confirm has the operator confirm what was found. When the broker did not say, what
// the window knows has to do.
func (w *branchWipe) confirm(path string, topics []string, more bool, err error) {
	note := ""
	if err != nil {
		known, total := w.deps.store.RetainedBelow(path, retainedMost)
		topics, more = known, total > len(known)
		note = " " + i18n.Tf("The broker could not be asked (%s): these are those that were seen here.", errorText(err))
	}
	if len(topics) == 0 {
		w.deps.toast(toastInfo, i18n.Tf("Nothing that is known to be retained lies below %s", path)+"."+note)
		return
	}
	about := i18n.Tf("The broker forgets %s at and below “%s”. Devices that connect later will not get them.", i18n.N("%d retained message", "%d retained messages", len(topics)), path)
	if more {
		about += " " + i18n.Tf("The first %s go now.", formatCount(len(topics)))
	}
	content := widgets.NewTypeConfirm(about+note, formatCount(len(topics)), i18n.T("Delete"), nil)
	q := dialog.NewCustomWithoutButtons(i18n.T("Delete retained messages"), content, w.deps.win)
	content.OnCancel = q.Hide
	content.OnConfirm = func() { q.Hide(); w.undo.doom(topics) }
	q.Show()
	content.Focus(w.deps.win.Canvas())
}

// carryOut deletes topics.
func (w *branchWipe) carryOut(topics []string) {
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

// wipePace is the time between two deletions at a broker elsewhere, so that its
// queue for others is not filled.
const wipePace = 2 * time.Millisecond

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
