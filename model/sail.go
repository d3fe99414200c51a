package model

import (
	"time"
)

// NoticeDelay is the delay of a predicted arrival above which it is noticed.
const NoticeDelay = 3 * time.Minute

// voyageState is what is kept of a device that travels.
type voyageState struct {
	voyager *Voyager
	claim   *VoyageClaim
	late    time.Time // since when the vessel is late; zero when it is not
	noticed bool      // the delay of this voyage was noticed
}

// lateFor is how long a vessel must be late before that is noticed: a
// prediction may jump when a vessel turns or stops.
const lateFor = 5 * time.Second

// VoyageInfo is a voyage as it is shown: our own prediction beside the claim of
// the vessel.
type VoyageInfo struct {
	Voyage
	// FromName and ToName are the names of the ports, empty when unknown.
	FromName, ToName, InPortName string
	// Claim is what the vessel says of its voyage, nil when it says nothing.
	Claim *VoyageClaim
	// Delay is the predicted arrival less the scheduled one; HasDelay is false
	// when either is unknown.
	Delay    time.Duration
	HasDelay bool
}

// sail tells the voyager of d that it has moved.
func (s *Store) sail(d *device) {
	if len(s.dir.ports) == 0 {
		return
	}
	if d.voyage == nil {
		d.voyage = &voyageState{voyager: NewVoyager(s.dir.ports, s.dir.lanes, s.dir.passages)}
	}
	p := d.place
	d.voyage.voyager.Fix(Fix{At: p.Device, Pos: p.LatLon, SOG: p.SOG, COG: p.COG})
}

// claimed takes in what a vessel says of its voyage.
func (s *Store) claimed(d *device, m *Message) {
	c, err := ParseVoyageClaim(m.Payload)
	if err != nil || len(s.dir.ports) == 0 {
		return
	}
	if d.voyage == nil {
		d.voyage = &voyageState{voyager: NewVoyager(s.dir.ports, s.dir.lanes, s.dir.passages)}
	}
	v := d.voyage
	if v.claim == nil || !v.claim.ScheduledArrival.Equal(c.ScheduledArrival) {
		v.noticed = false
	}
	v.claim = &c
	v.voyager.SetClaim(c)
}

// Late reports whether the vessel is under way and will be later than
// [NoticeDelay], by more than the prediction may be off.
func (v *VoyageInfo) Late() bool {
	return v.HasDelay && v.InPort == "" && v.Delay > NoticeDelay && v.Delay > v.Margin
}

// noticeDelay adds an event, once a voyage, when a device will be late.
func (s *Store) noticeDelay(d *device, at time.Time) {
	if d.voyage == nil {
		return
	}
	v := s.voyageInfo(d)
	switch {
	case !v.Late():
		d.voyage.late = time.Time{}
		s.alarms.clear(AlarmID{AlarmDelay, d.root}, at)
		return
	case d.voyage.noticed:
		return
	case d.voyage.late.IsZero():
		d.voyage.late = at
	}
	if at.Sub(d.voyage.late) < lateFor {
		return
	}
	d.voyage.noticed = true
	text := phrase("%d minutes late", int(v.Delay.Minutes()+0.5))
	if v.ToName != "" {
		text = phrase("%d minutes late at %s", int(v.Delay.Minutes()+0.5), v.ToName)
	}
	s.events.add(Event{At: at, Kind: EventDelay, Device: d.root, Serious: true, Text: text.String(), Phrase: &text})
}

func (s *Store) portName(id string) string {
	for i := range s.dir.ports {
		if s.dir.ports[i].ID == id {
			return s.dir.ports[i].Name
		}
	}
	return ""
}

func (s *Store) voyageInfo(d *device) *VoyageInfo {
	if d.voyage == nil {
		return nil
	}
	v := &VoyageInfo{Voyage: d.voyage.voyager.Voyage(), Claim: d.voyage.claim}
	v.FromName, v.ToName, v.InPortName = s.portName(v.From), s.portName(v.To), s.portName(v.InPort)
	v.Delay, v.HasDelay = d.voyage.voyager.Delay(d.place.Device)
	return v
}
