-- What finished editions keep once their time is over: parts in a compressed form, and sums in place of deliveries.

-- owner: digest/body_table: the parts of a finished edition, compressed, many to a row
CREATE TABLE edition_packs (
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  first       INTEGER NOT NULL,                    -- the lowest of their numbers
  bytes       BLOB NOT NULL,                       -- deflated (RFC 1950): of each "NUMBER SIZE\n" and its bytes
  PRIMARY KEY (edition_id, first)
) STRICT;

-- owner: digest/edition_table: what is told of an edition for ever, and what has been given back of it
CREATE TABLE edition_history (
  edition_id      INTEGER PRIMARY KEY REFERENCES editions (id) ON DELETE CASCADE,
  mail_bytes      INTEGER NOT NULL DEFAULT 0,      -- the largest of its mails as sealed, text and HTML, without pictures
  compose_ms      INTEGER NOT NULL DEFAULT 0,      -- time taken to select and seal it
  compose_cpu_ms  INTEGER NOT NULL DEFAULT 0,      -- the processor's share of that
  deliver_ms      INTEGER NOT NULL DEFAULT 0,      -- the same of its runs of delivery, added up
  deliver_cpu_ms  INTEGER NOT NULL DEFAULT 0,
  packed_ms       INTEGER,                         -- when its parts were compressed
  dropped_ms      INTEGER,                         -- when its bodies were dropped
  segments        INTEGER,                         -- how many there were, once they are gone
  notes           TEXT NOT NULL DEFAULT ''         -- what of them was shortened, a line each, likewise
) STRICT;

-- owner: delivery/ledger: deliveries that have been added up; together with the rows that are left they are the edition's
CREATE TABLE delivery_sums (
  edition_id  INTEGER NOT NULL REFERENCES editions (id),
  kind        TEXT NOT NULL CHECK (kind IN ('all', 'domain', 'relay', 'reason', 'minute', 'retried', 'left')),
  name        TEXT NOT NULL,                       -- the domain, relay or reason, the minute since 1970, how people left; else empty
  state       INTEGER NOT NULL CHECK (state BETWEEN 1 AND 8),                 -- as in deliveries
  count       INTEGER NOT NULL,
  PRIMARY KEY (edition_id, kind, name, state)
) STRICT, WITHOUT ROWID;

-- owner: delivery/ledger
CREATE TABLE summed_editions (
  edition_id      INTEGER PRIMARY KEY REFERENCES editions (id),
  since_ms        INTEGER NOT NULL,                -- when its deliveries began to be added up
  last_answer_ms  INTEGER                          -- the latest answer of a relay among them
) STRICT;
