package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/pilothouse/pilothouse/ui/i18n"
)

var (
	_ fyne.Tappable          = (*Rows)(nil)
	_ fyne.SecondaryTappable = (*Rows)(nil)
	_ fyne.Focusable         = (*Rows)(nil)
	_ fyne.Scrollable        = (*Rows)(nil)
	_ fyne.Shortcutable      = (*Rows)(nil)
	_ fyne.Draggable         = (*Rows)(nil)
	_ desktop.Hoverable      = (*Rows)(nil)
)

// barZone is the width at the right edge that drags the scroll bar.
const barZone = 16

// indexAt is the row under y, -1 for none.
func (r *Rows) indexAt(y float32) int {
	y -= r.headerHeight()
	if y < 0 {
		return -1
	}
	i := int((r.offset + float64(y)) / float64(r.rowHeight()))
	if i >= r.total {
		return -1
	}
	return i
}

// Tapped implements fyne.Tappable.
func (r *Rows) Tapped(e *fyne.PointEvent) {
	r.focusSelf()
	if e.Position.Y < r.headerHeight() {
		r.tapHeader(e.Position.X)
		return
	}
	if e.Position.X > r.Size().Width-barZone && r.scrolls() {
		r.pageTo(e.Position.Y)
		return
	}
	i := r.indexAt(e.Position.Y)
	row := r.at(i)
	if row == nil {
		return
	}
	if row.Expander != ExpanderNone && e.Position.X < expanderEnd(row.Depth) {
		emit(r.OnToggle, row.Key)
		return
	}
	now := r.now()
	twice := r.tapKey == row.Key && now.Sub(r.lastTap) < fyne.CurrentApp().Driver().DoubleTapDelay()
	r.tapKey, r.lastTap = row.Key, now
	if twice {
		r.tapKey = ""
		emit(r.OnActivate, row.Key)
		return
	}
	r.cursor, r.pending = i, false
	key := row.Key
	r.choose(key)
	r.tapCell(key, e.Position.X)
}

// tapCell tells which cell of a row lies at x.
func (r *Rows) tapCell(key string, x float32) {
	if i := r.columnAt(x); i >= 0 && r.OnCell != nil {
		r.OnCell(key, i)
	}
}

// columnAt is the column that x lies in, -1 for none.
func (r *Rows) columnAt(x float32) int {
	if r.view == nil {
		return -1
	}
	for i, s := range r.view.spans {
		if x >= s.x && x < s.x+s.w {
			return i
		}
	}
	return -1
}

// TappedSecondary implements fyne.SecondaryTappable.
func (r *Rows) TappedSecondary(e *fyne.PointEvent) {
	i := r.indexAt(e.Position.Y)
	row := r.at(i)
	if row == nil {
		return
	}
	r.cursor, r.pending = i, false
	r.choose(row.Key)
	if r.OnMenu != nil {
		r.OnMenu(row.Key, e.AbsolutePosition)
	}
}

func emit(f func(string), key string) {
	if f != nil {
		f(key)
	}
}

func (r *Rows) focusSelf() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(r); c != nil && !r.focused {
		c.Focus(r)
	}
}

// choose marks the row and tells.
func (r *Rows) choose(key string) {
	changed := r.selected != key
	r.selected = key
	if r.view != nil {
		r.view.update()
	}
	if changed {
		emit(r.OnSelect, key)
	}
}

func (r *Rows) tapHeader(x float32) {
	if i := r.columnAt(x); i >= 0 && r.columns[i].Sortable && r.OnSort != nil {
		r.OnSort(i)
	}
}

// Scrolled implements fyne.Scrollable.
func (r *Rows) Scrolled(e *fyne.ScrollEvent) {
	r.scrollTo(r.offset - float64(e.Scrolled.DY))
}

