// Package postgres keeps history in a PostgreSQL database, so that several
// programs share one.
//
// It answers as package sqlite does; what differs is inside. Rows stay rows:
// tables message and sample are partitioned by the day (UTC), and a day goes as a
// whole when it is too old or the database too large. Where the database has
// TimescaleDB, both are hypertables instead, with chunks of a day that are
// compressed after a week, and chunks are dropped. Roll-ups by the minute and by
// the hour are made by whichever program comes first; an advisory lock keeps the
// others from doing it too.
//
// Everything is in a schema of its own, named pilothouse. Times are microseconds
// since 1970; views messages, samples and events show them as text would.
//
// A batch with an ID is kept once, however often it is sent: a program that lost
// the connection while it waited for an answer sends it again.
package postgres
