package sqlite

import (
	"context"
	"database/sql"
)

// Format is the version of the file that this package writes, and the newest
// that it reads.
const Format = 3

// applicationID marks the file as one of ours (PRAGMA application_id).
const applicationID = 0x50484c54

// migrations are the statements that bring a file from one format to the next:
// the first from nothing to format 1. All times are microseconds since 1970.
// Where statements cannot do it, convert does the rest.
func migrations() []migration {
	return []migration{{statements: toFormat1}, {statements: toFormat2}, {toFormat3, convertRows}}
}

// migration is a step from one format to the next.
type migration struct {
	statements string
	convert    func(context.Context, *sql.Tx) error
}

const toFormat1 = `
CREATE TABLE topic(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE series(id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, pointer TEXT NOT NULL, UNIQUE(topic, pointer));
CREATE TABLE publisher(id INTEGER PRIMARY KEY, client TEXT NOT NULL, identity TEXT NOT NULL, addr TEXT NOT NULL, tls INTEGER NOT NULL);

CREATE TABLE payload(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE message(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, topic INTEGER NOT NULL, publisher INTEGER, flags INTEGER NOT NULL,
  device_at INTEGER, data BLOB, same INTEGER, properties TEXT);
CREATE TABLE sample(series INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL);

CREATE TABLE message_block(topic INTEGER, start INTEGER, id INTEGER, stop INTEGER, count INTEGER, bytes INTEGER,
  PRIMARY KEY(topic, start, id)) WITHOUT ROWID;
CREATE INDEX message_block_start ON message_block(start);
CREATE TABLE message_data(id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE sample_block(series INTEGER, start INTEGER, id INTEGER, stop INTEGER, count INTEGER, min REAL, max REAL, sum REAL,
  first REAL, last REAL, bytes INTEGER, PRIMARY KEY(series, start, id)) WITHOUT ROWID;
CREATE INDEX sample_block_start ON sample_block(start);
CREATE TABLE sample_data(id INTEGER PRIMARY KEY, series INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE rollup(series INTEGER, hour INTEGER, count INTEGER, min REAL, max REAL, sum REAL, first REAL, last REAL,
  first_at INTEGER, last_at INTEGER, PRIMARY KEY(series, hour)) WITHOUT ROWID;
CREATE TABLE rollup_data(id INTEGER PRIMARY KEY, series INTEGER NOT NULL, hour INTEGER NOT NULL, minutes BLOB NOT NULL, seconds BLOB);
CREATE UNIQUE INDEX rollup_data_hour ON rollup_data(series, hour);
CREATE TABLE sealing(name TEXT PRIMARY KEY, row INTEGER NOT NULL, owner INTEGER NOT NULL, done INTEGER);
CREATE TABLE progress(name TEXT PRIMARY KEY, value INTEGER NOT NULL);

CREATE TABLE event(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL, device TEXT NOT NULL, client TEXT NOT NULL,
  addr TEXT NOT NULL, text TEXT NOT NULL, was INTEGER NOT NULL, now INTEGER NOT NULL, serious INTEGER NOT NULL);
CREATE INDEX event_at ON event(at);
CREATE INDEX event_liveness ON event(device, at) WHERE kind = 0;
CREATE TABLE session(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, publisher INTEGER, opened INTEGER NOT NULL, ending INTEGER NOT NULL,
  why TEXT NOT NULL);
CREATE INDEX session_at ON session(at);
CREATE TABLE command(id TEXT PRIMARY KEY, sent INTEGER NOT NULL, device TEXT NOT NULL, topic TEXT NOT NULL, state INTEGER NOT NULL,
  detail TEXT NOT NULL, whole TEXT NOT NULL);
CREATE INDEX command_sent ON command(sent);
CREATE TABLE gap(id INTEGER PRIMARY KEY, start INTEGER NOT NULL, stop INTEGER NOT NULL, kind INTEGER NOT NULL, lost INTEGER NOT NULL,
  why TEXT NOT NULL);

CREATE VIEW messages AS SELECT m.id, strftime('%Y-%m-%dT%H:%M:%fZ', m.at / 1e6, 'unixepoch') AS time, t.name AS topic,
  CAST(coalesce(m.data, p.data, x'') AS TEXT) AS payload, m.flags & 3 AS qos, m.flags >> 2 & 1 AS retained, m.flags >> 3 & 1 AS replayed,
  strftime('%Y-%m-%dT%H:%M:%fZ', m.device_at / 1e6, 'unixepoch') AS device_time, u.identity, u.client, u.addr, m.properties
  FROM message m JOIN topic t ON t.id = m.topic LEFT JOIN payload p ON p.id = m.same LEFT JOIN publisher u ON u.id = m.publisher;
CREATE VIEW samples AS SELECT strftime('%Y-%m-%dT%H:%M:%fZ', a.at / 1e6, 'unixepoch') AS time, t.name AS topic, s.pointer, a.value
  FROM sample a JOIN series s ON s.id = a.series JOIN topic t ON t.id = s.topic;
CREATE VIEW sealed_messages AS SELECT t.name AS topic, strftime('%Y-%m-%dT%H:%M:%fZ', b.start / 1e6, 'unixepoch') AS first_time,
  strftime('%Y-%m-%dT%H:%M:%fZ', b.stop / 1e6, 'unixepoch') AS last_time, b.count, b.bytes FROM message_block b JOIN topic t ON t.id = b.topic;
CREATE VIEW sealed_samples AS SELECT t.name AS topic, s.pointer, strftime('%Y-%m-%dT%H:%M:%fZ', b.start / 1e6, 'unixepoch') AS first_time,
  strftime('%Y-%m-%dT%H:%M:%fZ', b.stop / 1e6, 'unixepoch') AS last_time, b.count, b.min, b.max, b.sum / b.count AS mean, b.first, b.last, b.bytes
  FROM sample_block b JOIN series s ON s.id = b.series JOIN topic t ON t.id = s.topic;
CREATE VIEW hourly AS SELECT t.name AS topic, s.pointer, strftime('%Y-%m-%dT%H:%MZ', r.hour * 3600, 'unixepoch') AS hour, r.count, r.min,
  r.max, r.sum / r.count AS mean, r.first, r.last FROM rollup r JOIN series s ON s.id = r.series JOIN topic t ON t.id = s.topic;
CREATE VIEW events AS SELECT strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch') AS time,
  CASE kind WHEN 0 THEN 'liveness' WHEN 1 THEN 'session opened' WHEN 2 THEN 'session closed' WHEN 3 THEN 'refused' WHEN 4 THEN 'denied'
  WHEN 5 THEN 'trouble' WHEN 6 THEN 'delay' WHEN 7 THEN 'command' WHEN 8 THEN 'link' WHEN 9 THEN 'second writer' ELSE kind END AS kind,
  device, client, addr, text, was, now, serious FROM event;
CREATE VIEW sessions AS SELECT strftime('%Y-%m-%dT%H:%M:%fZ', s.at / 1e6, 'unixepoch') AS time, u.identity, u.client, u.addr, u.tls, s.opened, s.why
  FROM session s LEFT JOIN publisher u ON u.id = s.publisher;
CREATE VIEW commands AS SELECT id, strftime('%Y-%m-%dT%H:%M:%fZ', sent / 1e6, 'unixepoch') AS time, device, topic,
  CASE state WHEN 0 THEN 'sent' WHEN 1 THEN 'accepted' WHEN 2 THEN 'acknowledged' WHEN 3 THEN 'timed out' ELSE 'failed' END AS state, detail FROM command;
CREATE VIEW gaps AS SELECT strftime('%Y-%m-%dT%H:%M:%fZ', start / 1e6, 'unixepoch') AS from_time,
  strftime('%Y-%m-%dT%H:%M:%fZ', stop / 1e6, 'unixepoch') AS to_time,
  CASE kind WHEN 0 THEN 'messages lost' WHEN 1 THEN 'not recording' ELSE 'clock set' END AS kind, lost, why FROM gap;
`