// Dragged implements fyne.Draggable: the scroll bar, or the rows themselves.
func (r *Rows) Dragged(e *fyne.DragEvent) {
	if r.drag == dragNone {
		r.drag = dragRows
		if e.Position.X-e.Dragged.DX > r.Size().Width-barZone && r.scrolls() {
			r.drag = dragBar
		}
	}
	if r.drag == dragRows {
		r.scrollTo(r.offset - float64(e.Dragged.DY))
		return
	}
	thumb, room := r.thumb()
	if span := room - thumb.h; span > 0 {
		most := float64(r.total)*float64(r.rowHeight()) - float64(r.bodyHeight())
		r.scrollTo(r.offset + float64(e.Dragged.DY/span)*most)
	}
}

// DragEnd implements fyne.Draggable.
func (r *Rows) DragEnd() { r.drag = dragNone }

func (r *Rows) scrolls() bool {
	return float64(r.total)*float64(r.rowHeight()) > float64(r.bodyHeight())
}

type thumb struct{ y, h float32 }

// thumb is the scroll bar's mark within the body, and the body's height.
func (r *Rows) thumb() (thumb, float32) {
	room := r.bodyHeight()
	all := float64(r.total) * float64(r.rowHeight())
	if all <= float64(room) || room <= 0 {
		return thumb{}, room
	}
	h := max(28, float32(float64(room)/all*float64(room)))
	h = min(h, room)
	return thumb{float32(r.offset/(all-float64(room))) * (room - h), h}, room
}

// pageTo scrolls one page towards a tap beside the scroll bar's mark.
func (r *Rows) pageTo(y float32) {
	t, _ := r.thumb()
	switch y -= r.headerHeight(); {
	case y < t.y:
		r.scrollTo(r.offset - float64(r.bodyHeight()-r.rowHeight()))
	case y > t.y+t.h:
		r.scrollTo(r.offset + float64(r.bodyHeight()-r.rowHeight()))
	}
}

// MouseIn implements desktop.Hoverable.
func (r *Rows) MouseIn(e *desktop.MouseEvent) { r.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (r *Rows) MouseMoved(e *desktop.MouseEvent) { r.setHover(r.indexAt(e.Position.Y)) }

// MouseOut implements desktop.Hoverable.
func (r *Rows) MouseOut() { r.setHover(-1) }

func (r *Rows) setHover(i int) {
	if r.hover == i {
		return
	}
	r.hover = i
	if r.view != nil {
		r.view.update()
	}
}

// FocusGained implements fyne.Focusable.
func (r *Rows) FocusGained() { r.setFocus(true) }

// FocusLost implements fyne.Focusable.
func (r *Rows) FocusLost() { r.setFocus(false) }

func (r *Rows) setFocus(on bool) {
	r.focused = on
	if r.view != nil {
		r.view.update()
	}
}

// TypedRune implements fyne.Focusable.
func (r *Rows) TypedRune(c rune) {
	if !pressRune(rowsKeys(), r, c) {
		passRune(r, c)
	}
}

// TypedShortcut implements fyne.Shortcutable. What is not for the list goes on
// to the canvas: Fyne gives shortcuts to the focused widget only.
func (r *Rows) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutCopy); ok {
		if r.selected != "" {
			emit(r.OnCopy, r.selected)
		}
		return
	}
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(r).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

