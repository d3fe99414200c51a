// Package sqlite keeps history in one SQLite file, which needs no server and
// opens in the stock sqlite3 shell.
//
// What came lately is in tables recent_message and recent_sample, up to 256 messages
// and 512 samples to a row, as JSON that the views take apart (rows.go says how): a
// recent sample takes about 20 bytes. Every so often what is recent is set aside and
// sealed: sorted by topic and by series, packed (package block), written to tables
// message_data and sample_data, and its rows taken away, in many small transactions
// of which table sealing says how far they have come. Sealed samples of a sensor take
// 2 to 4 bytes. They are in the same file, and not in Parquet files beside it,
// because then a crash at any moment leaves either the rows or the block and never
// both or none, because one file is easy to copy, and because a block can be found
// and read for one series at a time in microseconds, which the slider and the charts
// live on. Parquet is for others to read: package exchange exports it.
//
// What is recent is in memory, too, so that questions about it need not look in the
// file. It is bounded by [Options], and a batch waits where sealing does not keep up.
//
// Once an hour is over, the blocks of each series in it are joined and its
// roll-ups are made: by the second where the series is denser than that, by the
// minute, and by the hour.
//
// Views for people, with times in UTC as text: messages, samples, events,
// sessions, commands, alarms, gaps, bookmarks hold the rows of the same name
// (messages and samples only those not sealed yet), sealed_samples and
// sealed_messages one line a block, and hourly the roll-ups by the hour. To see
// what is sealed, export it.
//
// The file is in WAL mode and every commit of a batch is synced (synchronous FULL): what
// Write returned nil for survives a crash of the program, and of the machine as
// far as its disk keeps what it says it has. One program records into a file,
// which a lock beside it guards; any number may read it.
package sqlite
