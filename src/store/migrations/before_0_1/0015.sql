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
