-- How posts came to be known, since when digests are, what editions left out.
CREATE TABLE post_sights (
  post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  read_before_ms INTEGER,
  place INTEGER NOT NULL,
  set_aside_ms INTEGER,
  released_ms INTEGER
) STRICT;
CREATE INDEX post_sights_set_aside ON post_sights (set_aside_ms) WHERE set_aside_ms IS NOT NULL;
CREATE TABLE digests (
  name TEXT PRIMARY KEY,
  known_since_ms INTEGER NOT NULL,
  owed_from_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO digests (name, known_since_ms, owed_from_ms)
  SELECT digest, min(cut_ms),
         coalesce((SELECT e.from_ms FROM editions e
                   WHERE e.digest = editions.digest AND e.number IS NOT NULL
                     AND NOT (e.state = 'cancelled' AND e.started_ms IS NULL)
                   ORDER BY e.until_ms DESC LIMIT 1 OFFSET 1), min(from_ms))
  FROM editions GROUP BY digest;
INSERT INTO digests (name, known_since_ms)
  SELECT digest, min(since_ms) FROM subscriptions WHERE digest NOT IN (SELECT name FROM digests) GROUP BY digest;
CREATE TABLE edition_left_out (
  edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  reason TEXT NOT NULL,
  posts INTEGER NOT NULL,
  ids TEXT NOT NULL,
  PRIMARY KEY (edition_id, reason)
) STRICT, WITHOUT ROWID;
