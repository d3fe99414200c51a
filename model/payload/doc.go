// Package payload turns the bytes of MQTT messages into values, and into text
// that is safe to show.
//
// MQTT does not look inside a payload, so nothing here may trust one: every
// function takes any bytes, takes time linear in their number, never panics,
// and bounds what it returns. What is not shown or not extracted is counted.
//
//   - [Scanner] finds the numeric fields of a payload, named by JSON Pointer.
//   - [Describe] and [Summary] say in a line what a payload is.
//   - [Pretty] and [Hex] lay it out for reading.
//   - [Position] finds a place on Earth in it.
//
// Concurrency: the functions may be called from any goroutine; a Scanner
// belongs to one goroutine at a time.
package payload
