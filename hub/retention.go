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

// maxKeepDays bounds the flag, well within what a time can hold.
const maxKeepDays = 36_500

// String implements flag.Value.
func (k *Keep) String() string {
	words := make([]string, len(*k))
	for i, r := range *k {
		words[i] = r.Filter + "=" + strconv.FormatFloat(r.Messages.Hours()/24, 'f', -1, 64)
	}
	return strings.Join(words, " ")
}

// Set implements flag.Value.
func (k *Keep) Set(s string) error {
	at := strings.LastIndexByte(s, '=')
	if at < 0 {
		return errors.New("write it as FILTER=DAYS, such as cameras/#=2")
	}
	filter := s[:at]
	days, err := strconv.ParseFloat(s[at+1:], 64)
	if err != nil || !(days > 0 && days <= maxKeepDays) {
		return fmt.Errorf("%q is no number of days from above 0 to %d", s[at+1:], maxKeepDays)
	}
	if err := model.CheckFilter(filter); err != nil {
		return fmt.Errorf("the filter %q: %w", filter, err)
	}
	kept := time.Duration(days * float64(day))
	*k = append(*k, history.Rule{Filter: filter, Messages: kept, Samples: kept, Rollups: history.DefaultRetention().Rules[0].Rollups})
	return nil
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
