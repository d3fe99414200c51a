// Package board is what is behind an operator's boards, without a pixel: where
// tiles lie on a grid and how it adapts to a window, templates over devices,
// editing with undo, and what a tile's binding reads from the store.
//
// Everything but [Editor] and [Matches] is pure; those two belong to one goroutine
// each.
package board
