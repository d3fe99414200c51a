package ui

import (
	"context"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// Bounds of a search in payloads: from how many letters on it is made, and how many
// topics it finds.
const (
	searchLetters = 2
	searchFinds   = 10_000
)

// searchValues looks for the filter's text in the payloads too, on a goroutine of
// its own; a newer search ends it. It is for the main goroutine.
func (p *topicsPage) searchValues(text string) {
	if p.endSearch != nil {
		p.endSearch()
		p.endSearch = nil
	}
	setShown(p.searched, false)
	if len([]rune(text)) < searchLetters || isFilter(text) {
		return
	}
	ctx, end := context.WithCancel(p.deps.ctx)
	p.endSearch = end
	store := p.stores.shown()
	go func() {
		defer end()
		found := store.SearchValues(ctx, text, searchFinds)
		if ctx.Err() != nil {
			return
		}
		p.deps.do(func() {
			if p.filter.Text != text {
				return
			}
			p.edit(func(v *model.TreeView) { v.SetFound(found.Found) })
			p.searched.SetText(searchText(&found))
			setShown(p.searched, true)
		})
	}()
}

// isFilter tells whether text is an MQTT filter with wildcards.
func isFilter(text string) bool {
	for _, c := range text {
		if c == '+' || c == '#' {
			return model.CheckFilter(text) == nil
		}
	}
	return false
}

// searchText says what was searched and found.
func searchText(s *model.ValueSearch) string {
	text := i18n.Tf("%s by payload; searched %s, %s, in %s", i18n.N("%d topic", "%d topics", len(s.Found)), i18n.N("%d latest message", "%d latest messages", s.Topics),
		formatBytes(s.Bytes), formatDuration(s.Took))
	if s.More {
		text = i18n.Tf("The first %s: there are more", text)
	}
	if s.Cut > 0 {
		text += "; " + i18n.Tf("of %s only the first %s", formatCount(s.Cut), formatBytes(model.SearchBytes))
	}
	return text + "."
}
