-- Events: what is to happen, and what editions have announced of it.

-- owner: source/event_table: what sources say is to happen; those of a source, or of one of its pages, are replaced together
CREATE TABLE events (
  source_id   INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  page        TEXT NOT NULL,                       -- the post's page that tells it; '': the source itself
  position    INTEGER NOT NULL,                    -- from 0, by start
  uid         TEXT NOT NULL,                       -- the same for as long as it is the same event
  occurrence  TEXT NOT NULL,                       -- of a series, when this one was to begin at first; '': it is no series
  title       TEXT NOT NULL,                       -- one line
  place       TEXT NOT NULL,                       -- one line; '': not told
  url         TEXT NOT NULL,                       -- http(s); '': none
  text        TEXT NOT NULL,                       -- plain; '': none
  categories  TEXT NOT NULL,                       -- one a line
  start_ms    INTEGER NOT NULL,
  end_ms      INTEGER NOT NULL,                    -- exclusive; start_ms if it is not told
  all_day     INTEGER NOT NULL CHECK (all_day IN (0, 1)),
  PRIMARY KEY (source_id, page, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_start ON events (start_ms);

-- owner: source/event_table: calendars whose series were followed for a while only
CREATE TABLE calendars (
  source_id  INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
  until_ms   INTEGER NOT NULL                      -- events that begin later are not in the table
) STRICT;

-- owner: digest/announced_events: the events of a sealed edition, as they were then
CREATE TABLE announced_events (
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  position    INTEGER NOT NULL,                    -- from 0, by start; segments.posts names them by it
  source      TEXT NOT NULL,                       -- name of the source
  section     TEXT NOT NULL,                       -- name of the [[digest.section]]
  topics      TEXT NOT NULL,                       -- one a line
  uid         TEXT NOT NULL,                       -- as in events, and so on
  occurrence  TEXT NOT NULL,
  title       TEXT NOT NULL,
  place       TEXT NOT NULL,
  url         TEXT NOT NULL,
  text        TEXT NOT NULL,
  start_ms    INTEGER NOT NULL,
  end_ms      INTEGER NOT NULL,
  all_day     INTEGER NOT NULL CHECK (all_day IN (0, 1)),
  PRIMARY KEY (edition_id, position)
) STRICT, WITHOUT ROWID;

-- segments.posts names the events of a segment behind its posts: "17 12 e1 e3" shows those at positions 0 and 2.
