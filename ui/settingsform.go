package ui

import (
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/ui/i18n"
)

// historyText is what is recorded, as the settings show it.
type historyText struct {
	place, days, gib string
	keep             string // a rule on each line: FILTER = DAYS, or FILTER = DAYS, SIZE GiB
}

// Bounds of the settings of the record.
const (
	maxKeepDays  = 36_500
	maxKeepGiB   = 1 << 20
	maxKeepRules = 200
	recordOff    = "off"
	unitGiB      = "GiB"
)

// historyTextOf is the form of the settings.
func historyTextOf(s *HistorySettings) historyText {
	if s == nil {
		return historyText{}
	}
	t := historyText{place: s.Place, days: plainNumber(s.Days), gib: plainNumber(s.GiB)}
	var lines []string
	for _, r := range s.Keep {
		line := r.Filter + " = " + plainNumber(r.Days)
		if r.GiB > 0 {
			line += ", " + plainNumber(r.GiB) + " " + unitGiB
		}
		lines = append(lines, line)
	}
	t.keep = strings.Join(lines, "\n")
	return t
}

// plainNumber writes a number without an exponent; 0 is empty.
func plainNumber(v float64) string {
	if v == 0 {
		return ""
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// settings are what the form says.
func (t *historyText) settings() (*HistorySettings, error) {
	s := &HistorySettings{Place: strings.TrimSpace(t.place)}
	if err := checkPlace(s.Place); err != nil {
		return nil, err
	}
	var err error
	if s.Days, err = numberUpTo(t.days, i18n.T("the number of days"), maxKeepDays); err != nil {
		return nil, err
	}
	if s.GiB, err = numberUpTo(t.gib, i18n.T("the size in GiB"), maxKeepGiB); err != nil {
		return nil, err
	}
	for line := range strings.Lines(t.keep) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		r, err := keepRule(line)
		if err != nil {
			return nil, err
		}
		if s.Keep = append(s.Keep, r); len(s.Keep) > maxKeepRules {
			return nil, i18n.Errorf("more than %d rules", maxKeepRules)
		}
	}
	return s, nil
}

// checkPlace reports a database whose password would be written into the settings.
func checkPlace(place string) error {
	if !strings.Contains(place, "://") {
		return nil
	}
	u, err := url.Parse(place)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return i18n.Error("write a database as postgres://USER@HOST/NAME, or else a file by its path")
	}
	if _, has := u.User.Password(); has {
		return i18n.Error("settings hold no passwords: put the database's into ~/.pgpass, or into PGPASSWORD")
	}
	return nil
}

// numberUpTo reads a number above 0; empty is 0.
func numberUpTo(text, what string, most float64) (float64, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || v <= 0 || v > most {
		return 0, i18n.Errorf("%s is from above 0 to %s, not %q", what, formatCount(int(most)), text)
	}
	return v, nil
}

// keepRule reads FILTER = DAYS, with a size behind it or without.
func keepRule(line string) (KeepRule, error) {
	at := strings.LastIndexByte(line, '=')
	if at < 0 {
		return KeepRule{}, i18n.Errorf("write %q as FILTER = DAYS, such as cameras/# = 2, or as FILTER = DAYS, SIZE GiB", line)
	}
	r := KeepRule{Filter: strings.TrimSpace(line[:at])}
	if err := model.CheckFilter(r.Filter); err != nil {
		return r, i18n.Errorf("the filter %q: %w", r.Filter, err)
	}
	days, size, sized := strings.Cut(line[at+1:], ",")
	var err error
	if r.Days, err = numberUpTo(days, i18n.Tf("the number of days of %s", r.Filter), maxKeepDays); err != nil {
		return r, err
	}
	if r.Days == 0 {
		return r, i18n.Errorf("say for how many days %s is kept", r.Filter)
	}
	if sized {
		size = strings.TrimSuffix(strings.TrimSpace(size), unitGiB)
		if r.GiB, err = numberUpTo(size, i18n.Tf("the size of %s in GiB", r.Filter), maxKeepGiB); err == nil && r.GiB == 0 {
			err = i18n.Errorf("say how many GiB %s may take", r.Filter)
		}
	}
	return r, err
}

// memoryChoice is a budget that is offered, in MiB.
type memoryChoice struct {
	mib   int
	label string
}

// memoryChoices are the budgets that are offered, with the present one.
func memoryChoices(now int) []memoryChoice {
	list := []memoryChoice{{0, i18n.T("Default: up to about 1.2 GiB")}}
	known := now == 0
	for _, mib := range []int{64, 128, 256, 512, 1024, 2048, 4096, 8192} {
		if !known && now < mib {
			list, known = append(list, memoryChoice{now, formatBytes(now << 20)}), true
		}
		known = known || now == mib
		list = append(list, memoryChoice{mib, formatBytes(mib << 20)})
	}
	if !known {
		list = append(list, memoryChoice{now, formatBytes(now << 20)})
	}
	return list
}

// memoryText says what is in use, and what had to go.
func memoryText(st *model.Stats) string {
	used := i18n.Tf("In use: %s in topics, %s in messages, %s in numbers.", formatBytes(st.Topics*model.TopicBytes),
		formatBytes(st.HistoryBytes), formatBytes(st.Samples*model.SampleBytes))
	var shed []string
	for _, d := range []model.DropCount{
		{Reason: i18n.T("messages"), Count: st.Shed}, {Reason: i18n.T("numbers"), Count: st.ShedSamples},
		{Reason: i18n.T("messages cut to their front"), Count: st.Cut}, {Reason: i18n.T("messages on topics beyond the limit"), Count: st.DroppedTopics},
	} {
		if d.Count > 0 {
			shed = append(shed, formatCount(d.Count)+" "+d.Reason)
		}
	}
	if len(shed) == 0 {
		return used + " " + i18n.T("Nothing had to be shed.")
	}
	return used + " " + i18n.Tf("Shed to stay within: %s.", strings.Join(shed, ", "))
}
