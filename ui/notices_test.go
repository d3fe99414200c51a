package ui

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// noticeBoard is the notices with what they told and opened.
type noticeBoard struct {
	*notices
	sea    sea
	told   []string
	opened []string
}

func newNoticeBoard(t *testing.T) *noticeBoard {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(themeFor("dark"))
	b := &noticeBoard{sea: newSea()}
	b.notices = newNotices(b.sea.Store, func(root string) { b.opened = append(b.opened, root) },
		func(title, text string) { b.told = append(b.told, title+": "+text) })
	b.notices.now = b.sea.clock.now
	return b
}

func (b *noticeBoard) late(device string) {
	b.sea.Note(model.Event{At: b.sea.clock.now(), Kind: model.EventDelay, Device: device, Text: "5 minutes late at Ryde", Serious: true})
}

func (b *noticeBoard) draw() { b.frame(b.sea.clock.now())() }

func (b *noticeBoard) texts() (out []string) {
	for _, n := range b.list {
		out = append(out, n.toast.Text)
	}
	return out
}

func TestSeriousEventsBecomeToasts(t *testing.T) {
	b := newNoticeBoard(t)
	b.sea.Note(model.Event{Kind: model.EventSessionOpened, Client: "x"}) // not serious
	b.late("solent/ferries/red-falcon")
	b.draw()
	b.draw() // once only
	want := []string{"Red Falcon: 5 minutes late at Ryde"}
	if !slices.Equal(b.texts(), want) || !slices.Equal(b.told, want) {
		t.Errorf("shown %q, told %q, want %q", b.texts(), b.told, want)
	}
	if toast := b.list[0].toast; toast.Action != "Show" || toast.Status != widgets.StatusLate {
		t.Errorf("the toast is %+v", toast)
	}
}

func TestManySeriousEvents(t *testing.T) {
	b := newNoticeBoard(t)
	for i := range 10 {
		b.late(fmt.Sprintf("f/v/%d", i))
	}
	b.draw()
	if got := b.texts(); len(got) != maxSerious || got[maxSerious-1] != "9: 5 minutes late at Ryde" {
		t.Errorf("of ten events at once, shown: %q", got)
	}
	b.draw()
	if got := b.texts(); len(got) != maxSerious {
		t.Errorf("the next frame shows %q", got)
	}
}

func TestDesktopIsToldNowAndThen(t *testing.T) {
	b := newNoticeBoard(t)
	for range 25 { // one a second
		b.late("a/b")
		b.draw()
		b.sea.clock.advance(time.Second)
	}
	if len(b.told) != 3 { // at 0, 10 and 20 s
		t.Errorf("the desktop was told %d times in 25 s, want 3", len(b.told))
	}
}

func TestToastsExpireByLevel(t *testing.T) {
	for level, stays := range map[toastLevel]time.Duration{toastInfo: 4 * time.Second, toastWarning: 10 * time.Second, toastError: 12 * time.Second} {
		b := newNoticeBoard(t)
		b.add(level, "x", "")
		b.sea.clock.advance(stays)
		b.draw()
		if len(b.list) != 1 {
			t.Errorf("level %d went before %v", level, stays)
		}
		b.sea.clock.advance(time.Millisecond)
		b.draw()
		if len(b.list) != 0 {
			t.Errorf("level %d is still there after %v", level, stays)
		}
	}
}

func TestToastDismissedAndShown(t *testing.T) {
	b := newNoticeBoard(t)
	b.add(toastInfo, "one", "")
	b.add(toastWarning, "two", "solent/ferries/red-falcon")
	b.add(toastError, "three", "")
	b.toasts.OnDismiss(b.list[0].toast.ID)
	if got := b.texts(); !slices.Equal(got, []string{"two", "three"}) {
		t.Errorf("after one was dismissed: %q", got)
	}
	b.toasts.OnAction(b.list[0].toast.ID)
	if got := b.texts(); !slices.Equal(got, []string{"three"}) || !slices.Equal(b.opened, []string{"solent/ferries/red-falcon"}) {
		t.Errorf("after Show: %q, opened %q", got, b.opened)
	}
	b.toasts.OnDismiss("no such")
	if len(b.list) != 1 {
		t.Error("an unknown toast was dismissed")
	}
}

