-- What an editor writes into a draft besides its order and its introduction, and how often the draft has changed.
ALTER TABLE editions ADD COLUMN subject TEXT NOT NULL DEFAULT '';          -- by the editor, in place of the digest's; empty: none
ALTER TABLE editions ADD COLUMN preheader TEXT NOT NULL DEFAULT '';        -- likewise
ALTER TABLE editions ADD COLUMN headline TEXT NOT NULL DEFAULT '';         -- title of its first post as it was sealed; empty: sealed by an older version
ALTER TABLE editions ADD COLUMN summary TEXT NOT NULL DEFAULT '';          -- a line about its contents, sealed likewise
ALTER TABLE editions ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;       -- of a draft: how many changes it has seen
ALTER TABLE editions ADD COLUMN agreed INTEGER NOT NULL DEFAULT 0 CHECK (agreed IN (0, 1));  -- of a draft: approved by mail; the next run seals it
ALTER TABLE editions ADD COLUMN answer TEXT NOT NULL DEFAULT '';           -- of a draft: what its next mail tells the editor first

-- owner: digest/edition_table: what an editor changed in one post of one edition; the post itself stays as it came
CREATE TABLE edition_changes (
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  post_id     INTEGER NOT NULL REFERENCES posts (id),
  title       TEXT,                                -- NULL: the post's own
  note        TEXT,                                -- Markdown, above the text; NULL: none
  excerpt     TEXT,                                -- Markdown, in place of the text; NULL: the post's own
  PRIMARY KEY (edition_id, post_id)
) STRICT, WITHOUT ROWID;
