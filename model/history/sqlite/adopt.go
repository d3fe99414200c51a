package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// adoptions give names to what lost them: topics, series and publishers that
// rows still point to. Without, the numbers would be given again to others.
func adoptions() []string {
	return []string{
		`INSERT INTO series(id, topic, pointer) SELECT DISTINCT o.series, 0, '/series-' || o.series FROM
			(SELECT json_extract(j.value, '$[0]') AS series FROM recent_sample c, json_each(c.list) j UNION SELECT series FROM sample_data UNION SELECT series FROM rollup UNION SELECT series FROM rollup_data) o
			WHERE o.series NOT IN (SELECT id FROM series)`,
		`INSERT INTO topic(id, name) SELECT coalesce(max(id), 0) + 1, 'recovered' FROM
			(SELECT id FROM topic UNION SELECT json_extract(j.value, '$[1]') FROM recent_message c, json_each(c.heads) j UNION SELECT topic FROM message_data UNION SELECT topic FROM series)
			WHERE EXISTS (SELECT 1 FROM series WHERE topic = 0) HAVING count(*) > 0`,
		`UPDATE series SET topic = (SELECT id FROM topic WHERE name = 'recovered') WHERE topic = 0`,
		`INSERT INTO topic(id, name) SELECT DISTINCT o.topic, 'recovered/topic-' || o.topic FROM
			(SELECT json_extract(j.value, '$[1]') AS topic FROM recent_message c, json_each(c.heads) j UNION SELECT topic FROM message_data UNION SELECT topic FROM series) o WHERE o.topic NOT IN (SELECT id FROM topic)`,
		`INSERT INTO publisher(id, client, identity, addr, tls) SELECT DISTINCT o.publisher, 'recovered-' || o.publisher, '', '', 0 FROM
			(SELECT nullif(json_extract(j.value, '$[5]'), 0) AS publisher FROM recent_message c, json_each(c.heads) j UNION SELECT publisher FROM session) o
			WHERE o.publisher IS NOT NULL AND o.publisher NOT IN (SELECT id FROM publisher)`,
	}
}

// adopt names what lost its name.
func adopt(ctx context.Context, db *sql.DB) error {
	for _, statement := range adoptions() {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("name what lost its name: %w", explain(err))
		}
	}
	return nil
}
