package hub

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
	"github.com/pilothouse/pilothouse/model/history/command"
	"github.com/pilothouse/pilothouse/model/history/sqlite"
	"github.com/pilothouse/pilothouse/model/payload"
)

// History is the historian of a hub: it records what the link delivers, what
// happens and what is commanded, and lets the past be read. A history that
// cannot be opened is tried again every now and then; the hub goes on without it
// meanwhile, and says so.
type History struct {
	h     *Hub
	s     *Source
	where string // a file or a URL; empty when switched off

	// recorder is nil while nothing is recorded. It is read on the live path.
	recorder atomic.Pointer[history.Recorder]
	heard    atomic.Uint64 // messages

	mu    sync.Mutex
	store history.Store
	err   error // why there is none
	since time.Time
	late  *late // stands in for a database that is away

	trail trail // of the goroutine that ticks
}

// Times of the historian.
const (
	historyPatience = 10 * time.Second // for the first attempt to open a file
	historyRetry    = 15 * time.Second
	shortestGap     = 2 * time.Second // of not recording that is worth a mark
)

// HistoryFile and historySpool are what the historian keeps in the data folder.
const (
	HistoryFile  = "history.db"
	historySpool = "history.spool"
)

// historyOff is the word that switches recording off.
const historyOff = "off"

// historyPlace is where what a source says is recorded: a file or a URL; empty for
// nowhere. name is the source's own file in the data folder. What the command line
// names is for the first source.
func (h *Hub) historyPlace(name string) string {
	switch where := h.cfg.History; {
	case where == historyOff:
		return ""
	case where != "" && h.recordsInto(where) == nil:
		return where
	}
	return h.Dir.Path(name)
}

// recordsInto is the open source that is recorded at a place; nil for none.
func (h *Hub) recordsInto(where string) *Source {
	for _, s := range h.openSources() {
		if s.History.where == where {
			return s
		}
	}
	return nil
}

// openHistory starts to record what a source says. A file is opened before the
// first message comes, unless another source still writes it; a database is not
// waited for.
func (s *Source) openHistory(where string) {
	x := &History{h: s.h, s: s, where: where, since: time.Now()}
	s.History = x
	if x.where == "" {
		return
	}
	if before := s.h.recordsInto(where); before != nil {
		s.group.Go(func() {
			select {
			case <-before.ended:
				x.keepOpening()
			case <-s.ctx.Done():
			}
		})
		return
	}
	if !isDatabase(x.where) {
		ctx, cancel := context.WithTimeout(s.ctx, historyPatience)
		defer cancel()
		if x.open(ctx) {
			return
		}
	}
	s.group.Go(x.keepOpening)
}

func isDatabase(where string) bool {
	return strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://")
}

// keepOpening tries until the history is open, or never will be.
func (x *History) keepOpening() {
	beat := time.NewTicker(historyRetry)
	defer beat.Stop()
	for x.s.ctx.Err() == nil && !x.hopeless() && !x.open(x.s.ctx) {
		select {
		case <-x.s.ctx.Done():
		case <-beat.C:
		}
	}
}

// hopeless tells that trying again would not help.
func (x *History) hopeless() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	var newer *sqlite.NewerFormatError
	return errors.As(x.err, &newer)
}

// historyInterval is how long what was heard may wait to be recorded when there is
// little of it. Each write waits for the disk: twenty a second would cost more than
// a window that nobody touches.
const historyInterval = 250 * time.Millisecond

// open opens the history and starts to record; it reports whether it did.
func (x *History) open(ctx context.Context) bool {
	store, err := command.OpenStore(ctx, x.where, false)
	switch {
	case err == nil:
		return x.recordInto(ctx, store)
	case errors.Is(err, history.ErrAway) && x.spoolFor(err):
	default:
		x.failed(err)
	}
	return false
}

// recordInto records into a store from now on; it reports whether it does.
func (x *History) recordInto(ctx context.Context, store history.Store) bool {
	until, recorder, err := time.Now(), x.recorder.Load(), error(nil)
	if recorder == nil {
		recorder, err = history.NewRecorder(x.options(store))
	}
	if err != nil {
		x.failed(errors.Join(err, store.Close()))
		return false
	}
	if x.late != nil {
		until = x.late.since
	}
	x.noteRecovery(store)
	x.noteGap(ctx, store, recorder, until)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.store, x.err = store, nil
	if x.late != nil {
		x.late.found.Store(&store)
	}
	x.recorder.Store(recorder)
	return true
}

func (x *History) options(store history.Store) history.Options {
	o := history.Options{Store: store, Scanner: &payload.Scanner{}, Retention: *x.h.keeping.Load(), OnState: x.onState, Interval: historyInterval}
	if isDatabase(x.where) {
		o.Spool = x.h.Dir.Path(historySpool)
	}
	return o
}

// failed notes why the history cannot be opened, once for each reason.
func (x *History) failed(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.err != nil && x.err.Error() == err.Error() || x.s.ctx.Err() != nil {
		return
	}
	x.err = err
	x.s.trouble(model.Sayf("nothing is recorded: %s", err.Error()), true)
}

