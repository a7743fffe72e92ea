-- What pictures measure.

-- owner: post/picture_table: the size of a post's picture, read from its first octets when an edition first shows it
CREATE TABLE picture_sizes (
  url        TEXT PRIMARY KEY,  -- as the post has it
  width      INTEGER,           -- pixels, as shown; NULL: it could not be read
  height     INTEGER,
  looked_ms  INTEGER NOT NULL
);
CREATE INDEX picture_sizes_looked ON picture_sizes (looked_ms);
