-- Drafts that wait for an editor, pages of the archive.
ALTER TABLE editions ADD COLUMN intro TEXT NOT NULL DEFAULT '';
ALTER TABLE editions ADD COLUMN preflight TEXT NOT NULL DEFAULT '';
ALTER TABLE editions ADD COLUMN mailed_ms INTEGER;
ALTER TABLE editions ADD COLUMN approved_ms INTEGER;
ALTER TABLE segments ADD COLUMN note TEXT NOT NULL DEFAULT '';
CREATE TABLE edition_pages (
  id INTEGER PRIMARY KEY,
  edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  language TEXT NOT NULL,
  html TEXT NOT NULL,
  UNIQUE (edition_id, language)
) STRICT;
