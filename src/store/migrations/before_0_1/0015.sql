-- Release 0.1.0: the tables of 14, those below, and views.sql. Each column is described in ../0001_initial.sql.
CREATE TABLE edition_surplus (
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  source_id   INTEGER NOT NULL REFERENCES sources (id),
  posts       INTEGER NOT NULL,
  PRIMARY KEY (edition_id, source_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE filter_answers (
  key      TEXT PRIMARY KEY,
  answer   TEXT NOT NULL,
  used_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE troubles (
  about       TEXT PRIMARY KEY,
  what        TEXT NOT NULL,
  hint        TEXT NOT NULL DEFAULT '',
  times       INTEGER NOT NULL DEFAULT 1,
  began_ms    INTEGER NOT NULL,
  last_ms     INTEGER NOT NULL,
  ended_ms    INTEGER,
  mailed_ms   INTEGER
) STRICT;
CREATE TABLE edition_parts (
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  number      INTEGER NOT NULL,
  bytes       TEXT NOT NULL,
  PRIMARY KEY (edition_id, number)
) STRICT;
INSERT INTO edition_parts (edition_id, number, bytes)
SELECT edition_id, number, bytes FROM (
  SELECT s.edition_id AS edition_id,
         2 * row_number() OVER (PARTITION BY s.edition_id ORDER BY b.segment_id, b.variant) - 2 AS number,
         b.text AS bytes
  FROM segment_bodies AS b JOIN segments AS s ON s.id = b.segment_id
  UNION ALL
  SELECT s.edition_id,
         2 * row_number() OVER (PARTITION BY s.edition_id ORDER BY b.segment_id, b.variant) - 1,
         b.html
  FROM segment_bodies AS b JOIN segments AS s ON s.id = b.segment_id)
WHERE bytes <> '';
CREATE TABLE segment_bodies_in_parts (
  segment_id  INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
  variant     INTEGER NOT NULL CHECK (variant >= 0),
  subject     TEXT NOT NULL,
  text_parts  TEXT NOT NULL,
  html_parts  TEXT NOT NULL,
  PRIMARY KEY (segment_id, variant)
) STRICT, WITHOUT ROWID;
INSERT INTO segment_bodies_in_parts (segment_id, variant, subject, text_parts, html_parts)
SELECT segment_id, variant, subject,
       CASE WHEN text = '' THEN '' ELSE CAST(2 * place - 2 AS TEXT) END,
       CASE WHEN html = '' THEN '' ELSE CAST(2 * place - 1 AS TEXT) END
FROM (SELECT b.segment_id, b.variant, b.subject, b.text, b.html,
             row_number() OVER (PARTITION BY s.edition_id ORDER BY b.segment_id, b.variant) AS place
      FROM segment_bodies AS b JOIN segments AS s ON s.id = b.segment_id);
DROP TABLE segment_bodies;
ALTER TABLE segment_bodies_in_parts RENAME TO segment_bodies;