func TestLossText(t *testing.T) {
	for _, c := range []struct {
		drops []model.DropCount
		want  string
	}{
		{nil, "0 dropped"},
		{[]model.DropCount{{Reason: "slow reader"}}, "0 dropped"},
		{[]model.DropCount{{Reason: "slow reader", Count: 1204}}, "dropped: 1,204 slow reader"},
		{[]model.DropCount{{Reason: "a", Count: 1}, {Reason: "b"}, {Reason: "c", Count: 2}}, "3 dropped: 1 a; 2 c"},
	} {
		if got := lossText(c.drops); got != c.want {
			t.Errorf("%v: %q, want %q", c.drops, got, c.want)
		}
	}
}

func TestLinkBanner(t *testing.T) {
	l := model.LinkStatus{State: model.LinkUp, URL: "mqtt://broker:1883"}
	if b := linkBanner(&l, noon); b != (widgets.BannerData{}) {
		t.Errorf("a link that is up has the banner %+v", b)
	}
	l.State, l.Since, l.Attempt = model.LinkRetrying, noon.Add(-time.Minute), 3
	l.NextTry, l.Err = noon.Add(2500*time.Millisecond), errors.New("nobody answers at broker:1883. Check that it runs.") //nolint:revive // the link says it in sentences
	b := linkBanner(&l, noon)
	if b.Text != "Not connected to mqtt://broker:1883 since 11:59:00" || b.Action != "Try now" || b.Status != widgets.StatusLost {
		t.Errorf("the banner is %+v", b)
	}
	if b.Detail != "nobody answers at broker:1883. Check that it runs. Attempt 4 in 3 s." {
		t.Errorf("its detail is %q", b.Detail)
	}
	l.NextTry = time.Time{}
	if b = linkBanner(&l, noon); b.Detail != l.Err.Error() {
		t.Errorf("during an attempt the detail is %q", b.Detail)
	}
	if l.Err, l.NextTry = nil, noon.Add(time.Second); linkBanner(&l, noon).Detail != "Attempt 4 in 2 s." {
		t.Errorf("without a reason the detail is %q", linkBanner(&l, noon).Detail)
	}
}

// TestNoticesOfNowInThePast turns the window back while something happens: what is of
// now says so for as long as the past is shown, what was done in the window doesn't.
func TestNoticesOfNowInThePast(t *testing.T) {
	b := newNoticeBoard(t)
	past := false
	b.past = func() bool { return past }
	shown := func() (out []string) {
		b.draw()
		for _, toast := range b.toasts.Data() {
			out = append(out, toast.Text)
		}
		return out
	}
	b.add(toastInfo, "Copied the topic", "")
	b.late("solent/ferries/red-falcon")
	const plain, marked = "Red Falcon: 5 minutes late at Ryde", "Now, not in the past that is shown: Red Falcon: 5 minutes late at Ryde"
	if got := shown(); !slices.Equal(got, []string{"Copied the topic", plain}) {
		t.Errorf("live shows %q", got)
	}
	past = true
	if got := shown(); !slices.Equal(got, []string{"Copied the topic", marked}) {
		t.Errorf("the past shows %q", got)
	}
	b.late("solent/ferries/red-falcon")
	if got := shown(); !slices.Equal(got, []string{"Copied the topic", marked, marked}) {
		t.Errorf("what came in the past shows %q", got)
	}
	past = false
	if got := shown(); slices.Contains(got, marked) {
		t.Errorf("back to live shows %q", got)
	}
	if slices.ContainsFunc(b.told, func(s string) bool { return s != plain }) {
		t.Errorf("the desktop, which shows no past, is told %q", b.told)
	}
}
