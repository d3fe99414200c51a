package ui

import (
	"slices"
	"sync"

	"github.com/pilothouse/pilothouse/model"
)

// chartSet is the series on the chart, in order. Any goroutine may use it.
type chartSet struct {
	mu   sync.Mutex
	keys []model.SeriesKey
}

func (c *chartSet) has(key model.SeriesKey) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Contains(c.keys, key)
}

// add puts a series on the chart; it reports false when the chart is full.
func (c *chartSet) add(key model.SeriesKey) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Contains(c.keys, key) {
		return true
	}
	if len(c.keys) >= maxChartSeries {
		return false
	}
	c.keys = append(c.keys, key)
	return true
}

func (c *chartSet) remove(key model.SeriesKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys = slices.DeleteFunc(c.keys, func(k model.SeriesKey) bool { return k == key })
}

func (c *chartSet) list() []model.SeriesKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.keys)
}
