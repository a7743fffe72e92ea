-- Bodies in parts that the segments of an edition share: thousands of segments show the same posts.

-- owner: digest/body_table
CREATE TABLE edition_parts (
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  number      INTEGER NOT NULL,                    -- from 0, in the order in which they were first needed
  bytes       TEXT NOT NULL,                       -- whole lines, with slots (message/slots.hpp)
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

-- owner: digest/body_table. What was rendered, frozen. A variant is one combination of the yes-or-no facts about a reader
-- that the template asks for.
CREATE TABLE segment_bodies_in_parts (
  segment_id  INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
  variant     INTEGER NOT NULL CHECK (variant >= 0),
  subject     TEXT NOT NULL,                       -- with slots
  text_parts  TEXT NOT NULL,                       -- numbers of edition_parts in order: "0-5 9 12-14"
  html_parts  TEXT NOT NULL,                       -- likewise; empty: plain text only
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
