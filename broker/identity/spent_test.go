package identity

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// TestSpentTokensAreBounded spends more tokens than are remembered: the latest
// are, and for a day.
func TestSpentTokensAreBounded(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	d := &document{}
	for n := range maxSpent + 2 {
		d.Spent = append(d.Spent, spentToken{Hash: fmt.Sprint(n), At: now, Used: true})
	}
	d.Invitations = []invitationRecord{{Invitation{ID: "late", Expires: now}, "late"}}
	d.forgetInvitations(now)
	if len(d.Spent) != maxSpent || len(d.Invitations) != 0 {
		t.Errorf("%d are remembered, %d are open", len(d.Spent), len(d.Invitations))
	}
	for hash, want := range map[string]error{"0": ErrUnknownInvitation, fmt.Sprint(maxSpent): ErrUsedInvitation, "late": ErrExpiredInvitation} {
		if err := d.whyNot(hash, now); !errors.Is(err, want) {
			t.Errorf("%s: %v", hash, err)
		}
	}
	d.forgetInvitations(now.Add(spentLife))
	if len(d.Spent) != 0 {
		t.Errorf("%d are remembered after a day", len(d.Spent))
	}
}
