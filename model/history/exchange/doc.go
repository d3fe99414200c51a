// Package exchange brings history out of the program and recordings in: as CSV
// and JSON lines both ways, and as Parquet out.
//
// CSV is formula-safe: a cell that a spreadsheet would take for a formula, or
// that begins with an apostrophe, gets an apostrophe in front, which Import takes
// off again; numbers are left as they are. Payloads that are not text are in
// base64, and say so.
package exchange
