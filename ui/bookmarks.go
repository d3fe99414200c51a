package ui

import (
	"context"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// askBookmark asks for the title and the note of the moment that is shown.
func (b *timeBar) askBookmark() {
	at := b.st.at
	if at.IsZero() {
		at = time.Now()
	}
	title, note := widgets.NewEntry(), widgets.NewMultiLineEntry()
	title.SetPlaceHolder(i18n.T("What happened"))
	note.SetPlaceHolder(i18n.T("Note, if any"))
	note.SetMinRowsVisible(3)
	form := dialog.NewForm(i18n.Tf("Bookmark %s", formatMoment(at)), i18n.T("Keep"), i18n.T("Cancel"),
		[]*widget.FormItem{widget.NewFormItem(i18n.T("Title"), title), widget.NewFormItem(i18n.T("Note"), note)},
		func(keep bool) {
			if keep {
				b.keepBookmark(history.Bookmark{At: at, Title: orElse(title.Text, i18n.T("Bookmark")), Note: note.Text})
			}
		}, b.win)
	form.Resize(fyne.NewSize(460, 0))
	form.Show()
	b.win.Canvas().Focus(title)
}

// keepBookmark keeps a bookmark and says so.
func (b *timeBar) keepBookmark(m history.Bookmark) {
	b.later(i18n.Tf("Bookmarked %s", m.Title), func(ctx context.Context) error {
		_, err := b.past.history.AddBookmark(ctx, m)
		return err
	})
}

// later does something away from the main goroutine and says how it went.
func (b *timeBar) later(said string, do func(context.Context) error) {
	b.load.group.Go(func() {
		ctx, cancel := context.WithTimeout(b.deps.ctx, actPatience)
		defer cancel()
		err := do(ctx)
		if b.deps.ctx.Err() != nil {
			return
		}
		b.load.renew()
		b.deps.do(func() {
			if err != nil {
				b.deps.toast(toastError, i18n.Tf("Not done: %v", errorText(err)))
				return
			}
			b.deps.toast(toastInfo, said)
		})
	})
}

// bookmarkRemove is the column that removes a bookmark.
const bookmarkRemove = 3

// listBookmarks shows all bookmarks, the latest first; choosing one goes there.
func (b *timeBar) listBookmarks() {
	list := b.marks.bookmarks
	if len(list) == 0 {
		b.deps.toast(toastInfo, i18n.T("There are no bookmarks yet: the flag with a + at the time bar keeps one"))
		return
	}
	rows := widgets.NewRows([]widgets.Column{{Title: i18n.T("Moment"), Width: 176}, {Title: i18n.T("Title"), Width: 120, Weight: 1}, {Title: i18n.T("Note"), Width: 120, Weight: 2}, {Width: 34}})
	lines := make([]widgets.Row, len(list))
	for i := range list {
		m := &list[len(list)-1-i]
		lines[i] = widgets.Row{Key: strconv.FormatInt(m.ID, 10), Cells: []widgets.Cell{
			{Text: formatMoment(m.At), Color: widgets.ColorMuted}, {Text: m.Title}, {Text: m.Note, Color: widgets.ColorMuted}, {Text: "✕", Color: widgets.ColorMuted},
		}}
	}
	d := dialog.NewCustom(i18n.T("Bookmarks"), i18n.T("Close"), rows, b.win)
	find := func(key string) (history.Bookmark, bool) {
		for i := range list {
			if strconv.FormatInt(list[i].ID, 10) == key {
				return list[i], true
			}
		}
		return history.Bookmark{}, false
	}
	rows.OnCell = func(key string, column int) {
		m, ok := find(key)
		if !ok {
			return
		}
		d.Hide()
		if column == bookmarkRemove {
			b.later(i18n.Tf("Removed %s", m.Title), func(ctx context.Context) error { return b.past.history.RemoveBookmark(ctx, m.ID) })
		} else {
			b.seek(m.At)
		}
	}
	rows.OnActivate = func(key string) { rows.OnCell(key, 0) }
	rows.SetRows(len(lines), 0, lines)
	b.deps.sheet(d, fyne.NewSize(680, 360))
}
