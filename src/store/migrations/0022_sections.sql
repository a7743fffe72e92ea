-- Sections and notices of an edition.

-- In a draft: the section that its editor chose, '' for none, NULL for what the configuration says. In a sealed edition: where
-- the post stands, NULL outside of sections.
ALTER TABLE edition_posts ADD COLUMN section TEXT;

-- The files of the notices that a sealed edition shows, a line each.
ALTER TABLE editions ADD COLUMN notices TEXT NOT NULL DEFAULT '';
