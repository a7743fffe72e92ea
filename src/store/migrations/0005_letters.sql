-- Pictures that travel with an edition's mails ([[digest]] images = "inline"), frozen with it.

-- owner: digest/edition_table
CREATE TABLE edition_images (
  id          INTEGER PRIMARY KEY,
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  content_id  TEXT NOT NULL,  -- "local@domain"; the bodies of the edition's segments say src="cid:CONTENT_ID"
  url         TEXT NOT NULL,  -- where it was fetched
  bytes       BLOB NOT NULL,  -- a JPEG, PNG, GIF or WebP
  UNIQUE (edition_id, content_id)
) STRICT;
