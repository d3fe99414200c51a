// Package model is the domain of Pilothouse: topics, messages, series,
// devices and their liveness, commands and their proof, geography and voyages.
//
// It imports the standard library only and knows neither sockets nor pixels.
// A link writes to a [Store] with [Store.Ingest]; a window reads from it, once
// per frame, through queries that copy only what is visible. Nothing in this
// package calls back into the window or the link.
//
// Concurrency: a Store may be used from any goroutine. Value types (Message,
// LatLon, Publisher and the rows that queries return) are plain data and are
// never changed after they have been handed over.
package model