// noteRecovery tells what became of a damaged file.
func (x *History) noteRecovery(store history.Store) {
	if s, ok := store.(*sqlite.Store); ok && s.Recovered() != nil {
		x.s.trouble(model.Sayf("the file of the history was damaged: %s", s.Recovered().String()), true)
	}
}

// noteGap records that nothing was recorded from the last message to a moment.
func (x *History) noteGap(ctx context.Context, store history.Store, r *history.Recorder, until time.Time) {
	_, last, ok, err := store.Span(ctx)
	if err != nil || !ok || until.Sub(last) < shortestGap {
		return
	}
	why := "Pilothouse was not running"
	if last.After(x.since) {
		why = "the history could not be opened"
	}
	r.Gap(history.Gap{From: last, To: until, Kind: history.GapOff, Why: why})
}

// onState tells of the recorder's states.
func (x *History) onState(s history.Status) {
	switch s.State {
	case history.Recording:
		x.s.trouble(model.Sayf("history is recorded again"), false)
	case history.Stopped:
	default:
		text := model.Sayf("history: %s", model.Sayf(s.State.String()))
		if s.Err != nil {
			text = model.Sayf("%s: %s", text, s.Err.Error())
		}
		x.s.trouble(text, true)
	}
}

// trouble notes that something of the program itself does not go as it should.
func (s *Source) trouble(text model.Phrase, serious bool) {
	note(s.Store, model.Event{At: time.Now(), Kind: model.EventTrouble, Serious: serious}, text)
}

// record takes in what the link delivers. It never waits for the disk.
func (x *History) record(batch []model.Message) {
	if r := x.recorder.Load(); r != nil {
		x.heard.Add(uint64(len(batch)))
		r.Record(batch)
	}
}

// session takes in that a session began or ended.
func (x *History) session(s history.Session) {
	if r := x.recorder.Load(); r != nil {
		r.Session(s)
	}
}

// Status tells how recording goes. on is false while nothing is recorded: err is
// why, and nil when it was switched off.
func (x *History) Status() (s history.Status, on bool, err error) {
	if r := x.recorder.Load(); r != nil {
		return r.Status(), true, nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return history.Status{}, false, x.err
}

// Place is the file or the database that is recorded into, without a password;
// empty when recording was switched off.
func (x *History) Place() string {
	if u, err := url.Parse(x.where); err == nil && isDatabase(x.where) {
		return u.Redacted()
	}
	return x.where
}

// Retention is what is kept for how long.
func (x *History) Retention() history.Retention { return *x.h.keeping.Load() }

// Off tells that history was switched off.
func (x *History) Off() bool { return x.where == "" }

// Recorder takes in further records; nil while nothing is recorded.
func (x *History) Recorder() *history.Recorder { return x.recorder.Load() }

// Reader reads what was recorded; nil while there is nothing to read from.
func (x *History) Reader() history.Reader {
	if s := x.opened(); s != nil {
		return s
	}
	return nil
}

func (x *History) opened() history.Store {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.store
}

// NewPlayer makes a player of the past. The caller closes it before the hub.
func (x *History) NewPlayer(onChange func()) (*history.Player, error) {
	store := x.opened()
	if store == nil {
		return nil, x.unavailable()
	}
	return history.NewPlayer(history.PlayerOptions{
		Reader: withoutLoad{store}, OnChange: onChange,
		NewStore: func(now func() time.Time) *model.Store {
			o := x.h.storeOptions()
			o.Now = now
			return model.NewStore(o)
		},
	})
}

// unavailable says why there is no history.
func (x *History) unavailable() error {
	s, on, err := x.Status()
	if err = errors.Join(err, s.Err); err != nil {
		return fmt.Errorf("there is no history: %w", err)
	}
	if on {
		return errors.New("there is no history yet: the database has not answered")
	}
	return errors.New("there is no history: it was switched off with --history off, or is not open yet")
}

// AddBookmark keeps a bookmark and returns its number.
func (x *History) AddBookmark(ctx context.Context, b history.Bookmark) (int64, error) {
	if s := x.opened(); s != nil {
		return s.AddBookmark(ctx, b)
	}
	return 0, x.unavailable()
}

// RemoveBookmark forgets a bookmark.
func (x *History) RemoveBookmark(ctx context.Context, id int64) error {
	if s := x.opened(); s != nil {
		return s.RemoveBookmark(ctx, id)
	}
	return x.unavailable()
}

// losses are what could not be recorded.
func (x *History) losses() []model.DropCount {
	if r := x.recorder.Load(); r != nil {
		if n := r.Status().Lost; n > 0 {
			return []model.DropCount{{Reason: "not recorded", Count: n}}
		}
	}
	return nil
}

// close writes what waits and closes the history. Nothing may be recorded any
// more.
func (x *History) close() error {
	r := x.recorder.Swap(nil)
	if r == nil {
		return nil
	}
	x.trail.follow(x.s.Store, r)
	err := r.Close()
	if store := x.opened(); store != nil {
		err = errors.Join(err, store.Close())
	}
	return err
}
