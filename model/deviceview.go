package model

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// DeviceInfo is a device as the directory and the overview show it.
type DeviceInfo struct {
	// Root is the device's root topic and names it; Name is what to call it.
	Root, Name, Kind string
	Liveness         Liveness
	// Since is when Liveness was entered.
	Since    time.Time
	Evidence Evidence
	// Publisher is who speaks for it, nil when the link cannot know.
	Publisher *Publisher
	Topics    int
	// Values are its key values, as its kind's rule lists them or as they came.
	Values []ValueInfo
	// Position is where it is; HasPosition is false when it never said.
	HasPosition bool
	Position    Position
	// Voyage is where it is going, nil when it is not known to travel.
	Voyage *VoyageInfo
	// Commands are the commands that it understands.
	Commands []CommandSpec
}

// ValueInfo is a value of a device with its context.
type ValueInfo struct {
	ValueSpec
	Key   SeriesKey
	Last  float64
	At    time.Time
	Spark []float64
}

// keyValues is how many values of a device are listed when no rule names them.
const keyValues = 12

// DeviceOrder is what devices are sorted by.
type DeviceOrder uint8

// The orders of devices.
const (
	WorstFirst DeviceOrder = iota // by liveness, then by rule (those of none first), then by name
	ByName
	ByKind
	BySeen // longest silent first
)

// DeviceQuery chooses devices.
type DeviceQuery struct {
	// Search is words that must all occur in a device's name, kind or root.
	Search string
	Order  DeviceOrder
	// Reverse turns the order round.
	Reverse bool
	// First and Count are the window of the result to return with all details.
	First, Count int
	// Values tells to fill in key values, at most this many a device.
	Values int
}

// DeviceCounts counts devices by liveness.
type DeviceCounts [Lost + 1]int

// Devices returns a window of the devices that match a query, how many match,
// and counts of all devices by liveness.
func (s *Store) Devices(q DeviceQuery) (rows []DeviceInfo, total int, counts DeviceCounts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	words := strings.Fields(strings.ToLower(q.Search))
	var match []*device
	for _, d := range s.dir.byName() {
		if d.first == 0 {
			continue // only ever commanded
		}
		counts[d.state]++
		if d.matches(words) {
			match = append(match, d)
		}
	}
	slices.SortStableFunc(match, q.Order.compare)
	if q.Reverse {
		slices.Reverse(match)
	}
	first := max(0, min(q.First, len(match)))
	last := first + max(0, min(q.Count, len(match)-first))
	now := s.mono(s.now())
	for _, d := range match[first:last] {
		rows = append(rows, s.deviceInfo(d, now, q.Values))
	}
	return rows, len(match), counts
}

// Device returns one device by its root topic, with up to values key values.
func (s *Store) Device(root string, values int) (info DeviceInfo, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.dir.devices[root]
	if d == nil {
		return DeviceInfo{}, false
	}
	return s.deviceInfo(d, s.mono(s.now()), values), true
}

// compare orders two devices that were in order of name before.
func (o DeviceOrder) compare(a, b *device) int {
	switch o {
	case WorstFirst:
		if a.state != b.state {
			return cmp.Compare(b.state, a.state)
		}
		return cmp.Compare(a.rank, b.rank)
	case ByKind:
		return strings.Compare(a.kind(), b.kind())
	case BySeen:
		return cmp.Compare(a.heard, b.heard)
	}
	return 0
}

// byName is all devices in natural order of their roots, sorted again only when
// there are new ones.
func (d *directory) byName() []*device {
	if len(d.named) != len(d.order) {
		d.named = append(d.named[:0], d.order...)
		slices.SortFunc(d.named, func(a, b *device) int { return compareNatural(a.root, b.root) })
	}
	return d.named
}

func (d *device) matches(words []string) bool {
	for _, w := range words {
		if !containsFold(d.root, w) && !containsFold(d.kind(), w) && !containsFold(d.name(), w) {
			return false
		}
	}
	return true
}

func (d *device) kind() string {
	if d.rule == nil {
		return "device"
	}
	return d.rule.Kind
}

// name is the last level of the root with hyphens and underscores as spaces and
// a capital at the start of each word.
func (d *device) name() string { return d.title }

// DisplayName is what to call the device with the given root topic: its last
// level, with hyphens and underscores as spaces and each word capitalised but
// the small ones ("victoria-of-wight", "wight-ryder-ii").
func DisplayName(root string) string {
	level := root[strings.LastIndexByte(root, '/')+1:]
	words := strings.FieldsFunc(level, func(r rune) bool { return r == '-' || r == '_' || r == ' ' })
	for i, w := range words {
		switch {
		case i > 0 && (w == "of" || w == "and" || w == "the"):
		case i > 0 && strings.Trim(w, "ivx") == "": // a Roman numeral
			words[i] = strings.ToUpper(w)
		case 'a' <= w[0] && w[0] <= 'z':
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	if len(words) == 0 {
		return root
	}
	return strings.Join(words, " ")
}

func (s *Store) deviceInfo(d *device, now time.Duration, values int) DeviceInfo {
	info := DeviceInfo{
		Root: d.root, Name: d.name(), Kind: d.kind(), Liveness: d.state, Evidence: s.evidence(d, now),
		Publisher: d.pub, Topics: len(d.topics), HasPosition: d.placed, Position: d.place,
		Voyage: s.voyageInfo(d),
	}
	if d.since != 0 {
		info.Since = time.Unix(0, d.since)
	}
	if d.rule != nil {
		info.Commands = d.rule.Commands
	}
	if values > 0 {
		info.Values = s.values(d, values)
	}
	return info
}

// values are the key values of d: those its rule names, else the first numeric
// fields of its topics.
func (s *Store) values(d *device, limit int) []ValueInfo {
	var out []ValueInfo
	if d.rule != nil {
		for _, spec := range d.rule.Values {
			key := SeriesKey{Topic: below(d.root, spec.Topic), Pointer: spec.Pointer}
			if f := s.field(key); f != nil && len(out) < limit {
				out = append(out, valueInfo(spec, key, f))
			}
		}
		return out
	}
	for _, t := range d.topics {
		for _, f := range t.fields {
			if len(out) >= min(limit, keyValues) {
				return out
			}
			label := strings.TrimPrefix(t.node.path[len(d.root):], "/") + f.pointer
			if label == "" {
				label = t.node.name
			}
			spec := ValueSpec{Pointer: f.pointer, Label: label, Unit: UnitOf(orElse(f.pointer, "/"+t.node.name)), Decimals: -1}
			out = append(out, valueInfo(spec, SeriesKey{Topic: t.node.path, Pointer: f.pointer}, f))
		}
	}
	return out
}

func valueInfo(spec ValueSpec, key SeriesKey, f *field) ValueInfo {
	i := f.info()
	return ValueInfo{ValueSpec: spec, Key: key, Last: i.Last, At: i.At, Spark: i.Spark}
}

func below(root, sub string) string {
	if sub == "" {
		return root
	}
	return root + "/" + sub
}
