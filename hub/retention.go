package hub

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// Keep is a flag that may be given several times, each FILTER=DAYS: for how long
// messages and samples of topics are kept.
type Keep []history.Rule

// day is what the flags count in.
const day = 24 * time.Hour

// maxKeepDays and maxKeepGiB bound the flag, well within what a time and a size can
// hold; gib is the unit of a size.
const (
	maxKeepDays = 36_500
	maxKeepGiB  = 1 << 20
	gib         = "GiB"
)

// String implements flag.Value.
func (k *Keep) String() string {
	words := make([]string, len(*k))
	for i, r := range *k {
		words[i] = r.Filter + "=" + strconv.FormatFloat(r.Messages.Hours()/24, 'f', -1, 64)
		if r.Bytes > 0 {
			words[i] += "," + strconv.FormatFloat(float64(r.Bytes)/(1<<30), 'f', -1, 64) + gib
		}
	}
	return strings.Join(words, " ")
}

// Set implements flag.Value.
func (k *Keep) Set(s string) error {
	at := strings.LastIndexByte(s, '=')
	if at < 0 {
		return errors.New("write it as FILTER=DAYS or FILTER=DAYS,SIZE, such as cameras/#=2 or cameras/#=2,5GiB")
	}
	filter := s[:at]
	age, size, sized := strings.Cut(s[at+1:], ",")
	days, err := strconv.ParseFloat(age, 64)
	if err != nil || !(days > 0 && days <= maxKeepDays) {
		return fmt.Errorf("%q is no number of days from above 0 to %d", age, maxKeepDays)
	}
	large := 0.0
	if sized {
		number, ok := strings.CutSuffix(size, gib)
		large, err = strconv.ParseFloat(number, 64)
		if !ok || err != nil || !(large > 0 && large <= maxKeepGiB) {
			return fmt.Errorf("%q is no size from above 0 to %d, such as 5%s", size, maxKeepGiB, gib)
		}
	}
	if err := model.CheckFilter(filter); err != nil {
		return fmt.Errorf("the filter %q: %w", filter, err)
	}
	*k = append(*k, KeepRule(filter, days, large))
	return nil
}

// KeepRule keeps what topics of a filter say for some days, and in so many GiB; 0
// for any size.
func KeepRule(filter string, days, gib float64) history.Rule {
	kept := time.Duration(days * float64(day))
	return history.Rule{Filter: filter, Messages: kept, Samples: kept, Rollups: history.DefaultRetention().Rules[0].Rollups, Bytes: int64(gib * (1 << 30))}
}

// Retention is what is kept: what the flags say, then the defaults.
func (c *Config) Retention() history.Retention {
	r := history.DefaultRetention()
	r.Rules = append(append([]history.Rule(nil), c.HistoryKeep...), r.Rules...)
	if c.HistoryGiB > 0 {
		r.Bytes = int64(c.HistoryGiB * (1 << 30))
	}
	return r
}

// SetRetention changes what the histories keep, from their next upkeep on.
func (h *Hub) SetRetention(r history.Retention) error {
	if err := r.Check(); err != nil {
		return err
	}
	h.keeping.Store(&r)
	for _, s := range h.openSources() {
		if rec := s.History.Recorder(); rec != nil {
			if err := rec.SetRetention(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// SetMemory changes how many bytes each store may take, at once; 0 is the default.
func (h *Hub) SetMemory(bytes int) {
	h.budget.Store(int64(bytes))
	for _, s := range h.openSources() {
		s.Store.SetMemory(bytes)
	}
}

// checkHistory reports flags of the historian that make no sense.
func (c *Config) checkHistory() error {
	if strings.Contains(c.History, "://") && !isDatabase(c.History) {
		return errors.New("--history: write a PostgreSQL database as postgres://USER@HOST/NAME, a file by its path, or off")
	}
	if !(c.HistoryGiB >= 0 && c.HistoryGiB <= 1<<20) {
		return fmt.Errorf("--history-gib %v: use a number of GiB above 0", c.HistoryGiB)
	}
	return nil
}
