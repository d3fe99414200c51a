package demo

import "time"

// Hull is how a ship moves.
type Hull struct {
	Knots float64 // service speed
	Accel float64 // m/s²
	Brake float64 // m/s²
	Turn  float64 // degrees a second at most
}

// Ship is a vessel as its owner would list it, with its place in the timetable.
type Ship struct {
	ID       string // as in its topics: lower case with hyphens
	Name     string
	Capacity int // passengers, roughly as the owner states
	Hull     Hull
	// Idle and Full are engine speeds in revolutions a minute.
	Idle, Full float64
	// Between are the two ports it sails between, by ID.
	Between [2]string
	// Crossing is the time the timetable allows from berth to berth, and Every
	// that from one departure to the next, which is at the other port.
	Crossing, Every time.Duration
	// Turnaround is the least time in port, for loading.
	Turnaround time.Duration
	// Phase shifts its departures against those of its sister.
	Phase time.Duration
}

func carFerry() Hull  { return Hull{Knots: 14, Accel: 0.04, Brake: 0.04, Turn: 1.0} }
func catamaran() Hull { return Hull{Knots: 38, Accel: 0.12, Brake: 0.14, Turn: 1.6} }

// Ships is the fleet: five crossings of the Solent, two vessels on each, a
// quarter of a round trip apart so that one of them is always at sea. Crossing
// times are those of the real timetables; the daytime service is kept round
// the clock.
func Ships() []Ship {
	eastCowes := Ship{
		Hull: carFerry(), Idle: 380, Full: 900, Between: [2]string{"southampton", "east-cowes"},
		Crossing: 60 * time.Minute, Every: 90 * time.Minute, Turnaround: 20 * time.Minute,
	}
	westCowes := Ship{
		Hull: catamaran(), Idle: 700, Full: 2050, Between: [2]string{"southampton", "west-cowes"},
		Crossing: 28 * time.Minute, Every: 40 * time.Minute, Turnaround: 7 * time.Minute,
	}
	fishbourne := Ship{
		Hull: carFerry(), Idle: 400, Full: 950, Between: [2]string{"portsmouth-gunwharf", "fishbourne"},
		Crossing: 45 * time.Minute, Every: 60 * time.Minute, Turnaround: 11 * time.Minute,
	}
	ryde := Ship{
		Hull: catamaran(), Idle: 650, Full: 1950, Between: [2]string{"portsmouth-harbour", "ryde"},
		Crossing: 22 * time.Minute, Every: 30 * time.Minute, Turnaround: 5 * time.Minute,
	}
	yarmouth := Ship{
		Hull: carFerry(), Idle: 400, Full: 1000, Between: [2]string{"lymington", "yarmouth"},
		Crossing: 40 * time.Minute, Every: 60 * time.Minute, Turnaround: 12 * time.Minute,
	}
	return []Ship{
		eastCowes.named("red-falcon", "Red Falcon", 950, 0),
		eastCowes.named("red-osprey", "Red Osprey", 950, 45*time.Minute),
		westCowes.named("red-jet-6", "Red Jet 6", 275, 15*time.Minute),
		westCowes.named("red-jet-7", "Red Jet 7", 277, 35*time.Minute),
		fishbourne.named("st-clare", "St Clare", 878, 0),
		fishbourne.named("victoria-of-wight", "Victoria of Wight", 1170, 30*time.Minute),
		ryde.named("wight-ryder-i", "Wight Ryder I", 260, 15*time.Minute),
		ryde.named("wight-ryder-ii", "Wight Ryder II", 260, 30*time.Minute),
		yarmouth.named("wight-light", "Wight Light", 360, 25*time.Minute),
		yarmouth.named("wight-sun", "Wight Sun", 360, 55*time.Minute),
	}
}

func (s Ship) named(id, name string, capacity int, phase time.Duration) Ship {
	s.ID, s.Name, s.Capacity, s.Phase = id, name, capacity, phase
	return s
}

// departure is when sailing number leg leaves by the timetable, counted from
// 1970; even ones leave Between[0].
func (s Ship) departure(leg int64) time.Time {
	return time.Unix(0, 0).UTC().Add(s.Phase + time.Duration(leg)*s.Every)
}

// legAt is the sailing whose departure is the last one not after t.
func (s Ship) legAt(t time.Time) int64 {
	since := t.Sub(time.Unix(0, 0)) - s.Phase
	leg := int64(since / s.Every)
	if since < 0 {
		leg--
	}
	return leg
}
