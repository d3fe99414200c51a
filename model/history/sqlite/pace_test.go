package sqlite

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	p := pace{n: 8, least: 3, most: 20}
	for i, c := range []struct {
		took time.Duration
		want int
	}{
		{longStep + 1, 4}, {longStep + 1, 3}, {longStep + 1, 3}, {longStep, 3}, {shortStep, 3}, {shortStep - 1, 6}, {0, 12}, {0, 20}, {0, 20},
	} {
		if p.took(c.took); p.n != c.want {
			t.Errorf("after step %d, of %v, the next does %d, want %d", i, c.took, p.n, c.want)
		}
	}
}