const toFormat2 = `
CREATE TABLE alarm(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, alarm TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL,
  severity INTEGER NOT NULL, text TEXT NOT NULL, who TEXT NOT NULL);
CREATE INDEX alarm_at ON alarm(at);
CREATE TABLE bookmark(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, title TEXT NOT NULL, note TEXT NOT NULL);
CREATE VIEW alarms AS SELECT strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch') AS time, alarm, source, state, severity, text, who AS by FROM alarm;
CREATE VIEW bookmarks AS SELECT id, strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch') AS time, title, note FROM bookmark;
`

// toFormat3 keeps many recent messages and samples to a row; see rows.go.
const toFormat3 = `
CREATE TABLE recent_message(id INTEGER PRIMARY KEY, start INTEGER NOT NULL, heads TEXT NOT NULL, data BLOB NOT NULL, properties TEXT, crc INTEGER NOT NULL);
CREATE TABLE recent_sample(id INTEGER PRIMARY KEY, start INTEGER NOT NULL, list TEXT NOT NULL, crc INTEGER NOT NULL);
DROP VIEW messages;
CREATE VIEW messages AS SELECT c.id + j.key AS id, strftime('%Y-%m-%dT%H:%M:%fZ', (c.start + json_extract(j.value, '$[0]')) / 1e6, 'unixepoch') AS time,
  t.name AS topic, CAST(coalesce(CASE WHEN json_extract(j.value, '$[2]') < 0 THEN (SELECT p.data FROM payload p WHERE p.id = -json_extract(j.value, '$[2]'))
  ELSE substr(c.data, 1 + json_extract(j.value, '$[2]'), json_extract(j.value, '$[3]')) END, x'') AS TEXT) AS payload,
  coalesce(json_extract(j.value, '$[4]'), 0) & 3 AS qos, coalesce(json_extract(j.value, '$[4]'), 0) >> 2 & 1 AS retained,
  coalesce(json_extract(j.value, '$[4]'), 0) >> 3 & 1 AS replayed,
  strftime('%Y-%m-%dT%H:%M:%fZ', (c.start + json_extract(j.value, '$[6]')) / 1e6, 'unixepoch') AS device_time, u.identity, u.client, u.addr,
  json_extract(c.properties, '$."' || j.key || '"') AS properties
  FROM recent_message c JOIN json_each(c.heads) j JOIN topic t ON t.id = json_extract(j.value, '$[1]')
  LEFT JOIN publisher u ON u.id = json_extract(j.value, '$[5]');
DROP VIEW samples;
CREATE VIEW samples AS SELECT strftime('%Y-%m-%dT%H:%M:%fZ', (c.start + json_extract(j.value, '$[1]')) / 1e6, 'unixepoch') AS time, t.name AS topic, s.pointer,
  CAST(json_extract(j.value, '$[2]') AS REAL) AS value
  FROM recent_sample c JOIN json_each(c.list) j JOIN series s ON s.id = json_extract(j.value, '$[0]') JOIN topic t ON t.id = s.topic;
`