// rowsKeys are the keys of a list: what is not here does nothing there.
func rowsKeys() []keyOf[*Rows] {
	step := func(by func(r *Rows) int) func(*Rows, rune) {
		return func(r *Rows, _ rune) { r.step(by(r)) }
	}
	page := func(r *Rows) int { return max(1, int(r.bodyHeight()/r.rowHeight())-1) }
	return []keyOf[*Rows]{
		{Key{Label: "↑", Does: i18n.T("The row above"), name: fyne.KeyUp}, step(func(*Rows) int { return -1 })},
		{Key{Label: "↓", Does: i18n.T("The row below"), name: fyne.KeyDown}, step(func(*Rows) int { return 1 })},
		{Key{Label: i18n.T("Page up"), Does: i18n.T("A page up"), name: fyne.KeyPageUp}, step(func(r *Rows) int { return -page(r) })},
		{Key{Label: i18n.T("Page down"), Does: i18n.T("A page down"), name: fyne.KeyPageDown}, step(page)},
		{Key{Label: i18n.T("Home"), Does: i18n.T("The first row"), name: fyne.KeyHome}, step(func(r *Rows) int { return -r.total })},
		{Key{Label: i18n.T("End"), Does: i18n.T("The last row"), name: fyne.KeyEnd}, step(func(r *Rows) int { return r.total })},
		{Key{Label: "←", Does: i18n.T("Close the branch, or go to the one it is in"), name: fyne.KeyLeft}, always((*Rows).collapse)},
		{Key{Label: "→", Does: i18n.T("Open the branch, or go into it"), name: fyne.KeyRight}, always((*Rows).expand)},
		{Key{Label: i18n.T("Enter"), Does: i18n.T("Open what the row is about"), name: fyne.KeyReturn}, always((*Rows).activate)},
		{Key{Label: i18n.T("Enter, of the number pad"), Does: i18n.T("The same"), name: fyne.KeyEnter}, always((*Rows).activate)},
		{Key{Label: i18n.T("Space"), Does: i18n.T("The same"), name: fyne.KeySpace}, always((*Rows).activate)},
		{Key{Label: i18n.T("Delete"), Does: i18n.T("Delete what the row is about, after a question"), name: fyne.KeyDelete}, always((*Rows).deleteRow)},
		{Key{Label: "1 … 9", Does: i18n.T("Sort by that column; again, the other way round"), char: '1'}, (*Rows).sortKey},
	}
}

// RowsKeys are the keys that a focused list understands, the one that copies too.
func RowsKeys() []Key {
	return append(listed(rowsKeys()), Key{Label: i18n.T("Ctrl") + "+C", Does: i18n.T("Copy what the row is about")})
}

// TypedKey implements fyne.Focusable.
func (r *Rows) TypedKey(e *fyne.KeyEvent) {
	if !pressKey(rowsKeys(), r, e.Name) {
		passTyped(r, e)
	}
}

func (r *Rows) activate() {
	if row := r.at(r.cursor); row != nil {
		emit(r.OnActivate, row.Key)
	}
}

func (r *Rows) deleteRow() {
	if r.selected != "" {
		emit(r.OnDelete, r.selected)
	}
}

// sortKey sorts by the column whose number is a digit.
func (r *Rows) sortKey(digit rune) {
	if i := int(digit - '1'); i < len(r.columns) && r.columns[i].Sortable && r.OnSort != nil {
		r.OnSort(i)
	}
}

// step moves the cursor; a row that is not here yet is selected when it comes.
func (r *Rows) step(by int) {
	if r.total == 0 {
		return
	}
	next := r.cursor + by
	if r.cursor < 0 {
		next = 0
		if by > 1 {
			next = by
		}
	}
	r.cursor = max(0, min(next, r.total-1))
	r.pending = true // scrolling may bring new rows, which must not take the cursor back
	r.ScrollTo(r.cursor)
	if row := r.at(r.cursor); row != nil {
		r.pending = false
		r.choose(row.Key)
	}
}

// collapse closes the row, or goes to its parent.
func (r *Rows) collapse() {
	row := r.at(r.cursor)
	if row == nil {
		return
	}
	if row.Expander == ExpanderOpen {
		emit(r.OnToggle, row.Key)
		return
	}
	for i := r.cursor - 1; i >= 0; i-- {
		up := r.at(i)
		if up == nil {
			return
		}
		if up.Depth < row.Depth {
			r.step(i - r.cursor)
			return
		}
	}
}

// expand opens the row, or goes to its first child.
func (r *Rows) expand() {
	row := r.at(r.cursor)
	if row == nil {
		return
	}
	switch row.Expander {
	case ExpanderClosed:
		emit(r.OnToggle, row.Key)
	case ExpanderOpen:
		r.step(1)
	}
}
