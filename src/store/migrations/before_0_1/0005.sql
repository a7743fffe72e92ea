-- Pictures inside mails.
CREATE TABLE edition_images (
  id INTEGER PRIMARY KEY,
  edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  content_id TEXT NOT NULL,
  url TEXT NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (edition_id, content_id)
) STRICT;
