package ui

import (
	"sync"

	"github.com/pilothouse/pilothouse/model/workspace"
)

// WorkspaceFile keeps what the operator composes.
type WorkspaceFile interface {
	// Save replaces what is kept; it may block, and is called from one goroutine
	// at a time.
	Save(workspace.Workspace) error
	// Err is why nothing can be kept, nil when it can.
	Err() error
}

// boardKeeper saves the latest workspace away from the main goroutine, one save
// at a time. Its goroutine lives only while there is something to save.
type boardKeeper struct {
	file WorkspaceFile // nil keeps nothing
	tell func(error)   // on any goroutine

	mu     sync.Mutex
	next   *workspace.Workspace
	saving sync.WaitGroup
	busy   bool
}

func newBoardKeeper(file WorkspaceFile, tell func(error)) *boardKeeper {
	return &boardKeeper{file: file, tell: tell}
}

// fault is why nothing can be kept.
func (k *boardKeeper) fault() error {
	if k.file == nil {
		return nil
	}
	return k.file.Err()
}

// save keeps w, which is not written to any more.
func (k *boardKeeper) save(w workspace.Workspace) {
	if k.file == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next = &w
	if !k.busy {
		k.busy = true
		k.saving.Go(k.run)
	}
}

func (k *boardKeeper) run() {
	for {
		k.mu.Lock()
		w := k.next
		k.next = nil
		if w == nil {
			k.busy = false
			k.mu.Unlock()
			return
		}
		k.mu.Unlock()
		if err := k.file.Save(*w); err != nil {
			k.tell(err)
		}
	}
}

// wait returns when everything is saved.
func (k *boardKeeper) wait() { k.saving.Wait() }
