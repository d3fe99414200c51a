package ui

import (
	"slices"
	"sync"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// CommandStore keeps the saved commands between starts.
type CommandStore interface {
	// Load reads them. After an error, which says what is wrong with what is
	// there, Save refuses with the same one and leaves it as it is.
	Load() ([]model.SavedCommand, error)
	// Save replaces them as a whole or not at all.
	Save([]model.SavedCommand) error
}

// commandBook is the saved commands. Any goroutine may read it.
type commandBook struct {
	keep   CommandStore // nil for none
	notice string       // what was wrong when they were loaded

	mu     sync.Mutex
	list   []model.SavedCommand // never changed, only replaced
	serial int
}

func newCommandBook(keep CommandStore) *commandBook {
	b := &commandBook{keep: keep}
	if keep == nil {
		return b
	}
	list, err := keep.Load()
	if err != nil {
		b.notice = i18n.Tf("Saved commands: %v", errorText(err))
	}
	b.list = list
	return b
}

// all is every saved command; it must not be changed.
func (b *commandBook) all() []model.SavedCommand {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.list
}

// fitting is the saved commands of a device, and a number that grows when saved
// commands change.
func (b *commandBook) fitting(device string) (specs []model.CommandSpec, serial int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.list {
		if b.list[i].Fits(device) {
			specs = append(specs, b.list[i].CommandSpec)
		}
	}
	return specs, b.serial
}

// put saves a command in place of the one with the number given, or as a new one
// when that is negative.
func (b *commandBook) put(at int, c model.SavedCommand) error {
	list := slices.Clone(b.all())
	if at < 0 {
		list = append(list, c)
	} else {
		list[at] = c
	}
	return b.replace(list)
}

// remove forgets a command.
func (b *commandBook) remove(at int) error {
	return b.replace(slices.Delete(slices.Clone(b.all()), at, at+1))
}

func (b *commandBook) replace(list []model.SavedCommand) error {
	if _, err := model.EncodeCommands(list); err != nil {
		return err
	}
	if b.keep != nil {
		if err := b.keep.Save(list); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = list
	b.serial++
	return nil
}
