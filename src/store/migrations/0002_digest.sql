-- Drafts that wait for an editor, editions as pages of the archive, and what was shortened to keep a mail small.

-- owner: digest/edition_table
ALTER TABLE editions ADD COLUMN intro TEXT NOT NULL DEFAULT '';      -- Markdown, by the editor; beats intro_file
ALTER TABLE editions ADD COLUMN preflight TEXT NOT NULL DEFAULT '';  -- what was found when the draft was made, for the editor
ALTER TABLE editions ADD COLUMN mailed_ms INTEGER;                   -- when the editor got the draft; NULL: not yet
ALTER TABLE editions ADD COLUMN approved_ms INTEGER;                 -- when it was let go; lateness counts from here
ALTER TABLE segments ADD COLUMN note TEXT NOT NULL DEFAULT '';       -- "excerpts of 30 words; 4 posts as links"; empty: nothing

-- An edition as everybody may see it, frozen with it: no slots, nothing personal.
CREATE TABLE edition_pages (
  id          INTEGER PRIMARY KEY,
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  language    TEXT NOT NULL,
  html        TEXT NOT NULL,
  UNIQUE (edition_id, language)
) STRICT;
