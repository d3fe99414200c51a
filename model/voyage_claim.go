package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// Bounds on a vessel's claim.
const (
	MaxClaimBytes = 4096
	maxPortName   = 128
	maxClaimDelay = 30 * 24 * time.Hour
)

// ErrClaim is why a voyage payload cannot be used, wrapped with the particulars.
var ErrClaim = errors.New("not a voyage claim")

// VoyageClaim is what a vessel says of its own voyage. It is shown and compared
// with our prediction, and believed only about where the vessel goes and when
// it is due.
type VoyageClaim struct {
	// From and To are names or IDs of ports.
	From, To string
	// Departed is zero in port, or when the vessel does not say.
	Departed time.Time
	// ScheduledArrival and PredictedArrival are zero when it does not say.
	ScheduledArrival, PredictedArrival time.Time
	// Delay is how late the vessel expects to be, negative when early.
	Delay time.Duration
}

// ParseVoyageClaim reads a JSON object with the members from, to, departed,
// scheduled_arrival, predicted_arrival (RFC 3339) and delay_s (seconds). Any of
// them may be absent or null, but a claim names at least a port.
func ParseVoyageClaim(payload []byte) (VoyageClaim, error) {
	if len(payload) > MaxClaimBytes {
		return VoyageClaim{}, fmt.Errorf("%w: it is larger than %d bytes", ErrClaim, MaxClaimBytes)
	}
	var raw struct {
		From      string     `json:"from"`
		To        string     `json:"to"`
		Departed  *time.Time `json:"departed"`
		Scheduled *time.Time `json:"scheduled_arrival"`
		Predicted *time.Time `json:"predicted_arrival"`
		Delay     *float64   `json:"delay_s"`
	}
	if err := json.Unmarshal(payload, &raw); err != nil {
		return VoyageClaim{}, fmt.Errorf("%w: %w", ErrClaim, err)
	}
	if raw.From == "" && raw.To == "" || len(raw.From) > maxPortName || len(raw.To) > maxPortName {
		return VoyageClaim{}, fmt.Errorf("%w: it names no port, or one of more than %d bytes", ErrClaim, maxPortName)
	}
	c := VoyageClaim{
		From: raw.From, To: raw.To,
		Departed: timeOrZero(raw.Departed), ScheduledArrival: timeOrZero(raw.Scheduled), PredictedArrival: timeOrZero(raw.Predicted),
	}
	if raw.Delay != nil {
		if math.Abs(*raw.Delay) > maxClaimDelay.Seconds() {
			return VoyageClaim{}, fmt.Errorf("%w: a delay of %g seconds is out of range", ErrClaim, *raw.Delay)
		}
		c.Delay = time.Duration(*raw.Delay * float64(time.Second))
	}
	return c, nil
}

func timeOrZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
