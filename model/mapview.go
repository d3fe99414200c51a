package model

// MapDevice is a device on the map.
type MapDevice struct {
	Root, Name, Kind string
	Liveness         Liveness
	// Publisher is who speaks for it, nil when the link cannot know.
	Publisher *Publisher
	Position  Position
	// Track are its past positions in order of time.
	Track  []TrackPoint
	Voyage *VoyageInfo
}

// MapDevices returns the devices whose position is known, at most limit, with
// the latest points of their tracks, at most trackPoints each; and how many have
// a position in all.
func (s *Store) MapDevices(limit, trackPoints int) (devices []MapDevice, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.dir.order {
		if !d.placed {
			continue
		}
		total++
		if len(devices) >= limit {
			continue
		}
		track := d.track.list(make([]TrackPoint, 0, len(d.track.points)))
		devices = append(devices, MapDevice{
			Root: d.root, Name: d.name(), Kind: d.kind(), Liveness: d.state, Publisher: d.pub, Position: d.place,
			Track: track[max(0, len(track)-trackPoints):], Voyage: s.voyageInfo(d),
		})
	}
	return devices, total
}

// Ports are the geofences that arrivals are told by.
func (s *Store) Ports() []Geofence { return s.dir.ports }
