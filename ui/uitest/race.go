//go:build race

package uitest

// race tells that the race detector is watching.
const race = true
