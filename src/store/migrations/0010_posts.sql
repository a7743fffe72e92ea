-- First sight decides which edition a post belongs to: how it came to be known, since when a digest is, and what an edition left out.

-- owner: post/post_table: how a post was first seen. Beside posts, so that nobody reads through the texts for it. Posts of an
-- older version have no row, and count as if their source's first reading had brought them.
CREATE TABLE post_sights (
  post_id         INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  read_before_ms  INTEGER,                         -- the source's last good reading before the one that brought the post; NULL: there was none
  place           INTEGER NOT NULL,                -- among the posts of its source, in the source's own order: less comes first
  set_aside_ms    INTEGER,                         -- when it came with a flood of old posts; NULL: it did not
  released_ms     INTEGER                          -- when the editor let it into the next editions, whatever its age; NULL: not so
) STRICT;
CREATE INDEX post_sights_set_aside ON post_sights (set_aside_ms) WHERE set_aside_ms IS NOT NULL;

-- owner: digest/edition_table: the digests that this database has met in a configuration; they owe nothing from before
CREATE TABLE digests (
  name            TEXT PRIMARY KEY,
  known_since_ms  INTEGER NOT NULL,
  owed_from_ms    INTEGER NOT NULL DEFAULT 0       -- what was seen before has had its turn, or expired under the rules of an older version
) STRICT, WITHOUT ROWID;
INSERT INTO digests (name, known_since_ms, owed_from_ms)
  SELECT digest, min(cut_ms),
         coalesce((SELECT e.from_ms FROM editions e
                   WHERE e.digest = editions.digest AND e.number IS NOT NULL AND NOT (e.state = 'cancelled' AND e.started_ms IS NULL)
                   ORDER BY e.until_ms DESC LIMIT 1 OFFSET 1), min(from_ms))
  FROM editions GROUP BY digest;
INSERT INTO digests (name, known_since_ms)
  SELECT digest, min(since_ms) FROM subscriptions WHERE digest NOT IN (SELECT name FROM digests) GROUP BY digest;

-- owner: digest/edition_table: how many posts an edition left out for one reason, and which (the first thousand)
CREATE TABLE edition_left_out (
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  reason      TEXT NOT NULL,                       -- a word of digest::LeftOut
  posts       INTEGER NOT NULL,
  ids         TEXT NOT NULL,                       -- joined by blanks
  PRIMARY KEY (edition_id, reason)
) STRICT, WITHOUT ROWID;
