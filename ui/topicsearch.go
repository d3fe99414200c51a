package ui

import (
	"context"
	"fmt"

	"github.com/pilothouse/pilothouse/model"
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
	text := fmt.Sprintf("%s by payload; searched %s, %s, in %s", plural(len(s.Found), "topic"), plural(s.Topics, "latest message"),
		formatBytes(s.Bytes), formatDuration(s.Took))
	if s.More {
		text = "The first " + text + ": there are more"
	}
	if s.Cut > 0 {
		text += fmt.Sprintf("; of %s only the first %s", formatCount(s.Cut), formatBytes(model.SearchBytes))
	}
	return text + "."
}
