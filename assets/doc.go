// Package assets holds what the program carries inside it: map data, the chart
// of the ferry demo, icons. It has no state; every function returns its own
// copy.
package assets
