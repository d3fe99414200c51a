package ui

import (
	"github.com/pilothouse/pilothouse/model/workspace"
	"github.com/pilothouse/pilothouse/ui/board"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// sends shows what a tile sends: the form of a command, and the words of a switch.
func (b *boardPanel) sends(t *workspace.Tile) {
	spec, err := board.Spec(t)
	if t.Send != nil { // as written, without what stands in for what is not
		spec.Label, spec.Payload = t.Send.Label, t.Send.Payload
	}
	form := newCommandForm(&spec)
	form.name = "tile"
	form.changed = func(field string) { b.sent(form, field) }
	b.add(boardTitle(i18n.T("What it sends")), sectionTitle(i18n.T("Name; empty for the title")), form.label)
	for _, line := range form.lines() {
		if line.label != "" {
			b.add(sectionTitle(line.label))
		}
		b.add(line.input)
	}
	if t.Kind == workspace.Switch {
		b.words(t)
	}
	more := ""
	if t.Kind != workspace.Command {
		more = i18n.T("{value} stands for what is asked for.") + " "
	}
	b.add(form.fault, form.help(more))
	if t.Send != nil && t.Send.Topic != "" {
		form.say(err)
	}
}

// sent has the chosen tile send what the form says, and says what is wrong with
// it. What is typed into one field is undone together.
func (b *boardPanel) sent(form *commandForm, field string) {
	spec, err := form.spec()
	if err != nil {
		form.say(err)
		return
	}
	b.change("send "+field, func(t *workspace.Tile) { board.SetSpec(t, &spec) })
	if t, ok := b.page.edit.Tile(b.page.current, b.page.selected); ok {
		_, err = board.Spec(&t)
	}
	form.say(err)
}

// words shows what a switch says for on and off.
func (b *boardPanel) words(t *workspace.Tile) {
	word := func(field, now, usual string, set func(s *workspace.Send, word string)) *widgets.Entry {
		e := widgets.NewEntry()
		e.SetText(now)
		e.SetPlaceHolder(usual)
		e.OnChanged = func(word string) {
			b.change(field, func(t *workspace.Tile) {
				send := workspace.Send{}
				if t.Send != nil {
					send = *t.Send
				}
				set(&send, word)
				t.Send = &send
			})
		}
		return e
	}
	s := workspace.Send{}
	if t.Send != nil {
		s = *t.Send
	}
	b.pair(i18n.T("On is"), i18n.T("Off is"), word("on", s.On, "true", func(s *workspace.Send, w string) { s.On = w }),
		word("off", s.Off, "false", func(s *workspace.Send, w string) { s.Off = w }))
}
