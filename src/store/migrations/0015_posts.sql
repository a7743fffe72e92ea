-- owner: digest/edition_table: what an edition had no place for, by source: its mails say "17 more from ..."
CREATE TABLE edition_surplus (
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  source_id   INTEGER NOT NULL REFERENCES sources (id),
  posts       INTEGER NOT NULL,                    -- that wait for a later edition
  PRIMARY KEY (edition_id, source_id)
) STRICT, WITHOUT ROWID;

-- owner: source/filter_cache: what [[filter]] programs have answered, so that each post is asked about once
CREATE TABLE filter_answers (
  key      TEXT PRIMARY KEY,                       -- hash of the program's words and of the post as it was shown to it
  answer   TEXT NOT NULL,                          -- a JSON object
  used_ms  INTEGER NOT NULL                        -- when it was last asked for, to a day
) STRICT, WITHOUT ROWID;
