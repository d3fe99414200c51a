package postgres

// Format is the version of the schema that this package writes, and the newest
// that it reads.
const Format = 1

// migrations are the statements that bring the schema from one format to the
// next.
func migrations() []string { return []string{toFormat1} }

const toFormat1 = `
CREATE TABLE topic(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE series(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, topic bigint NOT NULL, pointer text NOT NULL, UNIQUE(topic, pointer));
CREATE TABLE publisher(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, client text NOT NULL, identity text NOT NULL, addr text NOT NULL,
  tls boolean NOT NULL, UNIQUE(client, identity, addr, tls));
CREATE TABLE batch(id text PRIMARY KEY, at bigint NOT NULL);
CREATE INDEX batch_at ON batch(at);
CREATE TABLE progress(name text PRIMARY KEY, value bigint NOT NULL);

CREATE TABLE payload(hash uuid PRIMARY KEY, data bytea NOT NULL);
CREATE SEQUENCE message_id CACHE 1000;
CREATE TABLE message(at bigint NOT NULL, id bigint NOT NULL DEFAULT nextval('message_id'), topic bigint NOT NULL, publisher bigint,
  flags smallint NOT NULL, device_at bigint, data bytea, same uuid, properties text) %[1]s;
CREATE INDEX message_topic ON message(topic, at DESC, id DESC);
CREATE INDEX message_at ON message(at, id);
CREATE TABLE sample(at bigint NOT NULL, series bigint NOT NULL, value double precision NOT NULL) %[1]s;
CREATE INDEX sample_series ON sample(series, at);
CREATE TABLE rollup(series bigint, step bigint, start bigint, count bigint, min double precision, max double precision, sum double precision,
  first double precision, last double precision, first_at bigint, last_at bigint, PRIMARY KEY(series, step, start));

CREATE TABLE event(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint NOT NULL, kind smallint NOT NULL, device text NOT NULL,
  client text NOT NULL, addr text NOT NULL, text text NOT NULL, was smallint NOT NULL, now smallint NOT NULL, serious boolean NOT NULL);
CREATE INDEX event_at ON event(at, id);
CREATE INDEX event_liveness ON event(device, at DESC, id DESC) WHERE kind = 0;
CREATE TABLE session(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint NOT NULL, publisher bigint, opened boolean NOT NULL,
  ending smallint NOT NULL, why text NOT NULL);
CREATE INDEX session_at ON session(at, id);
CREATE TABLE command(id text PRIMARY KEY, sent bigint NOT NULL, device text NOT NULL, topic text NOT NULL, state smallint NOT NULL,
  detail text NOT NULL, whole text NOT NULL);
CREATE INDEX command_sent ON command(sent);
CREATE TABLE gap(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, start bigint NOT NULL, stop bigint NOT NULL, kind smallint NOT NULL,
  lost bigint NOT NULL, why text NOT NULL);
CREATE TABLE alarm(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint NOT NULL, alarm text NOT NULL, source text NOT NULL,
  state text NOT NULL, severity integer NOT NULL, text text NOT NULL, who text NOT NULL);
CREATE INDEX alarm_at ON alarm(at, id);
CREATE TABLE bookmark(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint NOT NULL, title text NOT NULL, note text NOT NULL);

CREATE VIEW messages AS SELECT m.id, to_timestamp(m.at / 1e6) AS time, t.name AS topic,
  coalesce(m.data, p.data, ''::bytea) AS payload, m.flags & 3 AS qos, m.flags & 4 <> 0 AS retained, m.flags & 8 <> 0 AS replayed,
  to_timestamp(m.device_at / 1e6) AS device_time, u.identity, u.client, u.addr, m.properties
  FROM message m JOIN topic t ON t.id = m.topic LEFT JOIN payload p ON p.hash = m.same LEFT JOIN publisher u ON u.id = m.publisher;
CREATE VIEW samples AS SELECT to_timestamp(a.at / 1e6) AS time, t.name AS topic, s.pointer, a.value
  FROM sample a JOIN series s ON s.id = a.series JOIN topic t ON t.id = s.topic;
CREATE VIEW events AS SELECT to_timestamp(at / 1e6) AS time, kind, device, client, addr, text, was, now, serious FROM event;
`

// hypertables make TimescaleDB's of the large tables.
const hypertables = `
SELECT create_hypertable('message', 'at', chunk_time_interval => 86400000000, create_default_indexes => false);
SELECT create_hypertable('sample', 'at', chunk_time_interval => 86400000000, create_default_indexes => false);
CREATE OR REPLACE FUNCTION micros_now() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT (extract(epoch FROM now()) * 1e6)::bigint';
SELECT set_integer_now_func('message', 'micros_now');
SELECT set_integer_now_func('sample', 'micros_now');
ALTER TABLE message SET (timescaledb.compress, timescaledb.compress_segmentby = 'topic', timescaledb.compress_orderby = 'at, id');
ALTER TABLE sample SET (timescaledb.compress, timescaledb.compress_segmentby = 'series', timescaledb.compress_orderby = 'at');
SELECT add_compression_policy('message', 604800000000);
SELECT add_compression_policy('sample', 604800000000);
`
