package model

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseVoyageClaim(t *testing.T) {
	at := time.Date(2026, 3, 14, 10, 0, 0, 0, time.UTC)
	c, err := ParseVoyageClaim([]byte(`{"from":"Ryde Pier","to":"Portsmouth Harbour","departed":"2026-03-14T10:00:00Z",
		"scheduled_arrival":"2026-03-14T10:22:00Z","predicted_arrival":"2026-03-14T10:26:30Z","delay_s":270}`))
	want := VoyageClaim{
		From: "Ryde Pier", To: "Portsmouth Harbour", Departed: at, ScheduledArrival: at.Add(22 * time.Minute),
		PredictedArrival: at.Add(26*time.Minute + 30*time.Second), Delay: 270 * time.Second,
	}
	if err != nil || c != want {
		t.Errorf("%+v, %v; want %+v", c, err, want)
	}
	c, err = ParseVoyageClaim([]byte(`{"to":"Ryde Pier","departed":null,"delay_s":null}`))
	if err != nil || c != (VoyageClaim{To: "Ryde Pier"}) {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestParseVoyageClaimRefuses(t *testing.T) {
	for _, text := range []string{
		``, `[]`, `{}`, `{"from":1}`, `{"to":"a","departed":"noon"}`, `{"to":"a","delay_s":1e300}`,
		`{"to":"` + strings.Repeat("a", maxPortName+1) + `"}`, `{"to":"a"` + strings.Repeat(" ", MaxClaimBytes) + `}`,
		strings.Repeat(`{"x":`, 800),
	} {
		if c, err := ParseVoyageClaim([]byte(text)); !errors.Is(err, ErrClaim) {
			t.Errorf("%.40s: %+v, %v", text, c, err)
		}
	}
}

func FuzzParseVoyageClaim(f *testing.F) {
	f.Add([]byte(`{"from":"a","to":"b","departed":null,"scheduled_arrival":"2026-03-14T10:22:00Z","delay_s":-3.5}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseVoyageClaim(data)
		if err == nil && c.From == "" && c.To == "" {
			t.Fatal("a claim without a port")
		}
	})
}
